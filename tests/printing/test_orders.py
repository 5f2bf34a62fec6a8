"""The desk's orders to printers: each is carried out by one process that has the printer, or by none."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from server.core.values import BazaarId
from server.printing.orders import GOOD_MS, Orders
from server.store.embedded import start_embedded
from server.store.log import MemoryStore, Store
from server.store.redis import connect

BAZAAR = BazaarId("uji")
PUBLIC = "http://192.0.2.10:8000"


@pytest_asyncio.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.store)])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store of each kind."""
    if request.param == "memory":
        yield MemoryStore()
        return
    embedded = await start_embedded(tmp_path)
    redis = connect(embedded.url)
    yield redis
    await redis.close()
    await embedded.close()


async def test_taken_once(store: Store) -> None:
    """Of several processes that have the printer, asking at once and again, one gets the order."""
    desk, *hubs = (Orders(store, lambda: 1000) for _ in range(5))
    assert await desk.give(BAZAAR, kiosk=1, label="A-012", public=PUBLIC)
    taken = [order for orders in await asyncio.gather(*(hub.take(BAZAAR, {1}) for hub in hubs * 2)) for order in orders]
    assert [(1, "A-012", PUBLIC)] == [(order.kiosk, order.label, order.public) for order in taken]


async def test_left_to_who_has_the_printer(store: Store) -> None:
    """A process without the printer leaves the order to the one that has it; each order is one of its own."""
    orders = Orders(store, lambda: 1000)
    for _ in range(2):
        await orders.give(BAZAAR, kiosk=2, label="", public=PUBLIC)
    assert [] == await orders.take(BAZAAR, {1, 3})
    assert 2 == len({order.id for order in await orders.take(BAZAAR, {2})})


async def test_void_after_a_while(store: Store) -> None:
    """An order that nobody took in a minute is void: whoever asked has left."""
    await Orders(store, lambda: 1000).give(BAZAAR, kiosk=1, label="A-012", public=PUBLIC)
    assert [] == await Orders(store, lambda: 1000 + GOOD_MS).take(BAZAAR, {1})
