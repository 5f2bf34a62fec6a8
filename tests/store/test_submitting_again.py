"""Commands that are submitted at a hub when answers are lost, senders ask again, and senders leave."""

import asyncio

import pytest

from server.store.errors import OnlyFollowed, StoreUnreachable
from server.store.followed import FollowedLog
from tests.store.hubs import entries_of, hub
from tests.store.proxy import until
from tests.store.samples import command_id, issue
from tests.store.watched import WatchedLog, is_ready, raw, watched_log


@pytest.fixture
async def log(monkeypatch: pytest.MonkeyPatch) -> WatchedLog:
    """An open bazaar."""
    return await watched_log(monkeypatch)


async def test_lost_answer(log: WatchedLog) -> None:
    """When the answer to an append is lost, whoever submitted is told to ask again, and gets the entry that stands; it stands once."""
    async with hub(log) as one:
        await is_ready(one)
        log.losing.turn(True)
        with pytest.raises(StoreUnreachable):
            await one.submit(issue(1))
        log.losing.turn(False)
        assert 2 == (await one.insist(issue(1))).offset
        assert 3 == (await one.insist(issue(2))).offset
    assert [command_id(1), command_id(2)] == [entry.command_id for entry in await entries_of(log)]


async def test_asking_again_before_the_entry_is_known(log: WatchedLog) -> None:
    """Who asks again before the hub knows that the entry stands gets that entry; the command is not decided a second time."""
    async with hub(log) as one:
        await is_ready(one)
        log.deaf.turn(True)
        async with hub(log) as blind:
            await until(lambda: blind.writer.ready)
            await blind.submit(issue(1))
        again = asyncio.create_task(one.submit(issue(1)))
        await until(lambda: log.published == 1)
        log.deaf.turn(False)
        assert "0-1" == (await again).cursor
        assert 3 == (await one.submit(issue(2))).offset
    assert [command_id(1), command_id(2)] == [entry.command_id for entry in await entries_of(log)]


async def test_same_command_during_its_append(log: WatchedLog) -> None:
    """Who sends a command again while it is being appended gets its one entry; the stream has it once."""
    async with hub(log) as one, asyncio.TaskGroup() as tasks:
        await is_ready(one)
        log.slow.turn(True)
        first = tasks.create_task(one.submit(issue(1)))
        await until(lambda: log.appended == [1])
        second = tasks.create_task(one.submit(issue(1)))
        await until(lambda: len(one.writer.follower.waiters[command_id(1)]) == 2)
        log.slow.turn(False)
        assert await first == await second
        await one.submit(issue(2))
    assert [("0-1", raw(1)), ("0-2", raw(2))] == log._commands


async def test_leaving_before_it_is_sent(log: WatchedLog) -> None:
    """A command whose sender left while it waited for the append before it is not sent at all."""
    async with hub(log) as one:
        await is_ready(one)
        log.slow.turn(True)
        staying = asyncio.create_task(one.submit(issue(1)))
        await until(lambda: log.appended == [1])
        leaving = asyncio.create_task(one.submit(issue(2)))
        await until(lambda: len(one.writer.follower.waiters) == 2)
        leaving.cancel()
        await asyncio.wait([leaving])
        log.slow.turn(False)
        await staying
        await one.submit(issue(3))
    assert [command_id(1), command_id(3)] == [entry.command_id for entry in await entries_of(log)]


async def test_leaving_during_the_append(log: WatchedLog) -> None:
    """A command whose sender left while it was appended stands; the others of the same append are answered, and so is who asks again."""
    async with hub(log) as one:
        await is_ready(one)
        log.slow.turn(True)
        leaving, staying = (asyncio.create_task(one.submit(issue(number))) for number in (1, 2))
        await until(lambda: log.appended == [2])
        leaving.cancel()
        await asyncio.wait([leaving])
        log.slow.turn(False)
        assert 3 == (await staying).offset
        assert 2 == (await one.submit(issue(1))).offset
    assert [2] == log.appended


async def test_store_goes_away_under_many(log: WatchedLog) -> None:
    """When the store goes away, everybody who has submitted is told so at once, also those whose turn had not come."""
    async with hub(log) as one:
        await is_ready(one)
        log.slow.turn(True)
        first = asyncio.create_task(one.submit(issue(1)))
        await until(lambda: log.appended == [1])
        second = asyncio.create_task(one.submit(issue(2)))
        await until(lambda: len(one.writer.follower.waiters) == 2)
        log.losing.turn(True)
        log.slow.turn(False)
        results = await asyncio.gather(first, second, return_exceptions=True)
        assert [StoreUnreachable, StoreUnreachable] == [type(result) for result in results]


async def test_log_that_is_only_followed(log: WatchedLog) -> None:
    """Where nothing can be written, whoever submits is told so, and the hub goes on following as if nobody had asked."""
    async with hub(FollowedLog(log)) as one:
        await is_ready(one)
        with pytest.raises(OnlyFollowed):
            await one.submit(issue(1))
        assert one.writer.ready
