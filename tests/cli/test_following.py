"""A hub that only follows, as the command line puts it together."""

import asyncio

import aiohttp
import pytest

from displays.alerts import service
from server.cli.equipment import Equipment
from server.cli.stores import now_ms
from server.cli.wiring import PUBLIC_PARTS, application, listening
from server.core.values import BazaarId
from server.store.log import MemoryStore
from server.web.keys import HUB, Addresses
from tests.scenarios import CONFIG
from tests.serving import SECRET, opened_in

BAZAAR = BazaarId("uji")
FOREVER_MS = 1 << 50


async def test_nothing_is_written_beside_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages that are due are left to hubs that decide, and the code of a TV that asks to be set up is not kept."""
    monkeypatch.setattr(service, "TICK_S", 0)
    store = MemoryStore()
    await opened_in(store, CONFIG)
    await store.alerts(BAZAAR).claim("an alert", {"a job": b""}, 0, FOREVER_MS)
    app = application(store, SECRET, PUBLIC_PARTS, Addresses(), Equipment(), only_follows=True)
    async with listening(app, "127.0.0.1", 0) as url, aiohttp.ClientSession() as session, asyncio.timeout(30):
        while (room := app[HUB].rooms.get(BAZAAR)) is None or not room.ready:
            await asyncio.sleep(0)
        for _ in range(100):
            await asyncio.sleep(0)
        async with session.get(f"{url}/uji/tv-code") as answer:
            assert (503, "only_followed") == (answer.status, (await answer.json())["code"])
    assert {} == await store.board(BAZAAR, "pairing").read(now_ms())
    assert await store.alerts(BAZAAR).take(now_ms(), 0) is not None
