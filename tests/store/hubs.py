"""Writers at work in a test: on a clock that the test turns, beside each other, on logs that fail."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from server.core.entry import Entry
from server.store.audit import verify_records
from server.store.codec import decode_entry
from server.store.errors import StoreUnreachable
from server.store.log import EventLog, News, Submission, Top
from server.store.opening import open_log
from server.store.writer import Writer
from tests.scenarios import START_MS
from tests.store.samples import OPENING_ID, PLAN

ANSWER_S = 10.0


@dataclass
class Clock:
    """Unix ms as the test says."""

    ms: int = START_MS

    def __call__(self) -> int:
        """The time."""
        return self.ms


@dataclass
class Hub:
    """A writer that runs, its clock, and the entries that it told of."""

    writer: Writer
    task: "asyncio.Task[None]"
    clock: Clock
    told: list[Entry] = field(default_factory=list)

    async def submit(self, command: object) -> Entry:
        """Submit, with patience."""
        return await self.writer.submit(command, ANSWER_S)

    async def insist(self, command: object) -> Entry:
        """Submit as a tablet does: again and again under the same id, until there is an answer."""
        while True:
            try:
                return await self.writer.submit(command, 2.0)
            except (StoreUnreachable, TimeoutError):
                await asyncio.sleep(0)

    async def stop(self) -> None:
        """End it, as a kill would as far as the log can tell."""
        self.task.cancel()
        await asyncio.wait([self.task])


@asynccontextmanager
async def hub(log: EventLog) -> AsyncIterator[Hub]:
    """A writer at work on the log."""
    clock, told = Clock(), list[Entry]()
    writer = Writer(log, clock, told.append)
    running = Hub(writer, asyncio.create_task(writer.run()), clock, told)
    yield running
    await running.stop()


async def opened(log: EventLog) -> EventLog:
    """The log, with the sample bazaar open."""
    await open_log(log, PLAN, by="admin", now_ms=START_MS, command_id=OPENING_ID)
    return log


async def entries_of(log: EventLog) -> list[Entry]:
    """All entries but the opening."""
    return [decode_entry(record) for record in await log.read(1, 100_000)]


async def fault_of(log: EventLog) -> str | None:
    """What the independent check says against the log."""
    fault = verify_records(await log.read(0, 100_000)).fault
    return None if fault is None else str(fault)


class FailingLog:
    """A log that is away now and then: before it has done what it was asked for, or after, so that only the answer is lost."""

    def __init__(self, log: EventLog, chance: random.Random, share: float) -> None:
        self._log = log
        self._chance = chance
        self.share = share

    async def append(self, top: Top, records: Sequence[bytes], submission: Submission | None = None) -> None:
        """See EventLog."""
        self._fail()
        await self._log.append(top, records, submission)
        self._fail()

    async def read(self, after: int, limit: int) -> list[bytes]:
        """See EventLog."""
        self._fail()
        return await self._log.read(after, limit)

    async def publish(self, *commands: bytes, after: str = "") -> str:
        """See EventLog."""
        self._fail()
        stream_id = await self._log.publish(*commands, after=after)
        self._fail()
        return stream_id

    async def follow(self, after: int, cursor: str) -> News:
        """See EventLog."""
        self._fail()
        return await self._log.follow(after, cursor)

    def _fail(self) -> None:
        if self._chance.random() < self.share:
            raise StoreUnreachable("as the test wants it")
