"""The pages of residents as the server draws them: all there is to know without a script."""

import re
from collections.abc import AsyncIterator

import aiohttp
import pytest

from displays.visit_pages import VISIT_COOKIE
from server.core.values import VisitId
from server.web.credentials import DEVICE_COOKIE, Credentials, scope_of
from server.web.keys import HUB
from tests.displays.residents import phone
from tests.serving import SECRET, Served, serving

VISIT = VisitId("visit-of-the-tests")
WAY_BACK = r"data-followed>(.*?)</p>"


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """A visit waits as A-002 and B-001, behind A-001; counters 1 and 3 are open."""
    async with serving() as bazaar:
        await bazaar.submit("open_counter", counter=1)
        await bazaar.submit("open_counter", counter=3)
        await bazaar.submit("issue", services=["ktp"])
        await bazaar.submit("issue", services=["kk", "skck"], visit=VISIT)
        yield bazaar


def token_of(served: Served) -> str:
    """The token of the visit."""
    return Credentials(SECRET).visit_token(scope_of("uji", served.room.epoch), VISIT)


async def page_at(served: Served, path: str, **headers: str) -> str:
    """A page that is there."""
    async with served.session.get(f"{served.home}{path}", headers=headers) as answer:
        assert 200 == answer.status
        return await answer.text()


async def test_join_names_the_phone_once(served: Served) -> None:
    """The join page gives the phone a secret name of its own, and leaves the one that it has."""
    async with served.session.get(f"{served.home}/join") as answer:
        cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{DEVICE_COOKIE}=")
    assert "HttpOnly" in cookie
    async with served.session.get(f"{served.home}/join", headers={"Cookie": cookie.partition(";")[0]}) as answer:
        assert "Set-Cookie" not in answer.headers


async def test_the_way_back(served: Served) -> None:
    """Whoever closed the visit's page finds it on the pages on which one begins, as long as one of its numbers counts; nobody else does."""
    path, forged = f"/visit/{token_of(served)}", f"{VISIT_COOKIE}={VISIT}.x"
    async with phone() as own:
        async with own.get(f"{served.home}{path}") as answer:
            assert "HttpOnly" in answer.headers["Set-Cookie"]

        async def shown() -> list[str]:
            return [found for start in ("", "/join") for found in re.findall(WAY_BACK, await _text(own, served, start))]

        link = f'<a href="/uji{path}">Nomor Anda: '
        assert [f"{link}A-002 · B-001</a>"] * 2 == await shown()
        await served.submit("cancel", ticket="A-002")
        assert [f"{link}B-001</a>"] * 2 == await shown()
        await served.submit("cancel", ticket="B-001")
        assert [] == await shown()
    assert "data-followed" not in await page_at(served, "/join", Cookie=forged) + await page_at(served, "/join")


async def test_device_of_the_hall_keeps_no_visit(served: Served) -> None:
    """What is paired is many people's: whoever comes to a kiosk next does not find the way to the numbers of whoever was there before."""
    async with phone() as kiosk:
        async with kiosk.get(f"{served.home}/pair/{served.keys.kiosks[1]}") as paired:
            assert paired.ok
        async with kiosk.get(f"{served.home}/visit/{token_of(served)}") as answer:
            assert 200 == answer.status
        assert "data-followed" not in await _text(kiosk, served, "") + await _text(kiosk, served, "/join")


async def test_no_way_back_while_adding(served: Served) -> None:
    """The page that adds errands to a visit names that visit only."""
    page = await page_at(served, f"/visit/{token_of(served)}/join", Cookie=f"{VISIT_COOKIE}={token_of(served)}")
    assert "data-followed" not in page


async def _text(session: aiohttp.ClientSession, served: Served, path: str) -> str:
    async with session.get(f"{served.home}{path}") as answer:
        return await answer.text()


async def test_join_shows_what_there_is(served: Served) -> None:
    """Every errand can be ticked, with how many wait; each page carries a command_id of its own."""
    first, second = await page_at(served, "/join"), await page_at(served, "/join")
    assert ["ktp", "kk", "skck", "hilang"] == re.findall(r'name="services" value="(\w+)"', first)
    ids = [re.findall(r'name="command_id" value="([^"]+)"', page) for page in (first, second)]
    assert ids[0] != ids[1]


async def test_join_of_a_closed_bazaar(served: Served) -> None:
    """After the end nothing can be ticked, and the page says so."""
    await served.submit("close_bazaar")
    page = await page_at(served, "/join")
    assert "data-bazaar-closed" in page
    assert 'name="services"' not in page


