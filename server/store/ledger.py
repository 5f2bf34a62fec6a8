"""The bazaar folded up to the top of its log, and what is needed to append the next entry onto exactly that top."""

from collections import deque

from server.core.bazaar import Bazaar
from server.core.entry import Entry
from server.core.evolve import fold
from server.core.values import CommandId
from server.store.codec import NO_HASH, decode_entry, digest
from server.store.errors import BrokenChain, BrokenLog
from server.store.log import Top, stream_position

TAIL_KEPT = 500
"""So many of the newest records are kept as they are: far more than a failover loses."""


class Ledger:
    """Begins empty and takes one record after another, checking that each is the next of the chain.

    ``head`` and ``epoch`` are the hashes of the last and the first entry in hex, "" while there is none; ``at`` (Unix ms) and ``cursor``
    are those of the last entry, ``hash`` its hash as the next entry's ``prev``. ``tail`` holds the newest records, up to the top.
    """

    def __init__(self) -> None:
        self.top = Top()
        self.tail: deque[bytes] = deque(maxlen=TAIL_KEPT)
        self.head = ""
        self.epoch = ""
        self.at = 0
        self.cursor = ""
        self.hash = NO_HASH
        self._passed = stream_position("")
        self._bazaar: Bazaar | None = None
        self._offsets: dict[CommandId, int] = {}

    @property
    def offset(self) -> int:
        """The offset of the last entry, 0 while there is none."""
        return self.top.offset

    @property
    def bazaar(self) -> Bazaar:
        """The state after the last entry.

        Raises:
            LookupError: the log is empty.
        """
        if self._bazaar is None:
            raise LookupError("the bazaar has not been opened")
        return self._bazaar

    def offset_of(self, command_id: CommandId) -> int | None:
        """Where the outcome of this command stands."""
        return self._offsets.get(command_id)

    def has_passed(self, stream_id: str) -> bool:
        """Whether the commands stream has been decided up to here and beyond."""
        return stream_position(stream_id) <= self._passed

    def apply(self, record: bytes, entry: Entry | None = None) -> Entry:
        """Take the next record; ``entry`` is what it holds, from whoever has just encoded it. After a BrokenLog the ledger is of no use.

        Raises:
            BrokenLog: it is not the next entry, or cannot follow what came before.
        """
        offset = self.offset + 1
        try:
            entry = entry or decode_entry(record)
            self._check(entry, offset)
            self._bazaar = fold(self._bazaar, entry)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise BrokenLog(offset, str(error) if isinstance(error, ValueError) else repr(error)) from error
        self._offsets[entry.command_id] = offset
        self.hash = digest(record)
        self.head = self.hash.hex()
        self.epoch = self.epoch or self.head
        self._passed = stream_position(entry.cursor)
        self.top, self.at, self.cursor = Top(offset, record), entry.at, entry.cursor
        self.tail.append(record)
        return entry

    def _check(self, entry: Entry, offset: int) -> None:
        if entry.offset != offset:
            raise ValueError(f"calls itself entry {entry.offset}")
        if entry.prev != self.hash:
            raise BrokenChain(offset)
        if entry.at < self.at:
            raise ValueError(f"was decided {self.at - entry.at} ms before the entry before it")
        if offset > 1 and self.has_passed(entry.cursor):
            raise ValueError(f"decides command {entry.cursor} of the stream after {self.cursor}")
        decided = self.offset_of(entry.command_id)
        if decided is not None:
            raise ValueError(f"decides command {entry.command_id} again, which entry {decided} decided")
