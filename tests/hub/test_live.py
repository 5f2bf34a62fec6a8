"""Channels over real WebSockets, with the `websockets` client."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import msgpack
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from server.cli import wiring
from server.core.values import CommandId, VisitId
from server.hub.sockets import Sockets
from server.store.log import MemoryLog, MemoryStore
from server.store.opening import open_log
from server.web.credentials import Credentials, scope_of
from tests.scenarios import START_MS, config_with
from tests.serving import SECRET, Served, opened_in, serving

pytestmark = pytest.mark.usefixtures("either_way")


@pytest.fixture(params=["front door", "aiohttp", "transport"])
async def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections come straight from the door, or by aiohttp, from which they are taken, or stay with its transports, as with TLS."""
    if request.param != "front door":
        monkeypatch.setattr(wiring, "front_door", lambda *_: lambda _sock, _head: False)
    if request.param == "transport":
        monkeypatch.setattr(Sockets, "copy_of", lambda _sockets, _transport: None)


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """A bazaar with counter 1 open and A-001, A-002 waiting."""
    async with serving() as bazaar:
        await bazaar.submit("open_counter", counter=1)
        await bazaar.submit("issue", services=["ktp"])
        await bazaar.submit("issue", services=["ktp"])
        yield bazaar


@asynccontextmanager
async def following(
    served: Served, channels: str, *, have: str = "", subprotocol: str = "urut.v1.json", key: str = "", origin: str | None = None
) -> AsyncIterator[ClientConnection]:
    """A client that follows these channels."""
    url = f"{served.home.replace('http', 'ws', 1)}/live?channels={channels}&have={have}"
    headers = served.bearer(key) if key else {}
    protocols = [Subprotocol(subprotocol)] if subprotocol else None
    async with connect(url, subprotocols=protocols, additional_headers=headers, origin=origin) as socket:  # type: ignore[arg-type]  # plain str
        yield socket


async def next_frame(socket: ClientConnection) -> dict[str, Any]:
    """The next frame, of either subprotocol."""
    async with asyncio.timeout(30):
        data = await socket.recv()
    frame: dict[str, Any] = json.loads(data) if isinstance(data, str) else msgpack.unpackb(data)
    return frame


async def next_of(socket: ClientConnection, channel: str) -> dict[str, Any]:
    """The next frame of this channel."""
    while (frame := await next_frame(socket))["channel"] != channel:
        pass
    return frame


async def test_a_press_reaches_every_screen(served: Served) -> None:
    """A call stands in the next frame of the hall, the line and the counter, all at the offset of its entry."""
    async with following(served, "hall,line/A,counter/1", key=served.keys.counters[1]) as socket:
        assert ["hall", "line/A", "counter/1", ""] == [(await next_frame(socket))["channel"] for _ in range(4)]
        entry = await served.submit("next", counter=1, seen=None)
        frames = {frame["channel"]: frame for frame in [await next_frame(socket) for _ in range(3)]}
    assert {entry.offset} == {frame["offset"] for frame in frames.values()}
    assert "A-001" == frames["hall"]["view"]["counters"][0]["label"]
    assert "A-001" == frames["counter/1"]["view"]["serving"]["label"]
    assert "2" == frames["line/A"]["view"]["waiting"]["regular"]
    assert {served.room.head[:8]} == {frame["head"] for frame in frames.values()}


async def test_both_subprotocols_say_the_same(served: Served) -> None:
    """JSON and msgpack carry the same map, and a client that names no subprotocol gets JSON."""
    frames = []
    for subprotocol in ("urut.v1.json", "urut.v1.msgpack", ""):
        async with following(served, "hall", subprotocol=subprotocol) as socket:
            frames.append(await next_frame(socket))
    assert frames[0]["view"] == frames[1]["view"] == frames[2]["view"]
    assert {frames[0]["offset"]} == {frame["offset"] for frame in frames}


async def test_reconnect_is_spared_what_it_has(served: Served) -> None:
    """A client that names its position gets only the channels that moved since."""
    async with following(served, "hall,line/A,line/B") as socket:
        first = {frame["channel"]: frame for frame in [await next_frame(socket) for _ in range(3)]}
    have = ",".join(f"{name}@{frame['epoch']}:{frame['offset']}" for name, frame in first.items())
    await served.submit("issue", services=["skck"])
    async with following(served, "hall,line/A,line/B", have=have) as socket:
        assert ["line/B", ""] == [(await next_frame(socket))["channel"] for _ in range(2)]


