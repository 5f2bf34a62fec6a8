"""The writer: every command gets its one entry, in stream order, and whoever waits for it is answered."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace

import msgpack
import pytest

from server.core.entry import Refusal
from server.core.events import CounterOpened, TicketIssued
from server.core.refusals import Refused
from server.core.values import CommandId
from server.store import draft
from server.store.codec import COMMAND_BYTES_MAX, command_from_map, digest, encode_command, encode_entry
from server.store.log import MemoryLog, News, Submission, Top
from server.store.writer import Writer
from tests.scenarios import START_MS
from tests.store.hubs import FailingLog, entries_of, fault_of, hub, opened
from tests.store.proxy import until
from tests.store.samples import ENTRY, NOBODY, command_id, issue, press

# Answers


async def test_answer(quick_log: MemoryLog) -> None:
    """Whoever submits a command gets its entry, which stands in the log then and is folded."""
    async with hub(quick_log) as one:
        one.clock.ms += 7
        entry = await one.submit(issue(1))
        assert (2, START_MS + 7, command_id(1), "1-0", "kiosk/1") == (entry.offset, entry.at, entry.command_id, entry.cursor, entry.by)
        assert [encode_entry(entry)] == await quick_log.read(1, 10)
        assert ["A-001"] == list(one.writer.ledger.bazaar.tickets)
        assert entry == one.told[-1]


async def test_refusal_is_an_answer(quick_log: MemoryLog) -> None:
    """A refusal is the command's entry like any other, and moves the offset on."""
    async with hub(quick_log) as one:
        entry = await one.submit(press(1, 1))
        assert isinstance(entry.outcome, Refusal)
        assert (2, "counter_closed") == (entry.offset, entry.outcome.code)


async def test_same_command_again(quick_log: MemoryLog) -> None:
    """A command that is sent again gets the same entry again, from any hub, and happens once."""
    async with hub(quick_log) as one:
        first = await one.submit(issue(1))
        assert first == await one.submit(issue(1))
    async with hub(quick_log) as other:
        assert first == await other.submit(issue(1))
    assert [first] == await entries_of(quick_log)


async def test_same_command_at_once(quick_log: MemoryLog) -> None:
    """Two who send the same command at the same time both get its one entry."""
    async with hub(quick_log) as one:
        first, second = await asyncio.gather(one.submit(issue(1)), one.submit(issue(1)))
        assert first == second
        await one.submit(issue(2, "kk"))
    assert [command_id(1), command_id(2)] == [entry.command_id for entry in await entries_of(quick_log)]


async def test_malformed_is_not_published(quick_log: MemoryLog) -> None:
    """What is no command is told so at once and never reaches the stream."""
    async with hub(quick_log) as one:
        with pytest.raises(Refused, match=r"services\.0: input should be a valid string"):
            await one.submit({**issue(1), "services": [3]})
        assert 2 == (await one.submit(issue(2))).offset


async def test_no_answer_in_time(quick_log: MemoryLog) -> None:
    """Without anybody who decides there is no answer; the command is decided once somebody comes, and the answer can be asked for."""
    lonely = Writer(quick_log, lambda: START_MS, lambda entry: None)
    with pytest.raises(TimeoutError):
        await lonely.submit(issue(1), 0.01)
    async with hub(quick_log) as one:
        assert 2 == (await one.submit(issue(1))).offset
    assert 1 == len(await entries_of(quick_log))


async def test_waiter_that_gave_up(quick_log: MemoryLog) -> None:
    """Nothing is left of somebody who gave up waiting, and their command is decided all the same."""
    lonely = Writer(quick_log, lambda: START_MS, lambda entry: None)
    waiting = asyncio.create_task(lonely.submit(issue(1), 10))
    await until(lambda: bool(lonely.follower.waiters))
    waiting.cancel()
    await asyncio.wait([waiting])
    assert {} == lonely.follower.waiters
    async with hub(quick_log) as one:
        await until(lambda: one.writer.ledger.offset == 2)


