"""Entries that are decided and stand nowhere yet, each on the state that the one before leaves.

Rule: nothing of a draft reaches the ledger. It is appended whole, and the ledger folds what then stands in the log; or it is thrown away.
"""

import logging
from dataclasses import dataclass

from server.core.bazaar import Bazaar
from server.core.commands import Envelope
from server.core.decide import decide
from server.core.entry import Entry, Outcome, Refusal
from server.core.evolve import fold
from server.core.fork import fork
from server.core.refusals import Refused
from server.core.values import CommandId
from server.store.clock import LogTime
from server.store.codec import MALFORMED_ID_PREFIX, decode_command, digest, encode_entry, sender_of
from server.store.ledger import Ledger

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoCommand:
    """What stood in the commands stream and is no command; it is settled by a refusal under an id of its own."""

    command_id: CommandId
    by: str
    refusal: Refusal


Asked = Envelope | NoCommand


def read_command(stream_id: str, raw: bytes) -> Asked:
    """What these bytes of the commands stream ask for."""
    try:
        return decode_command(raw)
    except Refused as refused:
        return NoCommand(command_id=CommandId(f"{MALFORMED_ID_PREFIX}{stream_id}"), by=sender_of(raw), refusal=Refusal.of(refused))


class Draft:
    """The next ``entries`` behind the ledger's top, one for each command that had none yet; ``records`` are their bytes."""

    def __init__(self, ledger: Ledger, time: LogTime) -> None:
        self.entries: list[Entry] = []
        self.records: list[bytes] = []
        self._ledger = ledger
        self._time = time
        self._at = ledger.at
        self._prev = ledger.hash
        self._bazaar = ledger.bazaar
        self._unfolded: list[Entry] = []
        self._decided: set[CommandId] = set()

    def add(self, stream_id: str, asked: Asked) -> None:
        """Decide what is asked for under this id of the stream. What has its entry already, in the log or here, is passed over."""
        command_id = asked.command_id
        if self._ledger.has_passed(stream_id) or self._ledger.offset_of(command_id) or command_id in self._decided:
            return
        self._at = self._time.now(self._at)
        entry = Entry(
            offset=self._ledger.offset + len(self.records) + 1,
            at=self._at,
            command_id=command_id,
            cursor=stream_id,
            by=asked.by,
            outcome=self._outcome(asked),
            prev=self._prev,
        )
        record = encode_entry(entry)
        self.entries.append(entry)
        self.records.append(record)
        self._decided.add(command_id)
        self._unfolded.append(entry)
        self._prev = digest(record)

    def _outcome(self, asked: Asked) -> Outcome:
        if isinstance(asked, NoCommand):
            return asked.refusal
        try:
            return decide(self._bazaar_now(), asked, self._at)
        except Refused as refused:
            return Refusal.of(refused)
        except Exception:  # a fault of ours in one rule must not keep every later command from being decided
            logger.exception("the command of entry %d could not be decided", self._ledger.offset + len(self.records) + 1)
            return Refusal.of(Refused("malformed", field="command", fault="could not be decided"))

    def _bazaar_now(self) -> Bazaar:
        """The state after the latest entry. One entry alone, which most drafts are, needs no bazaar of its own."""
        if self._unfolded and self._bazaar is self._ledger.bazaar:
            self._bazaar = fork(self._bazaar)
        for entry in self._unfolded:
            fold(self._bazaar, entry)
        self._unfolded.clear()
        return self._bazaar
