"""A TV becomes a screen by its code: the way there, and what somebody can do who is no TV, or no organiser."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from server.store.board import NOTES_MAX
from server.store.errors import StoreUnreachable
from server.web.app import NEW_SCREENS_BURST
from server.web.credentials import Credentials, scope_of
from server.web.keys import HUB, NEW_SCREENS
from server.web.limits import Limits
from server.web.screen_pairing import ALPHABET, APPROVED_MS, CODE_CHARS, PENDING_MS, TV_COOKIE
from tests.scenarios import CONFIG
from tests.serving import SECRET, Served, serving
from tests.web.waiting_tvs import NEW, SCREENS, Tv, set_up


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """A bazaar whose file names one screen."""
    async with serving(config={**CONFIG, "screens": SCREENS}) as bazaar:
        yield bazaar


@pytest.fixture
async def tv(served: Served) -> AsyncIterator[Tv]:
    """A TV that was never here."""
    made = Tv(served)
    yield made
    await made.session.close()


@pytest.fixture
async def stranger(served: Served) -> AsyncIterator[Tv]:
    """Another device in the hall."""
    made = Tv(served)
    yield made
    await made.session.close()


def later(served: Served, monkeypatch: pytest.MonkeyPatch, ms: int) -> None:
    """Let time pass."""
    then = served.app[HUB].clock() + ms
    monkeypatch.setattr(served.app[HUB], "clock", lambda: then)


# The way there


async def test_a_tv_becomes_a_screen(served: Served, tv: Tv) -> None:
    """A TV shows its code, the desk sets it up, and the TV is told so and goes to its page; it goes there at once ever after."""
    code = await tv.code()
    assert (CODE_CHARS, set()) == (len(code), set(code) - set(ALPHABET))
    assert (code, False) == await tv.ask()
    status, done = await set_up(served, {**NEW, "code": f" {code[:3].lower()}-{code[3:]} "})
    assert (200, code.lower()) == (status, done["screen"])
    screen = served.room.bazaar.screens[code.lower()]
    assert ("Layar timur", ("polsek",), "utama", False) == (screen.name, screen.agencies, screen.zone, screen.speaks)
    assert (code, True) == await tv.ask()
    there = f"/uji/tv/{code.lower()}"
    assert (303, there) == (await tv.open())[:2]
    assert tv.cookie(f"urut-as-screen-{code.lower()}")
    assert 200 == (await tv.open(there.removeprefix("/uji")))[0]
    assert (303, there) == (await tv.open())[:2]


async def test_the_root_leads_tvs_there(served: Served, tv: Tv) -> None:
    """With one bazaar open, `/tv` is enough to type on a remote control."""
    async with tv.session.get(f"{served.url}/tv", allow_redirects=False) as answer:
        assert (302, "/uji/tv") == (answer.status, answer.headers["Location"])


async def test_a_tv_shows_what_another_screen_shows(served: Served, tv: Tv) -> None:
    """A TV can be one more of a screen that there is; nothing is written to the log for that."""
    status, done = await set_up(served, {"code": await tv.code(), "screen": "utama"})
    assert (200, "utama", 1) == (status, done["screen"], served.room.offset)
    assert (303, "/uji/tv/utama") == (await tv.open())[:2]
    status, done = await set_up(served, {"code": "CCCCCC", "screen": "utama"})
    assert (404, "no_such_code") == (status, done["code"])


async def test_a_code_stays_while_its_tv_asks(served: Served, tv: Tv, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code of a TV that goes on asking is good as long as one likes, and the same after every pause; without asking it runs out."""
    code = await tv.code()
    for _ in range(3):
        later(served, monkeypatch, PENDING_MS - 1)
        assert (code, False) == await tv.ask()
    later(served, monkeypatch, PENDING_MS)
    assert 404 == (await set_up(served, {**NEW, "code": code}))[0]
    assert code == await tv.code()
    assert 200 == (await set_up(served, {**NEW, "code": code}))[0]


