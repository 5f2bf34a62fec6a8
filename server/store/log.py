"""The log of one bazaar beside the stream of commands that are put to it, as every part above sees them; and both in memory.

Rule: an append names the top that it was decided on and succeeds onto exactly that top, whoever else is appending.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from server.core.values import BazaarId
from server.store.alert_book import AlertBook, MemoryAlertBook
from server.store.board import Board, MemoryBoard
from server.store.codec import digest
from server.store.errors import Conflict
from server.store.times import Times

FOLLOW_S = 2.0
"""How long `EventLog.follow` waits for news."""
PAGE_ENTRIES = 500
"""How many entries and commands one read brings at most."""


@dataclass(frozen=True, slots=True)
class Top:
    """The last entry of a log: its offset (0 for an empty log) and its bytes."""

    offset: int = 0
    record: bytes = b""


@dataclass(frozen=True, slots=True)
class News:
    """What came after a position: entries in log order, and (stream id, bytes) of commands in stream order."""

    entries: list[bytes]
    commands: list[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Submission:
    """Commands, as (stream id, bytes), that come into the commands stream together with their entries, right behind ``cursor``."""

    cursor: str
    commands: Sequence[tuple[str, bytes]]


class EventLog(Protocol):
    """One bazaar's log and commands. Every method raises StoreUnreachable while the store does not answer."""

    async def append(self, top: Top, records: Sequence[bytes], submission: Submission | None = None) -> None:
        """Append all records onto ``top``, and put what was submitted into the commands stream; all of it, or nothing.

        Raises:
            Conflict: the log has another top, by offset or by content, or the commands stream another end than the submission's cursor.
        """

    async def read(self, after: int, limit: int) -> list[bytes]:
        """At most ``limit`` records that come after this offset.

        Raises:
            BrokenLog: what comes next is not the next entry.
        """

    async def publish(self, *commands: bytes, after: str = "") -> str:
        """Put commands into the commands stream, at least one; the stream id of the last.

        They come behind ``after`` too, up to where all is decided: a stream that has lost its end would hide them before it.
        """

    async def follow(self, after: int, cursor: str) -> News:
        """Entries after this offset and commands after this stream id ("" for all); waits up to `FOLLOW_S` when there are none.

        Raises:
            BrokenLog: what comes next is not the next entry.
        """


class Store(Protocol):
    """Where the logs of all bazaars are. Every method raises StoreUnreachable while the store does not answer.

    ``round_trips``: how long its answers took, without those that were waited for.
    """

    @property
    def round_trips(self) -> Times:
        """See above."""

    def log(self, bazaar: BazaarId) -> EventLog:
        """The log of this bazaar, whether it has been opened or not."""

    def board(self, bazaar: BazaarId, topic: str) -> Board:
        """The bazaar's notes of a topic."""

    def alerts(self, bazaar: BazaarId) -> AlertBook:
        """Who wants to be told of their turn in the bazaar."""

    async def bazaars(self) -> list[BazaarId]:
        """The ids of all bazaars that were registered, sorted."""

    async def register(self, bazaar: BazaarId) -> None:
        """Make the bazaar known to every hub."""

    async def archive(self, bazaar: BazaarId, epoch: str) -> None:
        """Set the log of this epoch and its commands aside, so that the bazaar can be opened anew. Its alerts are erased.

        Raises:
            Conflict: another log has taken its place since.
        """

    async def restore(self, bazaar: BazaarId, records: Sequence[bytes], cursor: str) -> None:
        """Give a bazaar that has nothing here the log that it had elsewhere, all or nothing; its next command comes behind ``cursor``.

        Raises:
            Conflict: it has a log or commands, or somebody else restores it at the same time.
        """

    async def close(self) -> None:
        """Let go of every connection."""


def stream_position(stream_id: str) -> tuple[int, int]:
    """A stream id as what it is ordered by; "" comes before all others."""
    ms, _, number = stream_id.partition("-")
    return int(ms or 0), int(number or 0)


def next_stream_id(stream_id: str) -> str:
    """The lowest id behind this one. It takes no time from any clock, so it is never ahead of the ids that the store gives."""
    ms, number = stream_position(stream_id)
    return f"{ms}-{number + 1}"