async def test_another_epoch_counts_for_nothing(served: Served) -> None:
    """What a client has of another log does not keep it from this one, however high its offset."""
    async with following(served, "hall", have="hall@0123456789abcdef:999999") as socket:
        assert "hall" == (await next_frame(socket))["channel"]


async def test_hub_that_lags_says_nothing_old(served: Served) -> None:
    """A client that is ahead of this hub hears nothing until the hub has passed it."""
    ahead = served.room.offset + 1
    async with following(served, "hall", have=f"hall@{served.room.epoch}:{ahead}") as socket:
        assert "" == (await next_frame(socket))["channel"]
        await served.submit("next", counter=1, seen=None)
        await served.submit("recall", counter=1, ticket="A-001")
        assert ahead + 1 == (await next_frame(socket))["offset"]


async def test_a_refusal_moves_no_screen(served: Served) -> None:
    """A refused command changes no view, so no frame is sent for it."""
    async with following(served, "hall") as socket:
        await next_of(socket, "")
        await served.submit("next", counter=1, seen="A-009")
        last = await served.submit("next", counter=1, seen=None)
        assert last.offset == (await next_frame(socket))["offset"]


async def test_a_channel_that_is_no_more(served: Served) -> None:
    """Who follows a screen that is removed gets a frame without a view, once, and nobody can follow it any more; it may come back."""
    await served.submit("set_screen", screen="barat", name="Barat", agencies=["polsek"])
    async with following(served, "hall/barat") as socket:
        assert "Barat" == (await next_frame(socket))["view"]["screen"]["name"]
        await next_of(socket, "")
        await served.submit("set_screen", screen="barat", name="Barat baru", agencies=["polsek"])
        assert "Barat baru" == (await next_frame(socket))["view"]["screen"]["name"]
        entry = await served.submit("remove_screen", screen="barat")
        last = await next_frame(socket)
        assert ("hall/barat", entry.offset, False) == (last["channel"], last["offset"], "view" in last)
    async with served.session.get(f"{served.home}/views/hall/barat") as answer:
        assert 404 == answer.status
    await served.submit("set_screen", screen="barat", name="Barat", agencies=["polsek"])
    async with following(served, "hall/barat") as socket:
        assert "Barat" == (await next_frame(socket))["view"]["screen"]["name"]


async def test_two_bazaars_on_one_hub() -> None:
    """One hub serves several bazaars; what happens in one is not seen in the other."""
    store = MemoryStore()
    await opened_in(store, config_with(id="lain"))
    async with serving(store=store) as served:
        await served.submit("issue", services=["ktp"])
        async with served.session.get(f"{served.url}/lain/views/line/A") as answer:
            assert "" == (await answer.json())["view"]["waiting"]["regular"]


async def test_bazaar_opened_later_is_served() -> None:
    """A bazaar that is opened while the hub runs is served without a restart."""
    store = MemoryStore()
    async with serving(store=store) as served:
        await opened_in(store, config_with(id="nanti"))
        async with asyncio.timeout(30):
            while True:
                async with served.session.get(f"{served.url}/nanti/views/bazaar") as answer:
                    if answer.status == 200:
                        break


async def test_new_edition_begins_anew(served: Served) -> None:
    """When the log is begun anew its followers are sent away with 1012, and come back to the new epoch."""
    log, old = served.room._log, served.room.epoch
    assert isinstance(log, MemoryLog)
    async with following(served, "hall") as socket:
        await next_of(socket, "")
        log.clear(old)
        await open_log(log, served.room.plan, by="admin", now_ms=START_MS, command_id=CommandId("opens-it-once-more"))
        await socket.wait_closed()
    assert 1012 == socket.close_code
    async with following(served, "hall", have=f"hall@{old}:3") as socket:
        frame = await next_frame(socket)
    assert old != frame["epoch"]
    assert 1 == frame["offset"]


async def test_shutdown_sends_followers_elsewhere() -> None:
    """A hub that ends closes its sockets with 1012, so that clients go to another one at once."""
    async with serving() as served:
        connection = following(served, "hall")
        socket = await connection.__aenter__()
        await next_of(socket, "")
    await socket.wait_closed()
    assert 1012 == socket.close_code