async def test_another_hub_and_a_new_start(served: Served, tv: Tv) -> None:
    """What one process shows another can approve; a process that was started anew knows the screen by log and cookie."""
    code = await tv.code()
    store = served.app[HUB].store
    async with serving(store=store, config={**CONFIG, "screens": SCREENS}) as other:
        assert 200 == (await set_up(other, {**NEW, "code": code}))[0]
        async with asyncio.timeout(30):
            while code.lower() not in served.room.bazaar.screens:
                await asyncio.sleep(0)
        assert (303, f"/uji/tv/{code.lower()}") == (await tv.open())[:2]
    async with serving(store=store, config={**CONFIG, "screens": SCREENS}) as fresh:
        tv.served = fresh
        assert (303, f"/uji/tv/{code.lower()}") == (await tv.open())[:2]


async def test_a_screen_that_is_removed(served: Served, tv: Tv) -> None:
    """The page of a removed screen says so and shows the code again; the TV can be set up anew and then goes there again."""
    code = await tv.code()
    await set_up(served, {**NEW, "code": code})
    await tv.open()
    await served.submit("remove_screen", screen=code.lower())
    assert (404, "", code) == await tv.open(f"/tv/{code.lower()}")
    assert (200, "", code) == await tv.open()
    assert (code, False) == await tv.ask()
    assert 200 == (await set_up(served, {**NEW, "command_id": "set-up-a-screen-0000002", "code": code}))[0]
    assert (303, f"/uji/tv/{code.lower()}") == (await tv.open())[:2]


async def test_a_screen_that_comes_back(served: Served, tv: Tv) -> None:
    """When the desk has removed a screen by mistake and sets it again, its TV goes back there."""
    code = await tv.code()
    await set_up(served, {**NEW, "code": code})
    await tv.open()
    await served.submit("remove_screen", screen=code.lower())
    assert (code, False) == await tv.ask()
    await served.submit("set_screen", screen=code.lower(), name="Timur", agencies=["polsek"])
    assert (code, True) == await tv.ask()


async def test_no_cookie_of_an_earlier_screen(served: Served, tv: Tv) -> None:
    """A TV is one screen: when it is made another one, it is the first no more."""
    code = await tv.code()
    await set_up(served, {**NEW, "code": code})
    await tv.open()
    await served.submit("remove_screen", screen=code.lower())
    await tv.ask()
    await set_up(served, {"code": code, "screen": "utama"})
    assert (303, "/uji/tv/utama") == (await tv.open())[:2]
    assert ["urut-as-screen-utama"] == [cookie.key for cookie in tv.session.cookie_jar if cookie.key.startswith("urut-as-")]


# Whoever means harm


async def test_a_code_alone_gives_nothing(served: Served, tv: Tv, stranger: Tv) -> None:
    """Whoever reads the code from the screen gets no cookie for it, before or after it was approved."""
    code = await tv.code()
    for _ in range(2):
        assert code != (await stranger.ask())[0]
        assert (200, "") == (await stranger.open(f"/tv?code={code}"))[:2]
        await set_up(served, {**NEW, "code": code})
    assert not stranger.cookie(f"urut-as-screen-{code.lower()}")
    assert (303, f"/uji/tv/{code.lower()}") == (await tv.open())[:2]


async def test_only_the_desk_approves(served: Served, tv: Tv) -> None:
    """A TV, a tablet, a kiosk and nobody at all may not set up a screen, see the form or ask for the devices."""
    wish = {**NEW, "code": await tv.code()}
    assert 403 == (await set_up(served, wish, served.keys.counters[1]))[0]
    assert 403 == (await set_up(served, wish, served.keys.kiosks[1]))[0]
    async with tv.session.post(f"{served.home}/desk/screen", json=wish) as answer:
        assert 401 == answer.status
    for path in ("desk/screen", "devices"):
        async with served.session.get(f"{served.home}/{path}") as answer:
            assert 401 == answer.status
    assert 1 == served.room.offset


async def test_another_sites_form_is_refused(served: Served, tv: Tv) -> None:
    """A page of another site cannot set up a screen with the desk's cookies."""
    form = {"command_id": "set-up-a-screen-0000003", "code": await tv.code(), "name": "Layar", "screen": ""}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as desk:
        await (await desk.get(f"{served.home}/pair/{served.keys.admin}", allow_redirects=False)).read()
        async with desk.post(f"{served.home}/desk/screen", data=form, headers={"Origin": "http://elsewhere.example"}) as answer:
            assert 403 == answer.status
    assert 1 == served.room.offset


