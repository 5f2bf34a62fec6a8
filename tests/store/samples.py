"""Entries, events and commands for tests: any that hypothesis can think of, and a few by hand."""

import types
from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from server.core.commands import COMMANDS, Announce, Command, Envelope, HandOutNumbers, IssueTickets, Rate, SetScreen
from server.core.entry import Entry, Refusal
from server.core.events import EVENTS, Event, TicketCalled, TicketServed
from server.core.plan import Plan
from server.core.refusals import Refused
from server.core.values import CommandId, CounterNumber, Label, ServiceCode, VisitId
from server.store.codec import NO_HASH
from tests.scenarios import CONFIG, START_MS

PLAN = Plan.from_config(CONFIG)
OPENING_ID = CommandId("opening-00000001")

URL_SAFE = "ABCXYZabcxyz0189_-"
WHOLE = st.integers(min_value=0, max_value=2**53)
CODES = st.text(st.characters(min_codepoint=0x21, exclude_categories=["Cs", "Cc"]), min_size=1, max_size=64)
PLAIN: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | WHOLE | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
"""What may stand in a log where anything may."""
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=70) | st.binary(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
"""What somebody may send."""
IDS = st.text(URL_SAFE, min_size=16, max_size=64).map(CommandId)

SCREEN_CODES = st.text("az09-", min_size=1, max_size=40)

COMMAND_VALUES: dict[object, st.SearchStrategy[Any]] = {
    CounterNumber: st.integers(min_value=1, max_value=9999),
    VisitId: st.text(URL_SAFE, min_size=1, max_size=64),
    (IssueTickets, "services"): st.lists(CODES.map(ServiceCode), min_size=1, max_size=50).map(tuple),
    (Announce, "text"): st.text("aé漢 \n", min_size=1, max_size=499).map(lambda text: text + "!"),
    (Announce, "minutes"): st.integers(min_value=1, max_value=1440),
    (Rate, "answers"): st.dictionaries(CODES, st.integers(min_value=1, max_value=4), min_size=1, max_size=20),
    (HandOutNumbers, "first"): st.integers(min_value=1, max_value=9999),
    (HandOutNumbers, "visits"): st.lists(st.text(URL_SAFE, min_size=1, max_size=64), min_size=1, max_size=100).map(tuple),
    (SetScreen, "screen"): SCREEN_CODES,
    (SetScreen, "zone"): SCREEN_CODES | st.just(""),
    (SetScreen, "name"): st.text("aé漢 ", max_size=59).map(lambda text: text + "!"),
    (SetScreen, "agencies"): st.lists(CODES, min_size=1, max_size=9).map(tuple),
    str: CODES,
    bool: st.booleans(),
}
EVENT_VALUES: dict[object, st.SearchStrategy[Any]] = {str: st.text(max_size=30), int: WHOLE, bool: st.booleans(), object: PLAIN}


def _strategy(hint: Any, values: Mapping[object, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """Values of this type, those in ``values`` by its rule."""
    if hint in values:
        return values[hint]
    if hasattr(hint, "__supertype__"):
        return _strategy(hint.__supertype__, values)
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return st.one_of(*(st.none() if arg is type(None) else _strategy(arg, values) for arg in args))
    if origin is tuple:
        return st.lists(_strategy(args[0], values), max_size=3).map(tuple)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(list(hint))
    return st.dictionaries(_strategy(args[0], values), _strategy(args[1], values), max_size=3)


def _built(cls: type[Any], values: Mapping[object, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(cls)
    given = {item.name: values.get((cls, item.name), values.get(hints[item.name])) for item in fields(cls)}
    return st.builds(cls, **{name: _strategy(hints[name], values) if value is None else value for name, value in given.items()})


events: st.SearchStrategy[Event] = st.one_of(*(_built(cls, EVENT_VALUES) for cls in EVENTS.values()))
commands: st.SearchStrategy[Command] = st.one_of(*(_built(cls, COMMAND_VALUES) for cls in COMMANDS.values()))
senders = st.sampled_from(["counter/1", "counter/33", "kiosk/1", "phone", "desk", "supervisor", "admin", "system"])
envelopes = st.builds(Envelope, command_id=IDS, by=senders, command=commands)
refusals = st.builds(
    Refusal,
    code=st.text(max_size=20),
    sentence=st.text(max_size=60),
    fields=st.dictionaries(st.text(max_size=10).filter(lambda key: key not in ("code", "sentence")), PLAIN, max_size=3),
)
entries = st.builds(
    Entry,
    offset=WHOLE,
    at=WHOLE,
    command_id=IDS,
    cursor=st.text("0123456789-", max_size=20),
    by=senders,
    outcome=st.lists(events, max_size=4).map(tuple) | refusals,
    prev=st.binary(min_size=16, max_size=16),
)

ENTRY = Entry(
    offset=12,
    at=START_MS,
    command_id=CommandId("press-of-counter-3"),
    cursor="1796374800000-0",
    by="counter/3",
    outcome=(
        TicketServed(ticket=Label("B-001"), counter=CounterNumber(3)),
        TicketCalled(ticket=Label("B-002"), counter=CounterNumber(3)),
    ),
    prev=NO_HASH,
)

NOBODY = Refusal.of(Refused("line_empty", counter=3))


def issue(number: int, *services: str, by: str = "kiosk/1") -> dict[str, object]:
    """A command map that takes tickets; the number makes its id."""
    return {"command_id": command_id(number), "do": "issue", "by": by, "services": list(services or ("ktp",))}


def press(number: int, counter: int, seen: str | None = None) -> dict[str, object]:
    """A command map that calls the next; the number makes its id."""
    return {"command_id": command_id(number), "do": "next", "by": f"counter/{counter}", "counter": counter, "seen": seen}


def command_id(number: int) -> CommandId:
    """The id of the command with this number."""
    return CommandId(f"command-{number:08d}")


def program(path: Path, script: str) -> None:
    """A program that runs this shell script."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
