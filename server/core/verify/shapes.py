"""The shapes of what a log may hold: entries, their events, and which events may stand in one entry together.

Rule: nothing that comes from a record is read anywhere else before it went through here. Whatever is missing or of a wrong type is a
fault of the log, never an exception of the check.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.core.verify.verdict import Broken

Map = Mapping[Any, Any]
Kind = tuple[str, Callable[[Any], bool]]
"""What a value is called in a fault, and whether it is that."""

HASH_BYTES = 16
OPENING_CURSOR = ""
WHOLE_BELOW = 2**63
"""No number of a log is larger; Python refuses to print far larger ones, and a fault must always be printable."""


def _is_whole(value: Any) -> bool:
    return type(value) is int and -WHOLE_BELOW < value < WHOLE_BELOW


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _are_answers(value: Any) -> bool:
    return isinstance(value, Mapping) and all(_is_text(key) and _is_whole(answer) and 1 <= answer <= 4 for key, answer in value.items())


WHOLE: Kind = ("a whole number", _is_whole)
COUNT: Kind = ("a whole number from 0", lambda value: _is_whole(value) and value >= 0)
NUMBER: Kind = ("a whole number from 1", lambda value: _is_whole(value) and value >= 1)
TEXT: Kind = ("a text that is not empty", _is_text)
WORDS: Kind = ("a text", lambda value: isinstance(value, str))
TEXTS: Kind = ("a list of texts", lambda value: isinstance(value, list | tuple) and len(value) > 0 and all(map(_is_text, value)))
ANY_TEXTS: Kind = ("a list of texts or of nothing", lambda value: isinstance(value, list | tuple) and all(map(_is_text, value)))
FLAG: Kind = ("true or false", lambda value: isinstance(value, bool))
MAPS: Kind = ("a list of maps", lambda value: isinstance(value, list | tuple) and all(isinstance(item, Mapping) for item in value))
LIST: Kind = ("a list", lambda value: isinstance(value, list | tuple))
MAP: Kind = ("a map", lambda value: isinstance(value, Mapping))
HASH: Kind = (f"a hash of {HASH_BYTES} bytes", lambda value: isinstance(value, bytes) and len(value) == HASH_BYTES)
LANE: Kind = ("regular or priority", lambda value: isinstance(value, str) and value in ("regular", "priority"))
ANSWERS: Kind = ("a map of answers from 1 to 4", _are_answers)

OPTIONAL = "?"
FIELDS: dict[str, dict[str, Kind]] = {
    "bazaar_opened": {"config": MAP},
    "ticket_issued": {
        "ticket": TEXT,
        "line": TEXT,
        "lane": LANE,
        "number": NUMBER,
        "services": ANY_TEXTS,
        "visit": TEXT,
        "representing?": FLAG,
    },
    "ticket_called": {"ticket": TEXT, "counter": NUMBER, "out_of_order?": TEXT},
    "ticket_passed": {"ticket": TEXT, "busy_at": NUMBER},
    "ticket_recalled": {"ticket": TEXT, "counter": NUMBER},
    "ticket_absent": {"ticket": TEXT, "counter": NUMBER},
    "ticket_held": {"ticket": TEXT, "counter?": NUMBER},
    "ticket_returned": {"ticket": TEXT},
    "call_undone": {"ticket": TEXT, "counter": NUMBER},
    "ticket_served": {"ticket": TEXT, "counter": NUMBER},
    "ticket_transferred": {"ticket": TEXT, "to_ticket": TEXT, "counter": NUMBER},
    "ticket_cancelled": {"ticket": TEXT},
    "ticket_expired": {"ticket": TEXT, "counter?": NUMBER},
    "counter_opened": {"counter": NUMBER},
    "counter_paused": {"counter": NUMBER, "reason": WORDS},
    "counter_closed": {"counter": NUMBER},
    "service_closed": {"service": TEXT},
    "service_reopened": {"service": TEXT},
    "announced": {"id": TEXT, "text": WORDS, "scope": TEXT, "until": WHOLE, "urgent?": FLAG},
    "announcement_ended": {"id": TEXT},
    "screen_set": {"screen": TEXT, "name": TEXT, "agencies": TEXTS, "zone": TEXT, "speaks": FLAG},
    "screen_removed": {"screen": TEXT},
    "key_renewed": {"device": TEXT},
    "rated": {"ticket": TEXT, "answers": ANSWERS},
    "bazaar_closed": {},
}
"""What the map of each event holds at least; a field with ``?`` may be missing."""

_ALONE = (
    "bazaar_opened|ticket_recalled|ticket_absent|ticket_held|ticket_returned|call_undone|ticket_served|ticket_cancelled"
    "|counter_opened|counter_paused|counter_closed|service_closed|service_reopened|announced|announcement_ended|screen_set|screen_removed"
    "|key_renewed|rated"
)
_TOGETHER = re.compile(
    "(ticket_issued )+"
    "|ticket_issued ticket_transferred "
    "|(ticket_served )?(ticket_passed )*ticket_called "
    "|(ticket_expired )*bazaar_closed "
    f"|({_ALONE}) "
)
"""The names of the events that one command can bring about, in their order, a blank after each."""

_COMMAND_ID = re.compile("[A-Za-z0-9_-]{16,64}")
_MALFORMED = "malformed-"
_CURSOR = re.compile("([0-9]{1,20})-([0-9]{1,20})")
_REFUSALS = frozenset(
    {
        "already_waiting",
        "bazaar_closed",
        "counter_closed",
        "line_empty",
        "malformed",
        "not_allowed",
        "not_next",
        "paper_only",
        "not_at_counter",
        "not_waiting",
        "quota_reached",
        "service_closed",
        "stale",
        "too_soon",
        "undo_expired",
        "unknown_counter",
        "unknown_service",
        "unknown_ticket",
    }
)


@dataclass(frozen=True, slots=True)
class Event:
    """An event whose shape holds. Fields that the event does not have keep their defaults."""

    name: str
    ticket: str = ""
    counter: int | None = None
    out_of_order: str | None = None
    line: str = ""
    lane: str = ""
    number: int = 0
    services: Sequence[str] = ()
    visit: str = ""
    busy_at: int = 0
    to_ticket: str = ""
    service: str = ""
    id: str = ""
    scope: str = ""
    screen: str = ""
    agencies: Sequence[str] = ()
    config: Map | None = None


_KEPT = frozenset(Event.__slots__) - {"name"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry whose shape holds: the events of one command, or none and why it was refused.

    ``place`` is the cursor as two numbers that can be compared, None for the opening entry's.
    """

    offset: int
    at: int
    command_id: str
    place: tuple[int, int] | None
    by: str
    prev: bytes
    events: tuple[Event, ...]
    refused: str | None


