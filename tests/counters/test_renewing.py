"""Keys are taken back one by one: what the old key and its sessions open afterwards, and what stays as it was."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from server.cli.bazaars import keys_of, renewals_of
from server.core.entry import Refusal
from server.web.keys import HUB
from tests.serving import SECRET, Served, serving

ID = "renewal-00000000001"


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """A bazaar to which nobody has come yet."""
    async with serving() as bazaar:
        yield bazaar


@pytest.fixture
async def tablet() -> AsyncIterator[aiohttp.ClientSession]:
    """A device that keeps cookies."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as device:
        yield device


async def pair(served: Served, device: aiohttp.ClientSession, key: str) -> int:
    """Open a pairing link; the status."""
    async with device.get(f"{served.home}/pair/{key}", allow_redirects=False) as answer:
        return answer.status


async def opens(served: Served, device: aiohttp.ClientSession, path: str, key: str = "") -> int:
    """Ask for a page; the status."""
    async with device.get(f"{served.home}/{path}", headers=served.bearer(key) if key else {}) as answer:
        return answer.status


async def renew(served: Served, device: str, key: str, session: aiohttp.ClientSession | None = None) -> tuple[int, str]:
    """Press the button of the sheet; status and where to."""
    form, headers = {"device": device, "command_id": ID}, {} if session else served.bearer(key)
    async with (session or served.session).post(f"{served.home}/pair", data=form, headers=headers, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", "")


async def test_the_old_key_and_its_sessions(served: Served, tablet: aiohttp.ClientSession) -> None:
    """Cookie, key and pairing link of the device are refused; those of all others go on."""
    assert 303 == await pair(served, tablet, served.keys.counters[1])
    assert (303, "/uji/pair#counter-1") == await renew(served, "counter/1", served.keys.admin)
    assert 401 == await opens(served, tablet, "counter/1")
    assert 401 == await opens(served, served.session, "counter/1", served.keys.counters[1])
    assert 401 == await pair(served, tablet, served.keys.counters[1])
    for path, key in (("counter/2", served.keys.counters[2]), ("counter/1", served.keys.supervisor), ("pair", served.keys.admin)):
        assert 200 == await opens(served, served.session, path, key)


async def test_the_live_socket(served: Served, tablet: aiohttp.ClientSession) -> None:
    """A socket that follows the counter is closed when the key is renewed, and its device is refused when it comes again."""
    await pair(served, tablet, served.keys.counters[1])
    address = f"{served.home}/live?channels=counter/1"
    async with tablet.ws_connect(address) as live, served.session.ws_connect(f"{served.home}/live?channels=hall") as hall:
        await served.submit("renew_key", device="counter/1")
        while (message := await live.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
        assert (aiohttp.WSMsgType.CLOSE, 1012) == (message.type, message.data)
        await served.submit("open_counter", counter=2)
        while (await hall.receive_json()).get("offset") != served.room.offset:
            pass
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await tablet.ws_connect(address)
    assert 401 == refused.value.status


async def test_a_body_that_was_held_back(served: Served, tablet: aiohttp.ClientSession) -> None:
    """Who began a press before the renewal and ends it after is refused: nothing is let in for having asked early."""
    await pair(served, tablet, served.keys.counters[1])

    async def body() -> AsyncIterator[bytes]:
        yield b'{"do": "open_counter",'
        await served.submit("renew_key", device="counter/1")
        yield b'"command_id": "held-back-000000001"}'

    async with tablet.post(f"{served.home}/counter/1/commands", data=body(), headers={"Content-Type": "application/json"}) as answer:
        assert 401 == answer.status


async def test_the_organisers_own_key(served: Served, tablet: aiohttp.ClientSession) -> None:
    """Who renews the organiser's key stays the organiser, and every other device of theirs is out."""
    await pair(served, tablet, served.keys.admin)
    assert (303, "/uji/pair#admin") == await renew(served, "admin", "", tablet)
    assert 200 == await opens(served, tablet, "pair")
    assert 401 == await opens(served, served.session, "pair", served.keys.admin)


async def test_the_keys_on_the_command_line(served: Served) -> None:
    """What `urut pair` and `urut open` print after renewals, read from the log alone, opens; the keys of before do not."""
    for _ in range(2):
        await served.submit("renew_key", device="counter/1")
    store, plan = served.app[HUB].store, served.room.plan
    keys = keys_of(SECRET, plan, served.room.epoch, await renewals_of(store, plan.bazaar.id))
    assert 200 == await opens(served, served.session, "counter/1", keys.counters[1])
    assert 401 == await opens(served, served.session, "counter/1", served.keys.counters[1])
    assert served.keys.counters[2] == keys.counters[2]


async def test_not_by_another_site(served: Served, tablet: aiohttp.ClientSession) -> None:
    """A page of another site renews nothing."""
    await pair(served, tablet, served.keys.admin)
    headers = {"Origin": "http://elsewhere.example"}
    async with tablet.post(f"{served.home}/pair", data={"device": "counter/1", "command_id": ID}, headers=headers) as answer:
        assert 403 == answer.status
    assert {} == served.room.bazaar.renewals


async def test_a_device_that_has_no_key(served: Served) -> None:
    """What has no key is told so on the sheet."""
    assert (422, "") == await renew(served, "screen/utama", served.keys.admin)
    assert isinstance((await served.submit("renew_key", by="desk", device="kiosk/9")).outcome, Refusal)