async def test_waiter_that_gives_up_in_the_same_moment(quick_log: MemoryLog) -> None:
    """An answer that comes in the very turn in which somebody gives up waiting harms nobody."""
    async with hub(quick_log) as one:
        entry = await one.submit(issue(1))
    late = Writer(quick_log, lambda: START_MS, lambda entry: None)
    leaving, staying = (asyncio.create_task(late.submit(issue(1), 10)) for _ in range(2))
    await until(lambda: len(late.follower.waiters.get(command_id(1), ())) == 2)
    leaving.cancel()
    for record in await quick_log.read(0, 10):
        late.follower.fold(record)
    assert entry == await staying


# Order


async def test_stream_order(quick_log: MemoryLog) -> None:
    """Commands are decided in the order of the stream, duplicates passed over wherever they stand."""
    numbers = [1, 2, 1, 3, 3, 2, 4, 1]
    for number in numbers:
        await quick_log.publish(encode_command(command_from_map(issue(number, "kk" if number % 2 else "ktp"))))
    async with hub(quick_log) as one:
        await one.submit(issue(9))
    assert [command_id(number) for number in (1, 2, 3, 4, 9)] == [entry.command_id for entry in await entries_of(quick_log)]
    assert await fault_of(quick_log) is None


async def test_time_never_goes_back(quick_log: MemoryLog) -> None:
    """An entry is never earlier than the one before it, whatever the clock says."""
    async with hub(quick_log) as one:
        one.clock.ms = START_MS + 100
        await one.submit(issue(1))
        one.clock.ms = START_MS - 5000
        entry = await one.submit(issue(2))
    assert START_MS + 100 == entry.at


class _ListeningLog(MemoryLog):
    """Knows from where in the commands stream it was followed last."""

    cursor = ""

    async def follow(self, after: int, cursor: str) -> News:
        """See EventLog."""
        self.cursor = cursor
        return await super().follow(after, cursor)


async def test_duplicates_are_passed_for_good() -> None:
    """A command that was decided before is read once more and then left behind, though it makes no entry."""
    log = _ListeningLog()
    await opened(log)
    async with hub(log) as one:
        await one.submit(issue(1))
        stream_id = await log.publish(encode_command(command_from_map(issue(1))))
        await until(lambda: log.cursor == stream_id)
    assert 1 == len(await entries_of(log))


# What is no command


@pytest.mark.parametrize(
    ("raw", "by"),
    [
        (b"", "system"),
        (b"\xc1", "system"),
        (b"\x91" * 2000, "system"),
        (b"\xc0" * (COMMAND_BYTES_MAX + 1), "system"),
        (msgpack.packb([1, 2]), "system"),
        (msgpack.packb({"do": "next"}), "system"),
        (msgpack.packb({**issue(5), "do": "dance"}), "kiosk/1"),
        (msgpack.packb({**issue(5), "services": []}), "kiosk/1"),
        (msgpack.packb({**issue(5), "by": "x" * 300}), "system"),
        (msgpack.packb({**issue(5), "command_id": "malformed-1-0-malformed"}), "kiosk/1"),
    ],
)
async def test_no_command(quick_log: MemoryLog, raw: bytes, by: str) -> None:
    """What is no command is settled by a refusal under its stream id, and stops nothing."""
    stream_id = await quick_log.publish(raw)
    async with hub(quick_log) as one:
        await one.submit(issue(1))
    first, second = await entries_of(quick_log)
    assert isinstance(first.outcome, Refusal)
    assert ("malformed", f"malformed-{stream_id}", stream_id, by) == (first.outcome.code, first.command_id, first.cursor, first.by)
    assert command_id(1) == second.command_id
    assert await fault_of(quick_log) is None


