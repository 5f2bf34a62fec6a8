"""Sessions and keys: what a cookie says of itself, how long it holds, how secrets are compared, and that none of them lies anywhere."""

import hmac
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest

from server.core.values import Lane, VisitId
from server.store.embedded import start_embedded
from server.store.redis import connect
from server.web.credentials import COOKIE_S, Credentials, scope_of
from server.web.keys import CREDENTIALS
from server.web.rolls import paper_path, papers_of
from tests.scenarios import CONFIG
from tests.serving import SECRET, Served, serving
from tests.web.waiting_tvs import NEW, SCREENS, Tv, set_up

OURS, SCOPE = Credentials(SECRET), scope_of("uji", "an epoch")


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """A bazaar to which nobody has come yet."""
    async with serving(config={**CONFIG, "screens": SCREENS}) as bazaar:
        yield bazaar


@pytest.fixture
async def tablet() -> AsyncIterator[aiohttp.ClientSession]:
    """A device that keeps cookies."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as device:
        yield device


async def paired(served: Served, key: str) -> str:
    """Open a pairing link on a device of its own: the cookie as it goes back to the server."""
    async with served.session.get(f"{served.home}/pair/{key}", allow_redirects=False) as answer:
        assert 303 == answer.status
        (cookie,) = answer.cookies.values()
        return f"{cookie.key}={cookie.value}"


async def status_of(served: Served, cookie: str, path: str = "counter/1") -> int:
    """What a device with this cookie gets."""
    async with served.session.get(f"{served.home}/{path}", headers={"Cookie": cookie}) as answer:
        return answer.status


# What a cookie says of itself


@pytest.mark.parametrize("path", ["pair/{key}", "join", "tv", "tv-code"])
async def test_every_cookie_of_ours(served: Served, path: str) -> None:
    """No script reads a cookie that opens something, no other site has it sent along with a form, and it ends with the session's time."""
    address = f"{served.home}/{path.replace('{key}', served.keys.counters[1])}"
    async with served.session.get(address, allow_redirects=False, headers={"Accept": "text/html"}) as answer:
        assert answer.cookies
        for cookie in answer.cookies.values():
            assert (True, "Lax") == (cookie["httponly"], cookie["samesite"])
            assert 0 < int(cookie["max-age"]) <= COOKIE_S


# Each pairing is a session, and sessions end


async def test_a_new_session_at_each_pairing(served: Served) -> None:
    """Two devices that open the same link have different sessions; renewing ends both, and none of what was before opens anything."""
    first, second = await paired(served, served.keys.counters[1]), await paired(served, served.keys.counters[1])
    assert first != second
    assert [200, 200] == [await status_of(served, one) for one in (first, second)]
    await served.submit("renew_key", device="counter/1")
    assert [401, 401] == [await status_of(served, one) for one in (first, second)]
    third = await paired(served, OURS.key(scope_of("uji", served.room.epoch), "counter/1", 1))
    assert 200 == await status_of(served, third)


async def test_pairing_again_replaces_the_session(served: Served, tablet: aiohttp.ClientSession) -> None:
    """A device that opens its link once more goes on with the new session, and has no other beside it."""
    values = []
    for _ in range(2):
        async with tablet.get(f"{served.home}/pair/{served.keys.counters[1]}") as answer:
            assert 200 == answer.status
        (cookie,) = tablet.cookie_jar
        values.append(cookie.value)
    assert values[0] != values[1]