async def test_join_for_a_visit(served: Served) -> None:
    """Adding an errand carries the visit's token, and leads back to it."""
    page = await page_at(served, f"/visit/{token_of(served)}/join")
    assert f'name="visit" value="{token_of(served)}"' in page


async def test_visit_without_scripts(served: Served) -> None:
    """The page shows place and tickets, and reloads itself where no script runs."""
    path = f"/visit/{token_of(served)}"
    page = await page_at(served, path)
    assert ["B-001", "A-002"] == re.findall(r'data-ticket="([^"]+)"', page)
    assert ["0", "1"] == re.findall(r"data-ahead>(\d+)<", page)
    assert [f"/uji{path}"] == re.findall(r'<noscript><meta http-equiv="refresh" content="\d+;url=([^"]+)"></noscript>', page)
    assert re.search(r"data-call hidden", page)


async def test_visit_that_is_called(served: Served) -> None:
    """The whole screen says where to go; the other ticket says that its turn is kept."""
    await served.submit("next", counter=3, seen=None)
    page = await page_at(served, f"/visit/{token_of(served)}")
    assert re.search(r"data-call>", page)
    assert "B-001" == (re.search(r"data-call-label>([^<]*)<", page) or [""] * 2)[1]
    assert "3" == (re.search(r"data-call-counter>([^<]*)<", page) or [""] * 2)[1]
    assert ["", "3"] == re.findall(r"data-busy-at>([^<]*)<", page)


async def test_visit_not_read_of_yet(served: Served) -> None:
    """A good token whose tickets this process has not read of yet is asked to come again, not told that there is no such visit."""
    token = Credentials(SECRET).visit_token(scope_of("uji", served.room.epoch), VisitId("visit-of-another-hub"))
    async with served.session.get(f"{served.home}/visit/{token}") as answer:
        assert 503 == answer.status
        assert "Retry-After" in answer.headers


async def test_qr(served: Served) -> None:
    """The QR code leads to the visit's page."""
    async with served.session.get(f"{served.home}/visit/{token_of(served)}/qr.svg") as answer:
        assert "image/svg+xml" == answer.content_type
        assert b"<svg" in await answer.read()


async def test_frames_on_the_page(served: Served) -> None:
    """The page carries the frames from which it was drawn, so that a phone need not ask for them again."""
    page = await page_at(served, f"/visit/{token_of(served)}")
    channels = re.findall(r'"channel": "([^"]+)", "epoch"', page)
    assert [f"visit/{token_of(served)}", "line/A", "line/B"] == channels


async def test_a_page_that_is_behind(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of a hub that has not heard of its store for a while says so to its script; one that is fresh says nothing."""
    assert "data-behind" not in await page_at(served, "/join")
    later = served.room.writer.fresh_at + 40_999
    monkeypatch.setattr(served.app[HUB], "clock", lambda: later)
    for path in ("", "/join", f"/visit/{token_of(served)}"):
        assert re.search(r'<body data-behind="(3[0-9]|40)"', await page_at(served, path))


async def test_worker(served: Served) -> None:
    """What keeps visits on a phone stands below the bazaar, where alone it may do so, and is asked for anew each time."""
    async with served.session.get(f"{served.home}/worker.js") as answer:
        assert ("text/javascript", "no-cache") == (answer.content_type, answer.headers["Cache-Control"])
        assert b"addEventListener" in await answer.read()
    async with served.session.get(f"{served.url}/nowhere/worker.js") as answer:
        assert 404 == answer.status


async def test_kiosk_needs_its_key(served: Served) -> None:
    """A kiosk's page opens for that kiosk and for the organiser, for nobody else."""
    for key, status in (("", 401), (served.keys.kiosks[2], 403), (served.keys.kiosks[1], 200), (served.keys.admin, 200)):
        headers = served.bearer(key) if key else {}
        async with served.session.get(f"{served.home}/kiosk/1", headers=headers) as answer:
            assert status == answer.status


async def test_kiosk_shows_what_there_is(served: Served) -> None:
    """The kiosk offers every office and every errand; what is closed cannot be pressed."""
    await served.submit("close_service", service="ktp")
    page = await page_at(served, "/kiosk/1", **served.bearer(served.keys.kiosks[1]))
    assert ["dukcapil", "polsek"] == re.findall(r'data-open="(\w+)"', page)
    assert re.search(r'value="ktp"[^>]* disabled', page)
    assert not re.search(r'value="kk"[^>]* disabled', page)
