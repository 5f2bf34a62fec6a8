"""How far this machine has followed a log, kept beside the log: a store whose files were cut does not know what it has lost.

Rule: what was seen only ever holds a hub back. It is no part of the log, and whoever deletes it says that what the store has shall hold.
"""

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from server.core.values import BazaarId
from server.store.errors import ForkedLog, LostEntries
from server.store.ledger import Ledger
from server.store.outage import Outage

_DIGITS = 8
"""As many of a hash as a screen shows."""
FOLDER = "seen"
KEEP_S = 1.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """An entry that was followed here: the log's epoch, the entry's offset, its hash in hex."""

    epoch: str
    offset: int
    head: str


class SeenFile:
    """What was seen of one bazaar's log, in a file of one line. Several processes may share it: the last one that writes is believed."""

    def __init__(self, data: Path, bazaar: BazaarId) -> None:
        self._path = data / FOLDER / bazaar

    def read(self) -> Seen | None:
        """What was written last; None when nothing was, or when it cannot be read."""
        try:
            epoch, offset, head = self._path.read_text().split()
            return Seen(epoch, int(offset), head)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            logger.warning("%s does not tell how far the log was followed: %s", self._path, error)
            return None

    def write(self, seen: Seen) -> None:
        """Put it in the place of what was there. A machine that loses its power may find the one before: that only holds back less."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self._path.with_suffix(f".{os.getpid()}")
        fresh.write_text(f"{seen.epoch} {seen.offset} {seen.head}\n")
        fresh.replace(self._path)

    async def keep(self, newest: Callable[[], Seen | None]) -> None:
        """Write for ever, now and then, what ``newest`` says by then; a disk that takes nothing is sat out."""
        written, outage = None, Outage(str(self._path))
        while True:
            await asyncio.sleep(KEEP_S)
            seen = newest()
            if seen is None or seen == written:
                continue
            try:
                await asyncio.to_thread(self.write, seen)
            except OSError as error:
                await outage.sit_out(error.strerror or repr(error))
            else:
                written = seen
                outage.is_over()

    def check(self, seen: Seen, ledger: Ledger) -> None:
        """Whether the ledger, after any of its entries, can be of the log that was seen.

        Raises:
            ForkedLog: another entry stands in its place.
        """
        if (seen.epoch, seen.offset) == (ledger.epoch, ledger.offset) and seen.head != ledger.head:
            was, now = seen.head[:_DIGITS], ledger.head[:_DIGITS]
            raise ForkedLog(
                seen.offset, f"was {was} when it was followed here, and is {now} in the store now{self._advice}, and start again"
            )

    def check_end(self, seen: Seen, ledger: Ledger) -> None:
        """Whether the log, read to its end, has all that was seen.

        Raises:
            LostEntries: it ends before.
        """
        if seen.epoch == ledger.epoch and ledger.offset < seen.offset:
            raise LostEntries(ledger.offset + 1, f"is not there, and the log had {seen.offset} when it was followed here{self._advice}")

    @property
    def _advice(self) -> str:
        return f"; have the store's files or a backup put back, or, if what the store has shall hold, delete {self._path}"
