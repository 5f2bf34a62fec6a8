"""The writer when its log is away, is replaced by another, or breaks."""

import asyncio
import logging
import random
from collections.abc import Sequence

import pytest

from server.core.values import BazaarId
from server.store import outage
from server.store.errors import BrokenLog, Conflict, StoreUnreachable
from server.store.log import MemoryLog, MemoryStore, Submission, Top
from server.store.opening import open_log
from server.store.writer import Writer
from tests.scenarios import START_MS
from tests.store.hubs import FailingLog, hub, opened
from tests.store.proxy import until
from tests.store.samples import OPENING_ID, PLAN, issue

# Outages


async def test_outage(quick_log: MemoryLog, caplog: pytest.LogCaptureFixture) -> None:
    """While the store is away the writer is not ready and says so once; it comes back by itself."""
    failing = FailingLog(quick_log, random.Random(0), 0.0)  # noqa: S311  # it fails always or never
    async with hub(failing) as one:
        await one.submit(issue(1))
        failing.share = 1.0
        await until(lambda: not one.writer.ready)
        with pytest.raises(StoreUnreachable):
            await one.submit(issue(2))
        failing.share = 0.0
        await until(lambda: one.writer.ready)
        await one.submit(issue(2))
    assert 1 == caplog.text.count("as the test wants it")
    assert 1 == caplog.text.count("followed again")
    assert not one.writer.ready


async def test_pauses_of_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts come ever more slowly, within the bounds, and not all hubs' at once; the next outage begins quickly again."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr("server.store.outage.asyncio.sleep", sleep)
    away = outage.Outage("the log")
    for _ in range(20):
        await away.sit_out("away")
    assert outage.RETRY_S_MIN <= min(pauses)
    assert outage.RETRY_S_MAX >= max(pauses)
    assert max(pauses[:1]) < 0.11 < min(pauses[8:])
    assert 20 == len(set(pauses))
    away.is_over()
    await away.sit_out("away")
    assert pauses[-1] < 0.11


async def test_age_of_what_is_known(quick_log: MemoryLog) -> None:
    """A silent log that answers is known to be fresh."""
    async with hub(quick_log) as one:
        await until(lambda: one.writer.ready)
        one.clock.ms += 5000
        await until(lambda: one.writer.fresh_at == START_MS + 5000)


async def test_stumbling_listener(quick_log: MemoryLog, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever is told of entries and fails does not keep commands from being decided."""

    def fail(_: object) -> None:
        raise ZeroDivisionError

    stumbling = Writer(quick_log, lambda: START_MS, fail)
    running = asyncio.create_task(stumbling.run())
    for number in range(3):
        assert number + 2 == (await stumbling.submit(issue(number), 10)).offset
    running.cancel()
    assert "ZeroDivisionError" in caplog.text


# Logs that are replaced or broken


async def test_replaced_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often the log is replaced by a new edition, the hub follows the new one from its first entry."""
    monkeypatch.setattr("server.store.log.FOLLOW_S", 0.01)
    store = MemoryStore()
    log = await opened(store.log(BazaarId("uji")))
    async with hub(log) as one:
        for edition in (1, 2):
            await one.submit(issue(1))
            old = one.writer.ledger.epoch
            await store.archive(BazaarId("uji"), old)
            await until(lambda: not one.writer.ready)
            with pytest.raises(LookupError):
                one.writer.ledger.bazaar  # noqa: B018  # reading it is the test
            await open_log(log, PLAN, by="admin", now_ms=START_MS + edition, command_id=OPENING_ID)
            await until(lambda: one.writer.ready)
            assert old != one.writer.ledger.epoch
        await one.submit(issue(1))
        assert [1, 2, 1, 2, 1, 2] == [entry.offset for entry in one.told]


async def test_log_that_is_not_opened(memory_log: MemoryLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands to a bazaar that is not open wait for its opening."""
    monkeypatch.setattr(outage, "RETRY_S_MAX", 0.001)
    async with hub(memory_log) as one:
        waiting = asyncio.create_task(one.submit(issue(1)))
        await until(lambda: bool(one.writer.follower.waiters))
        assert not one.writer.ready
        await opened(memory_log)
        assert 2 == (await waiting).offset


async def test_broken_log(quick_log: MemoryLog, caplog: pytest.LogCaptureFixture) -> None:
    """A log that cannot be followed is named with the entry, loudly; those who wait are told, and nothing is appended to it."""
    async with hub(quick_log) as one:
        await one.submit(issue(1))
        await one.submit(issue(2))
    quick_log._records[1] = quick_log._records[1].replace(b"ktp", b"xyz")
    before = list(quick_log._records)
    async with hub(quick_log) as one:
        with pytest.raises(BrokenLog, match="entry 3 of the log: does not follow entry 2: prev is another hash"):
            await one.submit(issue(3))
        await one.task
        assert one.writer.broken is not None
        assert 3 == one.writer.broken.offset
        with pytest.raises(BrokenLog):
            await one.submit(issue(4))
        assert not one.writer.ready
    assert before == quick_log._records
    assert "CRITICAL" in [record.levelname for record in caplog.records if record.levelno > logging.ERROR]


async def test_log_that_breaks_later(quick_log: MemoryLog) -> None:
    """A foreign entry that turns up in a log while it is followed stops this bazaar there."""
    async with hub(quick_log) as one:
        await one.submit(issue(1))
        quick_log._records.append(b"\x80")
        await asyncio.wait_for(one.task, 10)
        assert one.writer.broken is not None
        assert 3 == one.writer.broken.offset


class _ClosedLog(MemoryLog):
    """Takes nothing behind the opening, as a log whose top was deleted."""

    async def append(self, top: Top, records: Sequence[bytes], submission: Submission | None = None) -> None:
        """See EventLog."""
        if top.offset:
            raise Conflict("the log has another top")
        await super().append(top, records, submission)


async def test_log_that_takes_nothing() -> None:
    """A log that refuses every entry as a conflict, though nobody else appends, stops this bazaar: it is not asked for ever."""
    log = _ClosedLog()
    await opened(log)
    async with hub(log) as one:
        with pytest.raises(BrokenLog, match="entry 2 of the log: is not there, and yet none is taken in its place"):
            await one.submit(issue(1))
