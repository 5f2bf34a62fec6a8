"""Several bazaars in one process: what befalls one is not felt in another."""

import asyncio
import logging
from pathlib import Path

import aiohttp
import pytest

from server.store.kept import Kept
from server.store.log import MemoryStore, Top
from tests.scenarios import config_with
from tests.serving import opened_in, serving


async def test_broken_log_stops_its_bazaar_only(caplog: pytest.LogCaptureFixture) -> None:
    """A bazaar whose log cannot be followed stops with a loud message, and shows nothing of what comes before; the others go on."""
    store = MemoryStore()
    other = await opened_in(store, config_with(id="rusak"))
    log = store.log(other.bazaar.id)
    await log.append(Top(1, (await log.read(0, 1))[0]), [b"no entry"])
    with caplog.at_level(logging.CRITICAL):
        async with serving(store=store) as served, asyncio.timeout(30):
            while not caplog.records:
                await asyncio.sleep(0)
            assert 2 == (await served.submit("open_counter", counter=1)).offset
            command, key = {"command_id": "to-the-broken-one", "do": "open_counter"}, served.keys.counters[1]
            async with served.session.post(f"{served.url}/rusak/counter/1/commands", json=command, headers=served.bearer(key)) as answer:
                assert 503 == answer.status
            async with served.session.post(f"{served.url}/rusak/tickets", json={**command, "services": ["ktp"]}) as answer:
                assert 503 == answer.status
            for place in ("rusak", "rusak/views/hall", "rusak/live?channels=hall", "rusak/log"):
                async with served.session.get(f"{served.url}/{place}") as answer:
                    assert 503 == answer.status
            async with served.session.get(f"{served.url}/readyz") as answer:
                rooms = (await answer.json())["bazaars"]
                assert {"rusak": False, "uji": True} == {name: room["ready"] for name, room in rooms.items()}
                assert {"rusak": "entry 2 of the log", "uji": ""} == {name: room["fault"].partition(":")[0] for name, room in rooms.items()}
    assert "entry 2" in caplog.text


async def test_followers_of_a_log_that_began_with_a_snapshot(tmp_path: Path) -> None:
    """They are shown the present state, and the next one on the same socket; a press of before has its answer; another edition ends all."""
    store = MemoryStore()
    async with serving(store=store) as before:
        await before.submit("open_counter", counter=1)
        Kept(tmp_path, before.room.plan.bazaar.id).snapshot.write(before.room.writer.ledger)
    async with serving(store=store, data=tmp_path) as served:
        assert 2 == served.room.writer.follower.unfolded
        async with served.session.ws_connect(f"{served.url}/uji/live?channels=hall") as socket:
            assert (2, "open") == await _counter_1(socket)
            assert 2 == (await served.submit("open_counter", counter=1)).offset  # the same command_id as before
            await served.submit("close_counter", counter=1)
            assert (3, "closed") == await _counter_1(socket)
            await store.archive(served.room.plan.bazaar.id, served.room.epoch)
            await opened_in(store, config_with(name="Bazar lain"))
            while (message := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
            assert 1012 == message.data


async def _counter_1(socket: aiohttp.ClientWebSocketResponse) -> tuple[int, str]:
    """The first counter as the next frame has it that is no heartbeat: the frame's offset, the counter's state."""
    while "view" not in (frame := await socket.receive_json()):
        pass
    return frame["offset"], frame["view"]["counters"][0]["state"]