async def test_the_same_approval_again(served: Served, tv: Tv) -> None:
    """The same form sent twice is one screen; approved once, a code makes its TV nothing else."""
    wish = {**NEW, "code": await tv.code()}
    assert await set_up(served, wish) == await set_up(served, wish)
    assert 2 == served.room.offset
    status, answer = await set_up(served, {"code": wish["code"], "screen": "utama"})
    assert (404, "no_such_code") == (status, answer["code"])


async def test_an_approval_that_is_not_fetched_runs_out(served: Served, tv: Tv, monkeypatch: pytest.MonkeyPatch) -> None:
    """A TV that comes too late shows its code again."""
    code = await tv.code()
    await set_up(served, {**NEW, "code": code})
    later(served, monkeypatch, APPROVED_MS)
    assert (200, "", code) == await tv.open()


async def test_forged_cookies(served: Served) -> None:
    """A cookie that was signed with another secret, or for another edition of the bazaar, makes no screen; the right one does."""
    scope = scope_of("uji", served.room.epoch)
    statuses = []
    for secret, of_scope in ((b"another secret", scope), (SECRET, scope_of("uji", "0" * 32)), (SECRET, scope)):
        name, value = Credentials(secret).cookie(of_scope, "screen/utama")
        async with served.session.get(f"{served.home}/tv", headers={"Cookie": f"{name}={value}"}, allow_redirects=False) as answer:
            statuses.append(answer.status)
    assert [200, 200, 303] == statuses


@pytest.mark.parametrize("cookie", ["x" * 4000, "../../etc", "%00", "\u00e4"])
async def test_any_secret_has_a_code(served: Served, cookie: str) -> None:
    """Whatever a browser sends as its secret, it gets a code of the right kind or a plain refusal."""
    async with served.session.get(f"{served.home}/tv-code", headers={"Cookie": f"{TV_COOKIE}={cookie}"}) as answer:
        assert 200 == answer.status
        assert CODE_CHARS == len((await answer.json())["code"])


async def test_a_flood_from_one_address(served: Served, tv: Tv) -> None:
    """Whoever asks again and again as another TV is stopped; a TV that is there already is not."""
    code = await tv.code()
    statuses = []
    for _ in range(NEW_SCREENS_BURST):
        async with served.session.get(f"{served.home}/tv-code") as answer:
            statuses.append(answer.status)
    assert [200] * (NEW_SCREENS_BURST - 1) + [429] == statuses
    assert (code, False) == await tv.ask()


async def test_a_flood_from_everywhere(served: Served, tv: Tv, monkeypatch: pytest.MonkeyPatch) -> None:
    """The board of codes is bounded. When it is full, those who are on it stay, and there is room again when they have gone."""
    code = await tv.code()
    monkeypatch.setattr(Limits, "wait_s", lambda *_: 0)
    for _ in range(NOTES_MAX - 1):
        await (await served.session.get(f"{served.home}/tv-code")).read()
    async with served.session.get(f"{served.home}/tv-code") as answer:
        assert 429 == answer.status
    assert (code, False) == await tv.ask()
    later(served, monkeypatch, PENDING_MS)
    async with served.session.get(f"{served.home}/tv-code") as answer:
        assert 200 == answer.status


async def test_a_tv_comes_back_by_itself(served: Served, tv: Tv, monkeypatch: pytest.MonkeyPatch) -> None:
    """A TV that is switched on while the store is away, or too many are, gets a page that tries again by itself."""

    async def away(*_: object) -> None:
        raise StoreUnreachable("away")

    monkeypatch.setattr("displays.screen_pages.ask", away)
    async with tv.session.get(f"{served.home}/tv", headers={"Accept": "text/html"}) as answer:
        assert (503, "5") == (answer.status, answer.headers["Refresh"])
    monkeypatch.undo()
    monkeypatch.setattr(served.app[NEW_SCREENS], "wait_s", lambda _: 9)
    async with tv.session.get(f"{served.home}/tv", headers={"Accept": "text/html"}) as answer:
        assert (429, "9") == (answer.status, answer.headers["Refresh"])
