"""Hand-made logs: entries written down as plain maps, chained and hashed like those of a real one.

verify(log([counter_opened(1)], [issued("A", 1)], [called("A-001", 1)]))
"""

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

START_MS = 1_796_374_800_000
EventPair = list[Any]
Record = dict[str, Any]

CONFIG: Mapping[str, Any] = {
    "bazaar": {"id": "uji", "return_after": 2, "undo_seconds": 20, "absent_after": {"recalls": 1, "seconds": 30}},
    "agencies": [
        {
            "code": "dukcapil",
            "lines": [
                {
                    "prefix": "A",
                    "priority": "1:2",
                    "priority_prefix": "AP",
                    "quota": None,
                    "services": [{"code": "ktp"}, {"code": "kk"}],
                }
            ],
            "counters": [{"number": 1, "lines": ["A"]}, {"number": 2, "lines": ["A"]}],
        },
        {
            "code": "polsek",
            "lines": [
                {"prefix": "B", "priority": "none", "priority_prefix": "", "quota": 3, "services": [{"code": "skck"}]},
                {"prefix": "C", "priority": "first", "priority_prefix": "CP", "services": [{"code": "hilang"}]},
            ],
            "counters": [{"number": 3, "lines": ["B", "C"]}, {"number": 4, "lines": ["B"]}],
        },
        {
            "code": "pmi",
            "lines": [{"prefix": "V", "priority": "none", "priority_prefix": "", "paper": True, "services": [{"code": "donor"}]}],
            "counters": [{"number": 5, "lines": ["V"]}],
        },
    ],
    "screens": [{"code": "utama"}],
}
"""Lines A (counters 1 and 2, 1:2), B (quota 3, counters 3 and 4), C (priority first, counter 3) and V (on paper, counter 5). More of a
file is not needed."""

SERVICES = {"A": "ktp", "B": "skck", "C": "hilang", "V": "donor"}


@dataclass(frozen=True)
class Step:
    """One entry to be: its events or the map of its refusal, who sent it, and how many seconds after the entry before."""

    events: Sequence[EventPair] = ()
    by: str = "admin"
    after: float = 0
    refused: Mapping[str, Any] | None = None
    replaced: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the entry that are not what they should be."""


def log(*steps: Step | list[EventPair], config: object = CONFIG) -> list[tuple[Record, bytes]]:
    """The records of a log that was opened with ``config`` and went on with these steps; a bare list of events is the admin's, at once."""
    entries: list[Record] = []
    at = START_MS
    for offset, item in enumerate([[["bazaar_opened", {"config": config}]], *steps], start=1):
        step = item if isinstance(item, Step) else Step(item)
        at += int(step.after * 1000)
        outcome = {"events": list(step.events)} if step.refused is None else {"refused": step.refused}
        head = {"offset": offset, "at": at, "command_id": f"command-{offset:08d}", "cursor": cursor_of(offset), "by": step.by}
        entries.append(copy.deepcopy({**head, **outcome, **step.replaced}))
    return chained(entries)


def cursor_of(offset: int) -> str:
    """The place in the commands stream of the command that was decided by entry ``offset``."""
    return "" if offset == 1 else f"{START_MS}-{offset}"


def chained(entries: Iterable[Record]) -> list[tuple[Record, bytes]]:
    """The entries, each with its hash and that of the one before as ``prev``, unless it says another."""
    records, prev = [], bytes(16)
    for entry in entries:
        record = {"prev": prev, **entry}
        prev = digest_of(record)
        records.append((record, prev))
    return records


def digest_of(record: object) -> bytes:
    """A hash of the record's text; verification is told hashes and never works one out."""
    return blake2b(repr(record).encode(errors="backslashreplace"), digest_size=16).digest()


def issued(lane: str, number: int, visit: str = "", **changed: object) -> EventPair:
    """``issued("AP", 1)``: the first priority ticket of line A, by default to a visit of its own."""
    line, label = lane[0], f"{lane}-{number:03d}"
    name = "priority" if lane.endswith("P") else "regular"
    fields = {
        "ticket": label,
        "line": line,
        "lane": name,
        "number": number,
        "services": [SERVICES[line]],
        "visit": visit or f"visit-{label}",
    }
    return ["ticket_issued", {**fields, **changed}]


def called(label: str, counter: int, reason: str | None = None) -> EventPair:
    """A call, out of order when it has a reason."""
    return ["ticket_called", {"ticket": label, "counter": counter, **({} if reason is None else {"out_of_order": reason})}]


def passed(label: str, busy_at: int) -> EventPair:
    """A lower number whose visit is at another counter."""
    return ["ticket_passed", {"ticket": label, "busy_at": busy_at}]


def at_counter(name: str, label: str, counter: int) -> EventPair:
    """Any event of a ticket at a counter: ``at_counter("ticket_served", "A-001", 1)``."""
    return [name, {"ticket": label, "counter": counter}]


def served(label: str, counter: int) -> EventPair:
    """An errand done."""
    return at_counter("ticket_served", label, counter)


def of_ticket(name: str, label: str) -> EventPair:
    """Any event of a ticket at no counter: ``of_ticket("ticket_returned", "A-001")``."""
    return [name, {"ticket": label}]


def transferred(label: str, to_ticket: str, counter: int) -> EventPair:
    """The old ticket's end; the new one's issue stands before it."""
    return ["ticket_transferred", {"ticket": label, "to_ticket": to_ticket, "counter": counter}]


def opened(*numbers: int) -> list[Step]:
    """Counters that call from now on, an entry each."""
    return [Step([["counter_opened", {"counter": number}]]) for number in numbers]


def places_in(value: Any) -> list[tuple[Any, Any]]:
    """Every container within a value, with each of its keys or indices."""
    if not isinstance(value, dict | list):
        return []
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    return [(value, key) for key in keys] + [place for key in keys for place in places_in(value[key])]
