"""A log that was taken out of one store goes into another: a bazaar goes on elsewhere, under its epoch.

Rule: a log goes in whole and in order, or not at all, and never over another.
"""

from dataclasses import dataclass

from server.core.values import BazaarId
from server.store.audit import verify_log
from server.store.codec import split_records
from server.store.errors import AnotherLog, BrokenChain, BrokenLog, Conflict
from server.store.ledger import Ledger
from server.store.log import PAGE_ENTRIES, EventLog, Store


class BadBackup(Exception):
    """The bytes hold no log that keeps the rules; the text names the first entry at fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A log by its records, and what they fold to."""

    records: list[bytes]
    ledger: Ledger

    @property
    def bazaar(self) -> BazaarId:
        """Whose log it is."""
        return self.ledger.bazaar.plan.bazaar.id


def read_backup(raw: bytes, *, head: str | None = None) -> Backup:
    """The log in an exported file; ``head`` as in `server.core.verify.verify`.

    Raises:
        BadBackup: it breaks a rule.
        BrokenLog: it breaks none, and yet no hub could follow it.
        ValueError: ``head`` is no head hash.
    """
    verdict = verify_log(raw, head=head)
    if verdict.fault is not None:
        raise BadBackup(str(verdict.fault))
    records, ledger = list(split_records(raw)), Ledger()
    for record in records:
        ledger.apply(record)
    return Backup(records=records, ledger=ledger)


async def restore(store: Store, backup: Backup) -> bool:
    """Have the bazaar's log in the store, and every hub know of it; False when it stood there before, and may have gone on since.

    What was killed in the middle is done again by doing it again.

    Raises:
        AnotherLog: the bazaar has another log there; it stays as it is.
    """
    if has_none := not await store.log(backup.bazaar).read(0, 1):
        try:
            await store.restore(backup.bazaar, backup.records, backup.ledger.cursor)
        except Conflict:
            raise AnotherLog(backup.bazaar) from None
    elif await store.log(backup.bazaar).read(backup.ledger.offset - 1, 1) != [backup.ledger.top.record]:
        raise AnotherLog(backup.bazaar)
    await store.register(backup.bazaar)
    return has_none


async def sound_part(log: EventLog) -> tuple[list[bytes], BrokenLog | None]:
    """The records of the log; of one that is broken only those that no doubt falls on, and how it is broken."""
    ledger, records, limit = Ledger(), list[bytes](), PAGE_ENTRIES
    while True:
        try:
            page = await log.read(len(records), limit)
            for record in page:
                ledger.apply(record)
                records.append(record)
        except BrokenChain as fault:
            return records[:-1], fault
        except BrokenLog as fault:
            limit = fault.offset - 1 - len(records)  # a page with a gap in it is not read; what comes before the gap is
            if not limit:
                return records, fault
        else:
            if not page:
                return records, None
