"""Commands that are submitted at a hub: decided at once, several together, and in the stream's order when others have sent some too."""

import asyncio

import pytest

from server.core.entry import Entry, Refusal
from server.core.events import TicketCalled
from server.core.values import CounterNumber, Label
from server.store.turns import PIECES
from server.store.writer import TOGETHER_MAX
from tests.store.hubs import entries_of, fault_of, hub
from tests.store.proxy import until
from tests.store.samples import command_id, issue, press
from tests.store.watched import WatchedLog, is_ready, raw, watched_log


@pytest.fixture
async def log(monkeypatch: pytest.MonkeyPatch) -> WatchedLog:
    """An open bazaar."""
    return await watched_log(monkeypatch)


# Alone


async def test_submitted_at_once(log: WatchedLog) -> None:
    """A hub that knows all decides a command by one append, which puts it into the commands stream too."""
    async with hub(log) as one:
        await is_ready(one)
        first, second = await one.submit(issue(1)), await one.submit(issue(2))
        assert ("0-1", "0-2") == (first.cursor, second.cursor)
        assert ([1, 1], 0) == (log.appended, log.published)
        assert [("0-1", raw(1)), ("0-2", raw(2))] == log._commands
    assert [first, second] == await entries_of(log)
    assert await fault_of(log) is None


async def test_own_entries_are_told_once(log: WatchedLog) -> None:
    """What a hub has appended itself is no news when the store brings it."""
    async with hub(log) as one:
        await is_ready(one)
        for number in range(5):
            await one.submit(issue(number))
        stream_id = await log.publish(raw(9))
        await until(lambda: one.writer.ledger.cursor == stream_id)
        assert list(range(1, 8)) == [entry.offset for entry in one.told]
    assert [1] * 6 == log.appended


async def test_another_entry_in_the_place_of_an_own(log: WatchedLog) -> None:
    """When the store brings another entry where the hub has appended its own, the bazaar stops there; it is not passed over as known."""
    async with hub(log) as one:
        await is_ready(one)
        log.deaf.turn(True)
        await one.submit(issue(1, "ktp"))
        log._records[1] = log._records[1].replace(b"ktp", b"sim")
        log.deaf.turn(False)
        await asyncio.wait_for(one.task, 10)
        assert one.writer.broken is not None
        assert 2 == one.writer.broken.offset


# Together


async def test_commands_together(log: WatchedLog) -> None:
    """Commands that come at once are appended at once, each with an entry of its own, each decided on what the one before left."""
    async with hub(log) as one:
        await is_ready(one)
        await one.submit({"command_id": command_id(90), "do": "open_counter", "by": "counter/1", "counter": 1})
        orders = [issue(1), press(2, 1), press(3, 1), press(4, 1, "A-001")]
        answers = await asyncio.gather(*(one.submit(order) for order in orders))
    assert [1, 4] == log.appended
    assert ["TicketIssued", "TicketCalled", "stale", "TicketServed"] == [_told(answer) for answer in answers]
    assert ["0-2", "0-3", "0-4", "0-5"] == [answer.cursor for answer in answers]
    assert answers == (await entries_of(log))[1:]
    assert await fault_of(log) is None


async def test_what_comes_during_an_append(log: WatchedLog) -> None:
    """Whatever comes while the store is busy with an append goes together with the next."""
    async with hub(log) as one, asyncio.TaskGroup() as tasks:
        await is_ready(one)
        log.slow.turn(True)
        tasks.create_task(one.submit(issue(0)))
        await until(lambda: log.appended == [1])
        for number in range(1, 8):
            tasks.create_task(one.submit(issue(number)))
        await until(lambda: len(one.writer.follower.waiters) == 8)
        log.slow.turn(False)
    assert [1, 7] == log.appended


