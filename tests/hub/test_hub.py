"""Several bazaars in one process: what befalls one is not felt in another."""

import asyncio
import logging

import pytest

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
        async with serving(store=store) as served, asyncio.timeout(10):
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
