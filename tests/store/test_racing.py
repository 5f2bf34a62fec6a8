"""Several hubs at once on one bazaar of a real server, and a server that dies under them."""

import asyncio
import os
import random
import signal
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest

from server.core.values import BazaarId
from server.store.codec import command_from_map, decode_command, encode_command
from server.store.embedded import EmbeddedStore, start_embedded
from server.store.folder import SERVER_PID
from server.store.redis import RedisLog, RedisStore, connect
from tests.store.hubs import Hub, entries_of, fault_of, hub, opened
from tests.store.proxy import proxy_to, until
from tests.store.samples import command_id, issue

pytestmark = pytest.mark.store

COMMANDS = 120


@pytest.mark.parametrize("hubs", [2, 3])
async def test_hubs_racing(embedded: EmbeddedStore, redis_log: RedisLog, bazaar_id: BazaarId, hubs: int) -> None:
    """However many hubs decide at once, each command has one entry, in stream order, and all hubs end with the same log."""
    await opened(redis_log)
    chance = random.Random(hubs)  # noqa: S311  # a test that can be repeated
    order = [number for number in range(COMMANDS) for _ in range(chance.choice([1, 1, 1, 2, 3]))]
    async with AsyncExitStack() as stack:
        running = [await _hub_of_its_own(stack, embedded.url, bazaar_id) for _ in range(hubs)]
        for number in order:
            await redis_log.publish(encode_command(command_from_map(issue(number, "kk"))))
        await asyncio.gather(*(chance.choice(running).submit(issue(number, "kk")) for number in order[::7]))
        await _level(running)
        assert 1 == len({one.writer.ledger.head for one in running})
        assert all(one.told == running[0].told for one in running)
    entries = await entries_of(redis_log)
    assert [command_id(number) for number in range(COMMANDS)] == [entry.command_id for entry in entries]
    assert await fault_of(redis_log) is None


@pytest.mark.parametrize("hubs", [2, 3])
async def test_submitted_at_racing_hubs(embedded: EmbeddedStore, redis_log: RedisLog, bazaar_id: BazaarId, hubs: int) -> None:
    """While commands are submitted at all hubs and published besides, each has one entry, in stream order, and all hubs have one log."""
    await opened(redis_log)
    chance = random.Random(hubs)  # noqa: S311  # a test that can be repeated
    async with AsyncExitStack() as stack:
        running = [await _hub_of_its_own(stack, embedded.url, bazaar_id) for _ in range(hubs)]
        await until(lambda: all(one.writer.ready for one in running))

        async def work(worker: int) -> None:
            for number in range(worker, COMMANDS + 1, 6):
                if chance.random() < 0.2:
                    await redis_log.publish(encode_command(command_from_map(issue(number, "kk"))))
                await chance.choice(running).submit(issue(number, "kk"))

        await asyncio.gather(*map(work, range(6)))
        await _level(running)
        assert 1 == len({one.writer.ledger.head for one in running})
        assert all(one.told == running[0].told for one in running)
    entries = await entries_of(redis_log)
    commands = [decode_command(raw).command_id for _, raw in (await redis_log.follow(COMMANDS + 2, "")).commands]
    assert list(dict.fromkeys(commands)) == [entry.command_id for entry in entries]
    assert COMMANDS + 1 == len(entries)
    assert await fault_of(redis_log) is None


async def test_hubs_that_come_and_go(embedded: EmbeddedStore, redis_log: RedisLog, bazaar_id: BazaarId) -> None:
    """Hubs that are stopped in the middle of their work leave no command undecided and none decided twice."""
    await opened(redis_log)
    chance = random.Random(7)  # noqa: S311  # a test that can be repeated
    async with AsyncExitStack() as stack:
        steady = await _hub_of_its_own(stack, embedded.url, bazaar_id)
        for start in range(0, COMMANDS, 20):
            async with hub(redis_log) as passing:
                for number in range(start, start + 20):
                    await redis_log.publish(encode_command(command_from_map(issue(number, "kk"))))
                enough = start + chance.randrange(1, 20)
                await until(partial(_has_passed, passing, enough))
        await steady.submit(issue(COMMANDS))
    assert [command_id(number) for number in range(COMMANDS + 1)] == [entry.command_id for entry in await entries_of(redis_log)]
    assert await fault_of(redis_log) is None


async def test_hub_whose_answers_are_lost(embedded: EmbeddedStore, redis_log: RedisLog, bazaar_id: BazaarId) -> None:
    """On a network that loses answers the hub goes on, and what it writes stands once."""
    await opened(redis_log)
    chance = random.Random(3)  # noqa: S311  # a test that can be repeated
    port = int(embedded.url.rpartition(":")[2].partition("/")[0])
    async with proxy_to(port) as proxy, AsyncExitStack() as stack:
        one = await _hub_of_its_own(stack, embedded.url.replace(f":{port}/", f":{proxy.port}/"), bazaar_id)
        for number in range(40):
            proxy.replies_to_lose = chance.choice([0, 0, 1, 2])
            await one.insist(issue(number, "kk"))
    assert [command_id(number) for number in range(40)] == [entry.command_id for entry in await entries_of(redis_log)]
    assert await fault_of(redis_log) is None


@pytest.mark.faults
async def test_server_killed_under_a_hub(tmp_path: Path) -> None:
    """Through every kill -9 of the server nothing that was answered is lost, and the hub goes on by itself."""
    async with AsyncExitStack() as stack:
        embedded = await start_embedded(tmp_path, ends_with_parent=True)
        stack.push_async_callback(embedded.close)
        one = await _hub_of_its_own(stack, embedded.url, BazaarId("uji"), is_new=True)
        answered = []
        for number in range(60):
            if number % 20 == 10:
                os.kill(int((tmp_path / SERVER_PID).read_text()), signal.SIGKILL)
            answered.append(await one.insist(issue(number, "kk")))
        store = connect(embedded.url)
        stack.push_async_callback(store.close)
        log = store.log(BazaarId("uji"))
        assert answered == await entries_of(log)
        assert await fault_of(log) is None


async def _hub_of_its_own(stack: AsyncExitStack, url: str, bazaar: BazaarId, *, is_new: bool = False) -> Hub:
    """A hub with connections of its own, as in another process."""
    store: RedisStore = connect(url)
    stack.push_async_callback(store.close)
    log = store.log(bazaar)
    if is_new:
        await opened(log)
    return await stack.enter_async_context(hub(log))


def _has_passed(one: Hub, offset: int) -> bool:
    return one.writer.ledger.offset > offset


async def _level(running: list[Hub]) -> None:
    """Wait until all hubs have followed as far as the foremost."""
    await until(lambda: all(one.writer.ready for one in running))
    await until(lambda: 1 == len({one.writer.ledger.offset for one in running}) and running[0].writer.ledger.offset > COMMANDS)
