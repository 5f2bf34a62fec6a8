"""Whoever follows a channel is told of every change: touched names each channel whose view an entry changed."""

from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from displays import bazaar, hall, line
from server.core import commands as order
from server.core.bazaar import Bazaar, open_bazaar
from server.core.commands import Command, Envelope
from server.core.decide import decide
from server.core.events import Event
from server.core.evolve import evolve
from server.core.refusals import Refused
from server.core.values import CommandId, CounterNumber, Label, Lane, OutOfOrderReason, ServiceCode, VisitId
from tests.scenarios import CONFIG, START_MS

SCREENS = {**CONFIG, "screens": [{"code": "barat", "name": "Barat", "agencies": ["polsek"]}, {"code": "utama", "name": "Utama"}]}
FOR_EVER_MINUTES = 100_000

Touched = Callable[[Bazaar, Event], Iterable[str]]
ViewOf = Callable[[Bazaar, str], dict[str, object] | None]
KINDS: dict[str, tuple[Touched, ViewOf, tuple[str, ...]]] = {
    "hall": (hall.touched, hall.view, ("", "barat", "utama")),
    "line": (line.touched, line.view, ("A", "B", "C")),
    "bazaar": (bazaar.touched, bazaar.view, ("",)),
}

_counters = st.sampled_from([CounterNumber(number) for number in (1, 2, 3, 4)])
_services = st.sampled_from([ServiceCode(code) for code in ("ktp", "kk", "skck", "hilang")])
_visits = st.sampled_from([VisitId(f"visit-{number}") for number in range(4)])
_labels = st.sampled_from([Label(label) for label in ("A-001", "A-002", "AP-001", "B-001", "B-002", "C-001", "CP-001")])
_at_counter = {"counter": _counters, "ticket": _labels}
_commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(order.IssueTickets, services=st.tuples(_services, _services), lane=st.sampled_from(Lane), visit=_visits),
    st.builds(order.CallNext, counter=_counters, seen=st.none() | _labels),
    *(
        st.builds(kind, **_at_counter)
        for kind in (order.RecallTicket, order.MarkAbsent, order.HoldTicket, order.FinishTicket, order.UndoCall)
    ),
    *(st.builds(kind, ticket=_labels) for kind in (order.HoldTicket, order.ReturnTicket, order.CancelTicket)),
    st.builds(order.TransferTicket, **_at_counter, service=_services),
    st.builds(order.CallOutOfOrder, **_at_counter, reason=st.sampled_from(OutOfOrderReason)),
    *(st.builds(kind, counter=_counters) for kind in (order.OpenCounter, order.OpenCounter, order.CloseCounter)),
    st.builds(order.PauseCounter, counter=_counters, reason=st.just("makan")),
    *(st.builds(kind, service=_services) for kind in (order.CloseService, order.ReopenService)),
    st.builds(order.Announce, text=st.just("…"), scope=st.sampled_from(["bazaar", "polsek", "A"]), minutes=st.just(FOR_EVER_MINUTES)),
    st.just(order.CloseBazaar()),
)

MORNING: tuple[Command, ...] = (
    *(order.OpenCounter(counter=CounterNumber(number)) for number in (1, 2, 3, 4)),
    *(order.IssueTickets(services=(ServiceCode("ktp"), ServiceCode("skck"), ServiceCode("hilang")), lane=lane) for lane in Lane),
    *(order.CallNext(counter=CounterNumber(number), seen=None) for number in (1, 3)),
)
"""Something is going on at the counters, so that random commands find something to change."""


def _entry(state: Bazaar, command: Command, number: int) -> tuple[Event, ...]:
    """What a command brings about; a press at a counter names who is there, so that most of them are carried out."""
    at = getattr(command, "counter", None)
    if at is not None and (serving := state.counters[at].serving):
        if isinstance(command, order.CallNext):
            command = order.CallNext(counter=at, seen=serving)
        elif hasattr(command, "ticket") and not isinstance(command, order.CallOutOfOrder):
            command = _naming(command, serving)
    try:
        return decide(
            state, Envelope(command_id=CommandId(f"command-{number:08d}"), by="admin", command=command), START_MS + number * 40_000
        )
    except Refused:
        return ()


def _naming(command: Command, label: Label) -> Command:
    fields = {name: getattr(command, name) for name in type(command).__dataclass_fields__}
    return type(command)(**(fields | {"ticket": label}))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(commands=st.lists(_commands, min_size=10, max_size=60))
def test_touched_covers_changes(kind: str, commands: list[Command]) -> None:
    """A channel whose view an entry changed is among those that the entry's events touched."""
    touched, view, keys = KINDS[kind]
    state = open_bazaar(SCREENS, at=START_MS)
    for number, command in enumerate([*MORNING, *commands], start=2):
        before = {key: view(state, key) for key in keys}
        told: set[str] = set()
        for event in _entry(state, command, number):
            evolve(state, event, offset=number, at=START_MS + number * 40_000)
            told.update(touched(state, event))
        changed = {key for key in keys if view(state, key) != before[key]}
        assert changed <= told