async def test_more_than_go_together(log: WatchedLog) -> None:
    """However many come at once, they go in bounded parcels, in the order in which they came."""
    count = 2 * TOGETHER_MAX + 1
    async with hub(log) as one:
        await is_ready(one)
        await asyncio.gather(*(one.submit(issue(number)) for number in range(count)))
    assert [TOGETHER_MAX, TOGETHER_MAX, 1] == log.appended
    assert [command_id(number) for number in range(count)] == [entry.command_id for entry in await entries_of(log)]
    assert await fault_of(log) is None


async def test_stream_is_settled_together(log: WatchedLog) -> None:
    """Commands that stand in the stream are appended together too, duplicates and what is no command among them."""
    await log.publish(raw(1), raw(2), raw(1), b"\xc1", raw(2, "kk"), raw(3))
    async with hub(log) as one:
        await until(lambda: one.writer.ledger.offset == 5)
        assert [4] == log.appended
        assert 6 == (await one.submit(issue(4))).offset
    assert ["1-0", "2-0", "4-0", "6-0", "6-1"] == [entry.cursor for entry in await entries_of(log)]
    assert await fault_of(log) is None


async def test_others_have_their_turn_while_many_are_decided(log: WatchedLog) -> None:
    """While many commands are decided and folded the process still answers everybody else, every few entries."""
    async with hub(log) as one:
        await is_ready(one)
        waiting = asyncio.gather(*(one.submit(issue(number)) for number in range(TOGETHER_MAX)))
        turns = 0
        while not waiting.done():
            await asyncio.sleep(0)
            turns += 1
    assert turns > 2 * TOGETHER_MAX / PIECES


# Others are there too


async def test_stream_holds_something_unread(log: WatchedLog) -> None:
    """A command that a client has published is decided before one that is submitted after it, though the hub has not heard of it yet."""
    async with hub(log) as one:
        await is_ready(one)
        log.deaf.turn(True)
        await log.publish(raw(1))
        waiting = asyncio.create_task(one.submit(issue(2)))
        await until(lambda: log.published == 2)
        assert 1 == one.writer.ledger.offset
        log.deaf.turn(False)
        await waiting
        assert 4 == (await one.submit(issue(3))).offset
        assert 2 == log.published
    assert [command_id(number) for number in (1, 2, 3)] == [entry.command_id for entry in await entries_of(log)]
    assert await fault_of(log) is None


async def test_another_hub_was_first(log: WatchedLog) -> None:
    """Nothing is left of what was decided on a top that is not the top any more; it is decided anew behind what another hub wrote."""
    async with hub(log) as one:
        await is_ready(one)
        log.deaf.turn(True)
        async with hub(log) as other:
            await is_ready(other)
            await other.submit(issue(8))
        opens = {"command_id": command_id(1), "do": "open_counter", "by": "counter/1", "counter": 1}
        waiting = asyncio.gather(*(one.submit(order) for order in (opens, issue(2), press(3, 1))))
        await until(lambda: log.published == 3)
        assert ({}, 1) == (one.writer.ledger.bazaar.tickets, one.writer.ledger.offset)
        log.deaf.turn(False)
        answers = await waiting
        assert [3, 4, 5] == [answer.offset for answer in answers]
        assert (TicketCalled(ticket=Label("A-001"), counter=CounterNumber(1)),) == answers[2].events
        assert [1, 2, 3, 4, 5] == [entry.offset for entry in one.told]
    assert await fault_of(log) is None


@pytest.mark.parametrize("count", [1, 5])
async def test_hubs_at_which_the_same_is_submitted(log: WatchedLog, count: int) -> None:
    """The same commands submitted at two hubs in the same moment stand once, and both hubs give the same answers."""
    async with hub(log) as one, hub(log) as two:
        await is_ready(one)
        await is_ready(two)
        orders = [issue(number) for number in range(count)]
        answers = await asyncio.gather(*(at.submit(order) for at in (one, two) for order in orders))
        assert answers[:count] == answers[count:] == await entries_of(log)
        assert one.told[:count] == two.told[:count]
    assert await fault_of(log) is None


def _told(entry: Entry) -> str:
    """What came of it, in a word."""
    return entry.outcome.code if isinstance(entry.outcome, Refusal) else type(entry.events[0]).__name__