def stream_ids_after(stream_id: str) -> Iterator[str]:
    """The ids behind this one, the lowest first, without end."""
    while True:
        stream_id = next_stream_id(stream_id)
        yield stream_id


class MemoryLog:
    """An EventLog for one process, gone when the process ends."""

    def __init__(self) -> None:
        self._records: list[bytes] = []
        self._commands: list[tuple[str, bytes]] = []
        self._before = ""
        self._news = asyncio.Event()

    async def append(self, top: Top, records: Sequence[bytes], submission: Submission | None = None) -> None:
        """See EventLog."""
        if top != self._top:
            raise Conflict("the log has another top")
        if submission is not None:
            if stream_position(submission.cursor) != stream_position(self._newest):
                raise Conflict("the commands stream has another end")
            self._commands.extend(submission.commands)
        self._records.extend(records)
        self._tell()

    async def read(self, after: int, limit: int) -> list[bytes]:
        """See EventLog."""
        return self._records[after : after + limit]

    async def publish(self, *commands: bytes, after: str = "") -> str:
        """See EventLog."""
        for command in commands:
            ms, _ = max(stream_position(self._newest), stream_position(after))
            self._commands.append((f"{ms + 1}-0", command))
        self._tell()
        return self._newest

    async def follow(self, after: int, cursor: str) -> News:
        """See EventLog."""
        news = self._news_after(after, cursor)
        if news.entries or news.commands:
            return news
        try:
            async with asyncio.timeout(FOLLOW_S):
                await self._news.wait()
        except TimeoutError:
            return news
        return self._news_after(after, cursor)

    def clear(self, epoch: str) -> None:
        """Begin anew, if the log is of this epoch; else Conflict."""
        if not self._records or digest(self._records[0]).hex() != epoch:
            raise Conflict("another log has taken its place")
        self._records, self._commands, self._before = [], [], ""

    def begin_with(self, records: Sequence[bytes], cursor: str) -> None:
        """Hold these records, and commands from behind this stream id on; Conflict if there is anything already."""
        if self._records or self._newest:
            raise Conflict("there is a log already")
        self._records, self._before = list(records), cursor
        self._tell()

    @property
    def _top(self) -> Top:
        return Top(len(self._records), self._records[-1]) if self._records else Top()

    @property
    def _newest(self) -> str:
        return self._commands[-1][0] if self._commands else self._before

    def _news_after(self, after: int, cursor: str) -> News:
        decided = bisect_right(self._commands, stream_position(cursor), key=lambda command: stream_position(command[0]))
        return News(self._records[after : after + PAGE_ENTRIES], self._commands[decided : decided + PAGE_ENTRIES])

    def _tell(self) -> None:
        """Wake all who wait now, and let the next ones wait for the next news."""
        self._news.set()
        self._news = asyncio.Event()


class MemoryStore:
    """A Store for one process, gone when the process ends."""

    def __init__(self) -> None:
        self._logs: dict[BazaarId, MemoryLog] = {}
        self._boards: dict[tuple[BazaarId, str], MemoryBoard] = {}
        self._alerts: dict[BazaarId, MemoryAlertBook] = {}
        self._registered: set[BazaarId] = set()
        self.round_trips = Times()

    def log(self, bazaar: BazaarId) -> MemoryLog:
        """See Store."""
        return self._logs.setdefault(bazaar, MemoryLog())

    def board(self, bazaar: BazaarId, topic: str) -> MemoryBoard:
        """See Store."""
        return self._boards.setdefault((bazaar, topic), MemoryBoard())

    def alerts(self, bazaar: BazaarId) -> MemoryAlertBook:
        """See Store."""
        return self._alerts.setdefault(bazaar, MemoryAlertBook())

    async def bazaars(self) -> list[BazaarId]:
        """See Store."""
        return sorted(self._registered)

    async def register(self, bazaar: BazaarId) -> None:
        """See Store."""
        self._registered.add(bazaar)

    async def archive(self, bazaar: BazaarId, epoch: str) -> None:
        """See Store. Nothing keeps what is set aside."""
        self.log(bazaar).clear(epoch)
        self._alerts.pop(bazaar, None)

    async def restore(self, bazaar: BazaarId, records: Sequence[bytes], cursor: str) -> None:
        """See Store."""
        self.log(bazaar).begin_with(records, cursor)

    async def close(self) -> None:
        """See Store."""
