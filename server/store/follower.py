"""Follows one bazaar's log: every entry is folded into a ledger, and whoever waits for a command's entry gets it.

Rule: nothing is decided here. A writer follows to decide, a keypad only to see. What is appended here stood in the log already.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, zip_longest

from server.core.entry import Entry
from server.core.values import CommandId
from server.store.codec import NO_HASH, digest, prev_of
from server.store.errors import BrokenLog, Conflict, ForkedLog, StoreError
from server.store.kept import Kept
from server.store.ledger import Ledger
from server.store.log import PAGE_ENTRIES, EventLog, News, stream_position
from server.store.seen import Seen
from server.store.snapshot import SnapshotFile
from server.store.tail import lost_part
from server.store.turns import Turns

logger = logging.getLogger(__name__)


class Follower:
    """One bazaar's log as far as it has been read.

    ``on_entry`` is called after each entry has been folded, when ``ledger.head`` is that entry's hash; an entry with offset 1 says that all
    before it is void. ``waiters`` holds who waits for which command's entry; ``unfolded`` tells for how many of
    the first entries a snapshot stands. ``turns`` are those of all that this process folds.
    ``kept`` tells how far the log was followed before this process began, and may hold its fold: it has to be the same log, no shorter one.
    """

    def __init__(self, log: EventLog, on_entry: Callable[[Entry], None], turns: Turns | None = None, kept: Kept | None = None) -> None:
        self.ledger = Ledger()
        self.waiters: dict[CommandId, list[asyncio.Future[Entry]]] = {}
        self._log = log
        self._on_entry = on_entry
        self._turns = turns or Turns()
        self._cursor = ""
        self._asked_after = 0
        self._kept = kept
        self._seen: Seen | None = None
        self.unfolded = 0

    async def catch_up(self) -> None:
        """Fold what the log holds beyond the ledger; of a log that has taken its place, everything. What the store lost is put back first.

        Raises:
            ForkedLog: it cannot be put back, for another entry stands there.
            LostEntries: it ends before what was seen of it.
            BrokenLog: the log cannot be followed.
            StoreUnreachable: the store does not answer.
        """
        self._seen = None if self._kept is None else self._kept.seen.read()
        if self._kept is not None and not self.ledger.offset:
            await self._begin_with(self._kept.snapshot)
        more = True
        while more:
            known = [self.ledger.top.record] if self.ledger.offset else []
            records = await self._log.read(self.ledger.offset - len(known), PAGE_ENTRIES)
            if records[: len(known)] != known:
                await self._find_back()
                continue
            await self.take(records[len(known) :])
            more = len(records) == PAGE_ENTRIES
        if self._kept and self._seen:
            self._kept.seen.check_end(self._seen, self.ledger)

    async def _begin_with(self, snapshot: SnapshotFile) -> None:
        """Begin with the fold that is kept, if the log has its first and its last entry."""
        ledger = await asyncio.to_thread(snapshot.read)
        if ledger is None:
            return
        first, last = await self._log.read(0, 1), await self._log.read(ledger.offset - 1, 1)
        if last != [ledger.top.record] or digest(first[0]).hex() != ledger.epoch:
            snapshot.passed_over(f"entry {ledger.offset} of the log is another")
            return
        logger.info("the first %d entries of the log are taken from a snapshot", ledger.offset)
        self.ledger, self.unfolded = ledger, ledger.offset

    async def check_unfolded(self) -> None:
        """Check the chain of the entries for which a snapshot stands, a piece of a turn each, while all else goes on.

        Raises:
            ForkedLog: one of them was changed since.
            BrokenLog: one of them is missing.
            StoreUnreachable: the store does not answer.
        """
        prev = NO_HASH
        for offset in range(1, self.unfolded + 1):
            if offset % PAGE_ENTRIES == 1:
                records = await self._log.read(offset - 1, PAGE_ENTRIES)
            await self._turns.take()
            record = records[(offset - 1) % PAGE_ENTRIES]
            if prev_of(record) != prev:
                raise ForkedLog(offset, f"does not follow entry {offset - 1}: one of the two was changed since a snapshot was made of them")
            prev = digest(record)

    async def _find_back(self) -> None:
        """The log does not hold the ledger's top: begin anew if it is another log or there is none, else put back what the store lost."""
        first = await self._log.read(0, 1)
        if not first or digest(first[0]).hex() != self.ledger.epoch:
            self.ledger, self._cursor, self.unfolded = Ledger(), "", 0
            return
        held = list(self.ledger.tail)
        start = self.ledger.offset - len(held)
        stored = await self._log.read(start, len(held))
        top, lost = lost_part(start, held, stored)
        if not lost:
            return
        logger.warning("the store has lost entries %d to %d of the log; they are put back", top.offset + 1, self.ledger.offset)
        try:
            await self._log.append(top, lost)
        except Conflict:  # somebody else puts them back, or goes on without them: which of both shows when it is looked at again
            if await self._log.read(start, len(held)) == stored:
                raise BrokenLog(top.offset + 1, "was lost by the store, and is not taken back") from None

    @property
    def cursor(self) -> str:
        """Up to where the commands of the stream are no news any more: all of them have their entries."""
        return max(self._cursor, self.ledger.cursor, key=stream_position)

    async def news(self) -> News:
        """Wait for entries and commands that are not known yet; empty when the log has been silent for a while. Raises StoreUnreachable."""
        self._asked_after = self.ledger.offset
        return await self._log.follow(self._asked_after, self.cursor)

    async def hear(self, news: News) -> None:
        """Fold the entries that `news` brought, but for those that were folded while it was waited for; raises as `catch_up` does."""
        known = self.ledger.offset - self._asked_after
        if 0 < known <= len(news.entries) and news.entries[known - 1] != self.ledger.top.record:
            await self.catch_up()
        else:
            await self.take(news.entries[known:])

    def pass_over(self, stream_id: str) -> None:
        """The commands of the stream up to here are no news any more."""
        self._cursor = stream_id

    async def take(self, records: Sequence[bytes], entries: Sequence[Entry] = ()) -> None:
        """Fold the next records; ``entries`` are what they hold, when they were encoded here. Raises BrokenLog."""
        for record, entry in zip_longest(records, entries):
            await self._turns.take()
            self.fold(record, entry)
        await asyncio.sleep(0)

    def fold(self, record: bytes, entry: Entry | None = None) -> None:
        """Fold the next record, which holds ``entry`` if that is known, and answer who waits for it; raises BrokenLog."""
        entry = self.ledger.apply(record, entry)
        if self._kept and self._seen:
            self._kept.seen.check(self._seen, self.ledger)
        for answer in self.waiters.get(entry.command_id, ()):
            if not answer.done():
                answer.set_result(entry)
        self._on_entry(entry)

    def disappoint(self, command_ids: Collection[CommandId], error: StoreError) -> None:
        """Tell those who wait for the entries of these commands that none will come now."""
        for answer in chain.from_iterable(self.waiters.get(command_id, ()) for command_id in command_ids):
            if not answer.done():
                answer.set_exception(error)

    @contextmanager
    def waiting_for(self, command_id: CommandId) -> Iterator[asyncio.Future[Entry]]:
        """A future that gets the command's entry as soon as it is folded; nothing is left of it afterwards."""
        answer = asyncio.get_running_loop().create_future()
        self.waiters.setdefault(command_id, []).append(answer)
        try:
            yield answer
        finally:
            self.waiters[command_id].remove(answer)
            if not self.waiters[command_id]:
                del self.waiters[command_id]