def take(source: Map, key: str, kind: Kind, *, of: str, rule: str = "shape") -> Any:
    """``source[key]``, which must be there and of its kind; ``of`` names the source in the fault."""
    if key not in source:
        raise Broken(rule, f"{of} has no {key}.")
    name, holds = kind
    value = source[key]
    if not holds(value):
        raise Broken(rule, f"{key} of {of} is not {name}.")
    return value


def read_entry(record: object) -> Entry:
    """The entry that a decoded record holds."""
    if not isinstance(record, Mapping):
        raise Broken("shape", "What stands here cannot be read as the map of an entry.")
    if ("events" in record) == ("refused" in record):
        raise Broken("shape", "An entry holds either events or a refusal.")
    of = "the entry"
    refused = _read_refusal(record) if "refused" in record else None
    cursor = take(record, "cursor", WORDS, of=of)
    return Entry(
        offset=take(record, "offset", NUMBER, of=of),
        at=take(record, "at", COUNT, of=of),
        command_id=_read_command_id(record, cursor, refused),
        place=_read_cursor(cursor),
        by=take(record, "by", TEXT, of=of),
        prev=take(record, "prev", HASH, of=of),
        events=() if refused else _read_events(take(record, "events", LIST, of=of)),
        refused=refused,
    )


def _read_command_id(record: Map, cursor: str, refused: str | None) -> str:
    """Chosen by the client; what was no command has no id of its own and is known by its place in the commands stream."""
    command_id: str = take(record, "command_id", TEXT, of="the entry")
    if command_id.startswith(_MALFORMED):
        if refused != "malformed" or command_id != _MALFORMED + cursor:
            raise Broken("malformed", f"{_MALFORMED}… is the id of what is refused as malformed at that place in the commands stream.")
    elif _COMMAND_ID.fullmatch(command_id) is None:
        raise Broken("shape", "command_id of the entry is not 16 to 64 url-safe characters.")
    return command_id


def _read_cursor(cursor: str) -> tuple[int, int] | None:
    if cursor == OPENING_CURSOR:
        return None
    parts = _CURSOR.fullmatch(cursor)
    if parts is None:
        raise Broken("shape", "cursor of the entry is not an id of the commands stream.")
    return int(parts[1]), int(parts[2])


def _read_refusal(record: Map) -> str:
    refused = take(record, "refused", MAP, of="the entry")
    code: str = take(refused, "code", TEXT, of="the refusal")
    take(refused, "sentence", TEXT, of="the refusal")
    if code not in _REFUSALS:
        raise Broken("shape", "code of the refusal is none of the known ones.")
    return code


def _read_events(items: list[object]) -> tuple[Event, ...]:
    events = tuple(map(_read_event, items))
    names = "".join(f"{event.name} " for event in events)
    if _TOGETHER.fullmatch(names) is None:
        raise Broken("together", f"No command brings about {', '.join(event.name for event in events[:5]) or 'nothing'} in one entry.")
    return events


def _read_event(item: object) -> Event:
    if not isinstance(item, list | tuple) or len(item) != 2:
        raise Broken("shape", "An event is not a pair of a name and a map.")
    name, fields = item
    if not isinstance(name, str) or name not in FIELDS or not isinstance(fields, Mapping):
        raise Broken("shape", "An event is not a known name and a map.")
    values: dict[str, Any] = {}
    for key, kind in FIELDS[name].items():
        field = key.removesuffix(OPTIONAL)
        if field in fields or field == key:
            value = take(fields, field, kind, of=name)
            if field in _KEPT:
                values[field] = value
    return Event(name, **values)
