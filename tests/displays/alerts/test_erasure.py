"""What phones' owners left behind, looked for in a real store: until when it is there, and that nothing is left a day after closing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from displays.alerts.pages import ALERTS
from displays.alerts.service import KEPT_AFTER_CLOSING_MS
from displays.alerts.webhook import read_gateway
from server.cli.equipment import Equipment
from server.cli.stores import now_ms
from server.core.plan import Plan
from server.core.values import CommandId
from server.store.embedded import start_embedded
from server.store.opening import open_log
from server.store.redis import connect
from server.store.redis_url import SETTINGS
from tests.displays.alerts.post import GATEWAY_SECRET, Post
from tests.displays.alerts.test_alerts import PHONE, UJI, ask, call, visit
from tests.scenarios import CONFIG, START_MS
from tests.serving import MovedClock, Served, serving

pytestmark = pytest.mark.store

HOUR_MS = 3_600_000
KEYS = "urut:{uji}:alerts:*"


def planned() -> dict[str, Any]:
    """A bazaar of these weeks, by the clock of the store, which no test moves; it is to close in three days."""
    now = datetime.now(UTC)
    opens, closes = ((now + timedelta(days=days)).isoformat(timespec="seconds") for days in (-3, 3))
    return {**CONFIG, "bazaar": {**CONFIG["bazaar"], "opens": opens, "closes": closes}}


@asynccontextmanager
async def an_evening(folder: Path, hours_ago: float) -> AsyncIterator[tuple[Served, Redis]]:
    """A bazaar whose clock is so many hours behind the store's. One asked to be told by push, one by phone; neither service answers."""
    clock = MovedClock()
    clock.ahead_ms = now_ms() - int(hours_ago * HOUR_MS) - START_MS
    bundled = await start_embedded(folder, ends_with_parent=True)
    store, client = connect(bundled.url), Redis.from_url(bundled.url, **SETTINGS)
    config = planned()
    await open_log(store.log(UJI), Plan.from_config(config), by="admin", now_ms=clock(), command_id=CommandId("opened-some-time-ago"))
    nobody = Post(url="http://127.0.0.1:1")
    messages = read_gateway(f"{nobody.url}/messages", GATEWAY_SECRET)
    equipment = Equipment(gateway=messages, push_services=(nobody.netloc,), operator="mailto:panitia@example.org")
    try:
        async with serving(store=store, config=config, equipment=equipment, clock=clock) as served:
            await served.submit("open_counter", counter=1)
            await ask(served, await visit(served), ahead=0, push=nobody.subscription())
            await ask(served, await visit(served, 2), ahead=0, phone=PHONE)
            for count in (1, 2):
                await call(served)
                await _given_up(served, count)
            yield served, client
    finally:
        await client.aclose()
        await store.close()
        await bundled.close()


async def _given_up(served: Served, count: int) -> None:
    """Wait until so many messages were set aside, for nobody took them."""
    async with asyncio.timeout(60):
        while len(await served.app[ALERTS].book(UJI).aside()) < count:
            await asyncio.sleep(0)


async def kept(client: Redis) -> dict[str, int]:
    """What the store keeps of alerts, and until when (Unix ms)."""
    return {key.decode(): await client.pexpiretime(key) async for key in client.scan_iter(KEYS)}


async def test_nothing_is_left(tmp_path: Path) -> None:
    """When a day has passed since the closing, no key of it is left in the store; the log stays, and nothing brings a contact back."""
    async with an_evening(tmp_path, hours_ago=24.2) as (served, client):
        page = await visit(served, 3)
        assert 201 == (await ask(served, page, phone=PHONE))[0]
        assert {"contacts", "claimed", "version", "aside"} <= {key.rpartition(":")[2] for key in await kept(client)}
        await served.submit("close_bazaar")
        async with asyncio.timeout(60):
            while await kept(client):
                await asyncio.sleep(0)
        async with served.session.get(f"{page}/alerts") as answer:
            assert [] == (await answer.json())["contacts"]
        await ask(served, page, phone=PHONE)
        assert {} == await kept(client)
        assert 0 < await client.exists("urut:{uji}:log")
        assert [] == [key async for key in client.scan_iter("*") if PHONE.encode() in (await client.dump(key) or b"")]


async def test_a_day_and_no_longer(tmp_path: Path) -> None:
    """Until then it is there, every key of it to the same moment: a day after the closing, not after the time at which it was to close."""
    async with an_evening(tmp_path, hours_ago=1) as (served, client):
        page = await visit(served, 3)
        await ask(served, page, phone=PHONE)
        before = await kept(client)
        await served.submit("close_bazaar")
        end = served.room.bazaar.at + KEPT_AFTER_CLOSING_MS
        assert all(time > end for time in before.values())
        async with asyncio.timeout(60):
            while {end} != set((await kept(client)).values()):
                await asyncio.sleep(0)
        assert 201 == (await ask(served, page, phone="+6281234567891"))[0]
        after = await kept(client)
        assert before.keys() <= after.keys()
        assert {end} == set(after.values())