async def test_a_session_ends(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """After three days a session opens nothing, however busy it was."""
    cookie = await paired(served, served.keys.counters[1])
    now = time.time()
    monkeypatch.setattr(served.app[CREDENTIALS], "_clock", lambda: now + COOKIE_S - 60)
    assert 200 == await status_of(served, cookie)
    monkeypatch.setattr(served.app[CREDENTIALS], "_clock", lambda: now + COOKIE_S + 60)
    assert 401 == await status_of(served, cookie)


async def test_what_was_changed_opens_nothing(served: Served) -> None:
    """Each character of a session counts, and one counter's is not another's under its name."""
    name, _, value = (await paired(served, served.keys.counters[1])).partition("=")
    for place in range(0, len(value) - 1, 7):
        changed = value[:place] + ("A" if value[place] != "A" else "B") + value[place + 1 :]
        assert 401 == await status_of(served, f"{name}={changed}")
    assert 401 == await status_of(served, f"{name}=")
    assert 403 == await status_of(served, f"urut-as-admin={value}", "desk")


# How secrets are compared


WAYS: dict[str, tuple[Callable[[], str], Callable[[str], object]]] = {
    "key": (lambda: OURS.key(SCOPE, "admin"), lambda secret: OURS.principal_of_key(SCOPE, secret, {})),
    "session": (lambda: OURS.cookie(SCOPE, "admin")[1], lambda secret: [*OURS.principals_of_cookies(SCOPE, {"urut-as-admin": secret}, {})]),
    "visit": (lambda: OURS.visit_token(SCOPE, VisitId("v1")), lambda secret: OURS.visit_of_token(SCOPE, secret)),
    "phone": (lambda: OURS.device_cookie("a-phone"), OURS.device_of_cookie),
}
"""By the kind of secret: a good one, and whom or what one opens."""


@pytest.mark.parametrize("way", WAYS)
def test_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """Whether a secret is the right one is said by a comparison whose time tells nothing, and by no other."""
    make, opened_by = WAYS[way]
    good = make()
    wrong = good[:-4] + ("AAAA" if good[-4:] != "AAAA" else "BBBB")
    assert opened_by(good)
    assert not opened_by(wrong)
    monkeypatch.setattr(hmac, "compare_digest", lambda _left, _right: True)
    assert opened_by(wrong) == opened_by(good)
    monkeypatch.setattr(hmac, "compare_digest", lambda _left, _right: False)
    assert not opened_by(good)


# Where they lie


@pytest.mark.store
async def test_no_secret_lies_anywhere(tmp_path: Path) -> None:
    """After pairing, taking numbers, setting up a TV and renewing a key, no key, session, token or code stands in any file of the store."""
    dukcapil, polsek = CONFIG["agencies"]
    config = {
        **CONFIG,
        "screens": SCREENS,
        "agencies": [dukcapil, polsek | {"lines": [polsek["lines"][0] | {"paper": True}, polsek["lines"][1]]}],
    }
    bundled = await start_embedded(tmp_path / "data", ends_with_parent=True)
    store = connect(bundled.url)
    try:
        async with serving(store=store, config=config) as served:
            secrets, visit = await _a_day(served)
    finally:
        await store.close()
        await bundled.close()
    files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    held = b"".join(path.read_bytes() for path in files)
    assert visit.encode() in held
    assert [] == [name for name, secret in secrets.items() if secret.encode() in held]


async def _a_day(served: Served) -> tuple[dict[str, str], str]:
    """What happens on a day: all secrets that somebody has after it, by name, and the id of a visit, which is none."""
    scope = scope_of("uji", served.room.epoch)
    keys = {name: str(key) for name, key in served.keys.as_map().items() if isinstance(key, str)}
    keys |= {f"counter {number}": key for number, key in served.keys.counters.items()}
    await served.submit("open_counter", by="counter/1", counter=1)
    secrets = {f"session of {name}": (await paired(served, key)).partition("=")[2] for name, key in keys.items()}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as phone:
        async with phone.get(f"{served.home}/join") as answer:
            assert 200 == answer.status
        body = {"services": ["ktp"], "command_id": "takes-a-number-0001"}
        async with phone.post(f"{served.home}/tickets", json=body) as answer:
            assert 201 == answer.status
            token = (await answer.json())["visit"]
        async with phone.get(f"{served.home}/visit/{token}") as answer:
            assert 200 == answer.status
        secrets["cookie of a phone"] = next(cookie.value for cookie in phone.cookie_jar if cookie.key == "urut-device")
    tv = Tv(served)
    assert 200 == (await set_up(served, {**NEW, "code": await tv.code()}))[0]
    await tv.open()
    secrets |= {f"{cookie.key} of a TV": cookie.value for cookie in tv.session.cookie_jar}
    await tv.session.close()
    (paper,) = papers_of(served.room.plan.line("B"), Lane.REGULAR, 1, 1)
    async with served.session.post(f"{served.url}{paper_path('uji', OURS, scope, paper)}", data={}) as answer:
        assert answer.status < 500
    await served.submit("renew_key", device="counter/1")
    secrets |= {"token of a visit": token.rpartition(".")[2], "code of a paper": OURS.paper_code(scope, paper.label)}
    secrets |= {name: key.partition(".")[2] for name, key in keys.items()}
    return secrets | {"the secret itself": SECRET.decode()}, token.rpartition(".")[0]