async def test_rule_that_fails(quick_log: MemoryLog, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A command on which our own rules stumble is refused and told of in the program's log; the next one is decided."""

    def decide(*_: object) -> tuple[CounterOpened, ...]:
        monkeypatch.undo()
        raise ZeroDivisionError

    monkeypatch.setattr(draft, "decide", decide)
    async with hub(quick_log) as one:
        entry = await one.submit(issue(1))
        assert isinstance(entry.outcome, Refusal)
        assert ("malformed", "could not be decided") == (entry.outcome.code, entry.outcome.fields["fault"])
        assert isinstance((await one.submit(issue(2))).events[0], TicketIssued)
    assert "ZeroDivisionError" in caplog.text


# Between append and answer


class _StuckLog(MemoryLog):
    """Never answers an append that it did."""

    async def append(self, top: Top, records: Sequence[bytes], submission: Submission | None = None) -> None:
        """See EventLog."""
        await super().append(top, records, submission)
        if top.offset:
            await asyncio.Event().wait()


async def test_hub_that_ends_between_append_and_answer() -> None:
    """A command whose hub ended before it could answer stands once, and the next hub goes on behind it."""
    log = _StuckLog()
    await opened(log)
    async with hub(log) as one:
        waiting = asyncio.create_task(one.submit(issue(1)))
        await until(lambda: len(log._records) == 2)
        await one.stop()
        waiting.cancel()
    log.append = super(_StuckLog, log).append  # type: ignore[method-assign]  # mended
    async with hub(log) as other:
        first = await other.submit(issue(1))
        second = await other.submit(issue(2))
    assert [first, second] == await entries_of(log)


async def test_writer_that_runs_again(quick_log: MemoryLog) -> None:
    """A writer that was stopped and runs again goes on where the log is."""
    async with hub(quick_log) as one:
        await one.submit(issue(1))
        await one.stop()
        one.task = asyncio.create_task(one.writer.run())
        await one.submit(issue(2))
    assert 2 == len(await entries_of(quick_log))


# Several hubs


@pytest.mark.parametrize("seed", range(5))
async def test_hubs_on_a_failing_store(quick_log: MemoryLog, seed: int) -> None:
    """With a store that fails at any moment, before or after it did its work, three hubs write one whole log between them."""
    chance = random.Random(seed)  # noqa: S311  # a test that can be repeated
    flaky = [FailingLog(quick_log, chance, 0.2) for _ in range(3)]
    async with hub(flaky[0]) as one, hub(flaky[1]) as two, hub(flaky[2]) as three:
        answers = await asyncio.gather(*(chance.choice([one, two, three]).insist(issue(number % 30)) for number in range(60)))
    entries = await entries_of(quick_log)
    assert {entry.command_id: entry for entry in entries} == {answer.command_id: answer for answer in answers}
    assert 30 == len(entries)
    assert await fault_of(quick_log) is None


async def test_hubs_tell_the_same(quick_log: MemoryLog) -> None:
    """Every hub tells of every entry once, in log order, whoever wrote it."""
    async with hub(quick_log) as one, hub(quick_log) as two:
        for number in range(20):
            await (one if number % 2 else two).submit(issue(number))
        await until(lambda: one.writer.ledger.offset == two.writer.ledger.offset == 21)
        assert list(range(1, 22)) == [entry.offset for entry in one.told]
        assert one.told == two.told
        assert one.writer.ledger.head == two.writer.ledger.head


class _OvertakenLog(MemoryLog):
    """Another hub, of a newer version, decides each command just after we heard of it, and reads it as something else."""

    async def follow(self, after: int, cursor: str) -> News:
        """See EventLog."""
        news = await super().follow(after, cursor)
        for stream_id, _ in news.commands:
            top = Top(len(self._records), self._records[-1])
            other = CommandId(f"command-of-others-{stream_id}")
            entry = replace(ENTRY, offset=top.offset + 1, command_id=other, cursor=stream_id, outcome=NOBODY, prev=digest(top.record))
            await self.append(top, [encode_entry(entry)])
        return news


async def test_command_that_others_read_as_another() -> None:
    """A command that was decided under another id is not decided again: the place in the stream counts."""
    log = _OvertakenLog()
    await opened(log)
    for number in range(3):
        await log.publish(encode_command(command_from_map(issue(number))))
    async with hub(log) as one:
        await until(lambda: one.writer.ledger.offset == 4)
        await log.publish(b"\xc1")
        await until(lambda: one.writer.ledger.offset == 5)
    assert ["1-0", "2-0", "3-0", "4-0"] == [entry.cursor for entry in await entries_of(log)]
