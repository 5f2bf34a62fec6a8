"""The check of a whole log: the chain of its entries first, then what each event says."""

from collections.abc import Iterable

from server.core.verify.ground import Ground
from server.core.verify.opening import ground_of
from server.core.verify.roles import check_role
from server.core.verify.rules import apply
from server.core.verify.shapes import HASH_BYTES, Entry, read_entry
from server.core.verify.verdict import HEAD_DIGITS_MIN, Broken, Fault, Figures, Verdict

BEFORE_THE_FIRST = bytes(HASH_BYTES)
"""What ``prev`` of the first entry says."""
SENTENCE_CHARACTERS_MAX = 300


def verify(records: Iterable[tuple[object, bytes]], *, head: str | None = None) -> Verdict:
    """Check a log, entry by entry, up to its end or its first fault.

    ``records`` are the decoded entries in log order, each with the BLAKE2b-128 hash of the record as it was stored. ``head`` is a hash
    that somebody noted, in full or its first hex digits: some entry must have it, else the log was cut or its end changed.

    Raises:
        ValueError: ``head`` is not at least `HEAD_DIGITS_MIN` hex digits. Nothing in ``records`` raises.
    """
    noted = _noted(head)
    check = _Check()
    for record, digest in records:
        try:
            check.follow(record, digest)
        except Broken as broken:
            return check.verdict(Fault(offset=check.figures.entries + 1, rule=broken.rule, sentence=_fit_for_a_terminal(broken.sentence)))
        if noted is not None and digest.hex().startswith(noted):
            noted = None
    return check.verdict(_fault_of_the_end(check.figures.entries, noted))


def _noted(head: str | None) -> str | None:
    if head is None:
        return None
    digits = head.strip().lower()
    if not HEAD_DIGITS_MIN <= len(digits) <= 2 * HASH_BYTES or set(digits) - set("0123456789abcdef"):
        raise ValueError(f"a noted head is {HEAD_DIGITS_MIN} to {2 * HASH_BYTES} hex digits, not {head!r}")
    return digits


def _fit_for_a_terminal(sentence: str) -> str:
    """A sentence may quote a forged log, which must not move anybody's cursor nor fill the screen."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in sentence[:SENTENCE_CHARACTERS_MAX]
    )


def _fault_of_the_end(entries: int, noted: str | None) -> Fault | None:
    if entries == 0:
        return Fault(offset=1, rule="opening", sentence="The log is empty.")
    if noted is not None:
        return Fault(offset=entries, rule="head", sentence=f"No entry has the noted head {noted}: the log was cut, or its end changed.")
    return None


class _Check:
    """A check under way: everything that the next entry is held against."""

    def __init__(self) -> None:
        self.figures = Figures()
        self._ground: Ground | None = None
        self._head = BEFORE_THE_FIRST
        self._place: tuple[int, int] | None = None
        self._command_ids: set[str] = set()

    def follow(self, record: object, digest: bytes) -> None:
        """The next entry holds, or `Broken` is raised."""
        entry = read_entry(record)
        self._check_chain(entry)
        if self._ground is None:
            self._ground = _open(entry)
        else:
            for event in entry.events:
                check_role(self._ground, entry, event)
                apply(self._ground, entry, event)
        self._head = digest
        self._place = entry.place
        self._command_ids.add(entry.command_id)
        _count(self.figures, entry)
        self.figures.waiting = self._ground.waiting

    def _check_chain(self, entry: Entry) -> None:
        offset, last_at = self.figures.entries + 1, self.figures.last_at
        if entry.offset != offset:
            raise Broken("offset", f"Entry {entry.offset} stands where entry {offset} belongs.")
        if entry.prev != self._head:
            raise Broken("chain", f"prev is not the hash of entry {offset - 1}: that entry was changed, or this one.")
        if last_at is not None and entry.at < last_at:
            raise Broken("at", f"The entry is {last_at - entry.at} ms earlier than the one before it.")
        if entry.command_id in self._command_ids:
            raise Broken("one_entry", f"Command {entry.command_id} has an entry before this one.")
        if offset > 1 and (entry.place is None or (self._place is not None and entry.place <= self._place)):
            raise Broken("cursor", "The command does not come after that of the entry before in the commands stream.")

    def verdict(self, fault: Fault | None) -> Verdict:
        """What there is to say, with the figures of the entries that hold."""
        if self._ground is not None:
            self.figures.counters = sum(counter.has_called for counter in self._ground.counters.values())
        head = self._head.hex() if self.figures.entries else ""
        return Verdict(fault=fault, figures=self.figures, head=head)


def _open(entry: Entry) -> Ground:
    event = entry.events[0] if entry.events else None
    if event is None or event.config is None or entry.place is not None:
        raise Broken("opening", "The first entry does not open a bazaar.")
    return ground_of(event.config)


def _count(figures: Figures, entry: Entry) -> None:
    figures.entries += 1
    figures.events += len(entry.events)
    figures.refusals += entry.refused is not None
    figures.first_at = entry.at if figures.first_at is None else figures.first_at
    figures.last_at = entry.at
    for event in entry.events:
        figures.tickets += event.name == "ticket_issued"
        figures.calls += event.name == "ticket_called"
        figures.undone += event.name == "call_undone"
        figures.served += event.name == "ticket_served"
        figures.absent += event.name == "ticket_absent"
        if event.out_of_order is not None:
            figures.out_of_order[event.out_of_order] = figures.out_of_order.get(event.out_of_order, 0) + 1