async def test_reader_that_sleeps_gets_the_newest(served: Served) -> None:
    """A client that reads nothing for a while is owed one frame a channel: after hundreds of changes it has the last one soon."""
    async with following(served, "hall,desk", key=served.keys.admin) as socket:
        socket.transport.pause_reading()
        for _ in range(400):
            await served.submit("issue", services=["ktp"])
        last = served.room.frame("desk").mark.offset
        socket.transport.resume_reading()
        offsets: list[int] = []
        while not offsets or offsets[-1] < last:
            offsets.append((await next_of(socket, "desk"))["offset"])
    assert sorted(set(offsets)) == offsets
    assert len(offsets) < 400


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("", 422, "channels"),
        ("channels=", 422, "channels"),
        ("channels=hall,,line/A", 422, "channels"),
        ("channels=" + ",".join(f"line/{n}" for n in range(65)), 422, "channels"),
        ("channels=" + "x" * 201, 422, "channels"),
        ("channels=nope", 404, "channel"),
        ("channels=hall/nope", 404, "channel"),
        ("channels=hall/", 404, "channel"),
        ("channels=line/Z", 404, "channel"),
        ("channels=visit/forged.token", 404, "channel"),
        ("channels=counter/1", 401, "no_credential"),
        ("channels=desk", 401, "no_credential"),
        ("channels=hall&have=hall", 422, "have"),
        ("channels=hall&have=hall@e", 422, "have"),
        ("channels=hall&have=hall@e:-1", 422, "have"),
        ("channels=hall&have=hall@e:" + "9" * 40, 422, "have"),
    ],
)
async def test_bad_questions(served: Served, query: str, status: int, says: str) -> None:
    """What cannot be followed is refused before the upgrade, with the shape of every error."""
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "x" * 22 + "=="}
    async with served.session.get(f"{served.home}/live?{query}", headers=headers) as answer:
        body = await answer.json()
    assert status == answer.status
    assert says in json.dumps(body)


async def test_visit_that_another_hub_knows(served: Served) -> None:
    """A phone whose number this hub has not read of yet is told to try again: its token is good, and it may not be sent away for good."""
    token = Credentials(SECRET).visit_token(scope_of("uji", served.room.epoch), VisitId("vOfAnotherHub"))
    for path in (f"live?channels=hall,visit/{token}", f"views/visit/{token}"):
        async with served.session.get(f"{served.home}/{path}") as answer:
            assert (503, "store_unreachable") == (answer.status, (await answer.json())["code"])
            assert answer.headers["Retry-After"].isdecimal()


async def test_other_officer_s_counter(served: Served) -> None:
    """An officer follows the own counter only; a supervisor follows any."""
    with pytest.raises(InvalidStatus) as refused:
        async with following(served, "counter/1", key=served.keys.counters[2]):
            pass
    assert 403 == refused.value.response.status_code
    async with following(served, "counter/1", key=served.keys.supervisor) as socket:
        assert "counter/1" == (await next_frame(socket))["channel"]


async def test_page_of_another_site(served: Served) -> None:
    """A page of another site cannot open a socket here."""
    with pytest.raises(InvalidStatus) as refused:
        async with following(served, "hall", origin="https://elsewhere.example"):
            pass
    assert 403 == refused.value.response.status_code


async def test_keepalive_of_the_client(served: Served) -> None:
    """The pings of the `websockets` client are answered, and its goodbye is returned."""
    async with following(served, "hall") as socket:
        await next_of(socket, "")
        async with asyncio.timeout(30):
            await (await socket.ping("there?"))
    assert 1000 == socket.close_code
    async with asyncio.timeout(30):
        while len(served.room.fanout):
            await asyncio.sleep(0)


async def test_burst(served: Served) -> None:
    """Of a burst of changes every phone has the last, in order, and no phone more frames than there were changes."""
    async with AsyncExitStack() as stack:
        phones = [await stack.enter_async_context(following(served, "line/A")) for _ in range(20)]
        for _ in range(100):
            last = await served.submit("issue", services=["ktp"])
        for socket in phones:
            offsets = [(await next_of(socket, "line/A"))["offset"]]
            while offsets[-1] < last.offset:
                offsets.append((await next_of(socket, "line/A"))["offset"])
            assert sorted(set(offsets)) == offsets
            assert len(offsets) <= 101
