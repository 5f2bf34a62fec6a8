"""How far a process is behind its log, and when it says that what it shows is fresh."""

import asyncio
from collections.abc import Sequence

import pytest

from server.core.entry import Entry
from server.store.log import EventLog, MemoryLog, News, Submission, Top
from server.store.writer import Writer
from tests.store.hubs import Clock, hub, opened
from tests.store.proxy import until
from tests.store.samples import issue

LATER_MS = 60_000
PAGE = 2


class Held:
    """A log whose news comes only when the gate is open."""

    def __init__(self, log: EventLog) -> None:
        self.gate = asyncio.Event()
        self._log = log

    async def append(self, top: Top, records: Sequence[bytes], submission: Submission | None = None) -> None:
        """See EventLog."""
        await self._log.append(top, records, submission)

    async def read(self, after: int, limit: int) -> list[bytes]:
        """See EventLog."""
        return await self._log.read(after, limit)

    async def publish(self, *commands: bytes, after: str = "") -> str:
        """See EventLog."""
        return await self._log.publish(*commands, after=after)

    async def follow(self, after: int, cursor: str) -> News:
        """See EventLog."""
        await self.gate.wait()
        return await self._log.follow(after, cursor)


async def test_fresh_only_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has more to read than one answer brings does not call fresh what it shows meanwhile, and is behind until the last page."""
    for module in ("log", "writer"):
        monkeypatch.setattr(f"server.store.{module}.PAGE_ENTRIES", PAGE)
    log, clock = await opened(MemoryLog()), Clock()
    held, seen = Held(log), list[tuple[int, bool, float]]()

    def note(entry: Entry) -> None:
        seen.append((entry.offset, writer.fresh_at > LATER_MS + began_ms, writer._level_at))

    began_ms = clock.ms - LATER_MS // 2
    writer = Writer(held, clock, note)
    running = asyncio.create_task(writer.run())
    await until(lambda: writer.ready)
    level_at = writer._level_at
    async with hub(log) as other:
        await until(lambda: other.writer.ready)
        for number in range(2 * PAGE + 1):
            await other.submit(issue(number, "ktp"))
        clock.ms += LATER_MS
        held.gate.set()
        await until(lambda: writer.ledger.offset == other.writer.ledger.offset and writer._level_at > level_at)
    running.cancel()
    *catching_up, (last, is_fresh, _) = seen[1:]
    assert [False] * (2 * PAGE) == [fresh for _, fresh, _ in catching_up]
    assert {level_at} == {level for _, _, level in catching_up}
    assert (2 * PAGE + 2, True) == (last, is_fresh)


async def test_behind_while_nothing_is_heard() -> None:
    """A process that hears nothing from its log is further behind with every moment; an append of its own shows that it is not."""
    held = Held(await opened(MemoryLog()))
    async with hub(held) as one:
        await until(lambda: one.writer.ready)
        before, level_at = one.writer.behind_s, one.writer._level_at
        await until(lambda: one.writer.behind_s > before)
        assert one.writer._level_at == level_at
        await one.submit(issue(1, "ktp"))
        await until(lambda: one.writer._level_at > level_at)
