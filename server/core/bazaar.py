"""The state of one bazaar, and how events change it.

Rule: a ticket changes state in this file and nowhere else, along `LIFECYCLE`.
"""

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, assert_never

from server.core import events as happened
from server.core.events import Event
from server.core.numbers import NumberRanges
from server.core.plan import Line, Plan
from server.core.values import (
    CounterNumber,
    CounterState,
    Label,
    Lane,
    OutOfOrderReason,
    Prefix,
    ServiceCode,
    TicketState,
    VisitId,
    label_of,
)

_T = TypeVar("_T")

SERVINGS_MAX = 30
"""How many of its latest serving times a line keeps to tell its pace from."""

LIFECYCLE: Mapping[TicketState, Mapping[type[Event], TicketState]] = {
    TicketState.WAITING: {
        happened.TicketCalled: TicketState.CALLED,
        happened.TicketPassed: TicketState.WAITING,
        happened.TicketHeld: TicketState.HELD,
        happened.TicketCancelled: TicketState.CANCELLED,
        happened.TicketExpired: TicketState.EXPIRED,
    },
    TicketState.CALLED: {
        happened.TicketRecalled: TicketState.CALLED,
        happened.TicketAbsent: TicketState.ABSENT,
        happened.TicketHeld: TicketState.HELD,
        happened.CallUndone: TicketState.WAITING,
        happened.TicketServed: TicketState.SERVED,
        happened.TicketTransferred: TicketState.TRANSFERRED,
        happened.TicketExpired: TicketState.EXPIRED,
    },
    TicketState.HELD: {
        happened.TicketReturned: TicketState.WAITING,
        happened.TicketCancelled: TicketState.CANCELLED,
        happened.TicketExpired: TicketState.EXPIRED,
    },
    TicketState.ABSENT: {
        happened.TicketReturned: TicketState.WAITING,
        happened.TicketCancelled: TicketState.CANCELLED,
        happened.TicketExpired: TicketState.EXPIRED,
    },
    TicketState.SERVED: {},
    TicketState.TRANSFERRED: {},
    TicketState.CANCELLED: {},
    TicketState.EXPIRED: {},
}

ASIDE = frozenset({TicketState.HELD, TicketState.ABSENT})
"""The states from which a ticket may return."""
LIVE = frozenset(state for state, ways in LIFECYCLE.items() if ways)
"""The states in which a ticket still may be served."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One number of a line. Times are Unix ms, ``order`` counts tickets over the whole bazaar in issue order.

    ``counter``, ``called_at``, ``call_offset`` and ``calls`` (the call and its recalls) speak of its latest call; ``recalled_at`` of the
    latest recall of that call.
    ``resumes_at`` is set while a returned ticket sits out: how many calls its lane must have counted before it is callable again.
    """

    label: Label
    line: Prefix
    lane: Lane
    number: int
    services: tuple[ServiceCode, ...]
    visit: VisitId
    order: int
    state: TicketState
    issued_at: int
    issue_offset: int
    counter: CounterNumber | None = None
    called_at: int | None = None
    call_offset: int | None = None
    calls: int = 0
    recalled_at: int | None = None
    resumes_at: int | None = None
    ended_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call that was not undone."""

    ticket: Label
    counter: CounterNumber
    offset: int
    at: int
    out_of_order: OutOfOrderReason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterStand:
    """A counter now: whether it calls, why it pauses, the ticket that is there, and how many were served there."""

    number: CounterNumber
    state: CounterState = CounterState.CLOSED
    reason: str = ""
    serving: Label | None = None
    served: int = 0


@dataclass(slots=True, kw_only=True)
class LaneState:
    """One lane of a line: who waits, how many numbers were given out, how many calls count."""

    waiting: NumberRanges = field(default_factory=NumberRanges)
    issued: int = 0
    calls: int = 0
    last_called: int = 0


@dataclass(slots=True, kw_only=True)
class LineState:
    """One line: its lanes, the calls that count for the lane rule in order, and its latest serving times in ms.

    ``census`` counts its tickets by state, and ``aside`` holds those that may return in the order in which they left; both could be
    counted from the tickets, which would cost a look at every ticket of the day for every frame of a tablet.
    """

    plan: Line
    lanes: dict[Lane, LaneState]
    counted: list[tuple[Label, Lane]] = field(default_factory=list)
    census: Counter[TicketState] = field(default_factory=Counter)
    aside: dict[Label, None] = field(default_factory=dict)
    servings_ms: deque[int] = field(default_factory=lambda: deque(maxlen=SERVINGS_MAX))

    @property
    def issued(self) -> int:
        """How many numbers of the line were given out, both lanes together; this is what a quota bounds."""
        return sum(lane.issued for lane in self.lanes.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What people are told now; ``until`` is Unix ms."""

    id: str
    text: str
    scope: str
    until: int


@dataclass(slots=True, kw_only=True)
class Bazaar:
    """All that the log says, folded up to its entry ``offset`` of ``at`` (Unix ms)."""

    plan: Plan
    offset: int
    at: int
    lines: dict[Prefix, LineState]
    counters: dict[CounterNumber, CounterStand]
    tickets: dict[Label, Ticket] = field(default_factory=dict)
    visits: dict[VisitId, list[Label]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    closed_services: set[ServiceCode] = field(default_factory=set)
    announcements: dict[str, Announcement] = field(default_factory=dict)
    ratings: list[tuple[Label, Mapping[str, int]]] = field(default_factory=list)
    closed: bool = False

    def lane_of(self, ticket: Ticket) -> LaneState:
        """The lane in which a ticket has its number."""
        return self.lines[ticket.line].lanes[ticket.lane]


def waiting_in(bazaar: Bazaar, line: LineState, lane: Lane) -> Iterator[Ticket]:
    """The waiting tickets of a lane, lowest number first."""
    prefix = line.plan.prefix_of(lane)
    for number in line.lanes[lane].waiting:
        yield bazaar.tickets[label_of(prefix, number)]


def open_bazaar(config: Mapping[str, object], *, at: int, offset: int = 1) -> Bazaar:
    """The state after ``bazaar_opened``: nobody waits, every counter is closed."""
    plan = Plan.from_config(config)
    lines = {}
    for line in plan.lines:
        lanes = (Lane.REGULAR, Lane.PRIORITY) if line.has_priority else (Lane.REGULAR,)
        lines[line.prefix] = LineState(plan=line, lanes={lane: LaneState() for lane in lanes})
    counters = {counter.number: CounterStand(number=counter.number) for counter in plan.counters}
    return Bazaar(plan=plan, offset=offset, at=at, lines=lines, counters=counters)


def evolve(bazaar: Bazaar, event: Event, *, offset: int, at: int) -> None:
    """Let an event of the entry ``offset``, decided ``at``, change the bazaar.

    Raises:
        ValueError: the event cannot follow what the bazaar has seen; only a log that was not made by `decide` brings this.
    """
    bazaar.offset, bazaar.at = offset, at
    match event:
        case happened.TicketIssued():
            _issue(bazaar, event)
        case happened.TicketCalled():
            _call(bazaar, event)
        case happened.TicketRecalled():
            _recall(bazaar, event)
        case happened.CallUndone():
            _undo(bazaar, event)
        case happened.TicketReturned():
            _return(bazaar, event)
        case happened.TicketPassed():
            _move(bazaar, event)
        case happened.TicketServed():
            _serve(bazaar, event)
        case happened.TicketAbsent() | happened.TicketHeld() | happened.TicketTransferred():
            _leave(bazaar, event)
        case happened.TicketCancelled() | happened.TicketExpired():
            _leave(bazaar, event)
        case happened.CounterOpened():
            _set_counter(bazaar, event.counter, CounterState.OPEN)
        case happened.CounterPaused():
            _set_counter(bazaar, event.counter, CounterState.PAUSED, event.reason)
        case happened.CounterClosed():
            _set_counter(bazaar, event.counter, CounterState.CLOSED)
        case happened.ServiceClosed():
            bazaar.closed_services.add(event.service)
        case happened.ServiceReopened():
            bazaar.closed_services.discard(event.service)
        case happened.Announced():
            _announce(bazaar, event)
        case happened.AnnouncementEnded():
            bazaar.announcements.pop(event.id, None)
        case happened.Rated():
            bazaar.ratings.append((event.ticket, event.answers))
        case happened.BazaarClosed():
            bazaar.closed = True
        case happened.BazaarOpened():
            raise ValueError("a bazaar is opened once, by the first entry of its log")
        case _:
            assert_never(event)


_TicketEvent = (
    happened.TicketCalled
    | happened.TicketPassed
    | happened.TicketRecalled
    | happened.TicketAbsent
    | happened.TicketHeld
    | happened.TicketReturned
    | happened.CallUndone
    | happened.TicketServed
    | happened.TicketTransferred
    | happened.TicketCancelled
    | happened.TicketExpired
)


def _move(bazaar: Bazaar, event: _TicketEvent, **changes: Any) -> Ticket:
    """Bring the event's ticket to its next state, if the lifecycle has that way, and change these fields too; gives the new ticket."""
    before = bazaar.tickets[event.ticket]
    state = LIFECYCLE[before.state].get(type(event))
    if state is None:
        raise ValueError(f"{before.label} is {before.state}: {type(event).__name__} cannot follow")
    ticket = replace(before, state=state, ended_at=None if state in LIVE else bazaar.at, **changes)
    bazaar.lines[ticket.line].census[before.state] -= 1
    _keep(bazaar, ticket)
    return ticket


def _keep(bazaar: Bazaar, ticket: Ticket) -> None:
    line = bazaar.lines[ticket.line]
    line.census[ticket.state] += 1
    if ticket.state in ASIDE:
        line.aside[ticket.label] = None
    else:
        line.aside.pop(ticket.label, None)
    bazaar.tickets[ticket.label] = ticket


def _issue(bazaar: Bazaar, event: happened.TicketIssued) -> None:
    lane = bazaar.lines[event.line].lanes[event.lane]
    lane.issued = event.number
    lane.waiting.add(event.number)
    bazaar.visits.setdefault(event.visit, []).append(event.ticket)
    ticket = Ticket(
        label=event.ticket,
        line=event.line,
        lane=event.lane,
        number=event.number,
        services=event.services,
        visit=event.visit,
        order=len(bazaar.tickets) + 1,
        state=TicketState.WAITING,
        issued_at=bazaar.at,
        issue_offset=bazaar.offset,
    )
    _keep(bazaar, ticket)


def _call(bazaar: Bazaar, event: happened.TicketCalled) -> None:
    at, offset = bazaar.at, bazaar.offset
    ticket = _move(bazaar, event, counter=event.counter, called_at=at, call_offset=offset, calls=1, recalled_at=None, resumes_at=None)
    lane = bazaar.lane_of(ticket)
    lane.waiting.remove(ticket.number)
    lane.calls += 1
    lane.last_called = ticket.number
    bazaar.lines[ticket.line].counted.append((ticket.label, ticket.lane))
    bazaar.calls.append(Call(ticket=ticket.label, counter=event.counter, offset=offset, at=at, out_of_order=event.out_of_order))
    _set_serving(bazaar, event.counter, ticket.label)


def _recall(bazaar: Bazaar, event: happened.TicketRecalled) -> None:
    _move(bazaar, event, calls=bazaar.tickets[event.ticket].calls + 1, recalled_at=bazaar.at)


def _undo(bazaar: Bazaar, event: happened.CallUndone) -> None:
    """The call counts nowhere: not for the lane rule, not for those who sit out, not for the screens."""
    ticket = _move(bazaar, event, counter=None, called_at=None, call_offset=None, calls=0, recalled_at=None)
    line, lane = bazaar.lines[ticket.line], bazaar.lane_of(ticket)
    counted = line.counted
    place = len(counted) - 1 - counted[::-1].index((ticket.label, ticket.lane))
    calls_before = sum(of is ticket.lane for _, of in counted[:place])
    for other in list(waiting_in(bazaar, line, ticket.lane)):
        _count_anew(bazaar, other, calls_before)
    del counted[place]
    lane.waiting.add(ticket.number)
    lane.calls -= 1
    lane.last_called = next((bazaar.tickets[label].number for label, of in reversed(counted) if of is ticket.lane), 0)
    _remove_last(bazaar.calls, next(call for call in reversed(bazaar.calls) if call.ticket == ticket.label))
    _set_serving(bazaar, event.counter, None)


def _count_anew(bazaar: Bazaar, ticket: Ticket, calls_before: int) -> None:
    """Whoever returned after the call that is undone has counted it among those before: without this they would sit out one too many."""
    if ticket.resumes_at is not None and ticket.resumes_at - bazaar.plan.bazaar.return_after > calls_before:
        bazaar.tickets[ticket.label] = replace(ticket, resumes_at=ticket.resumes_at - 1)


def _remove_last(items: list[_T], item: _T) -> None:
    del items[len(items) - 1 - items[::-1].index(item)]


def _return(bazaar: Bazaar, event: happened.TicketReturned) -> None:
    lane = bazaar.lane_of(bazaar.tickets[event.ticket])
    ticket = _move(bazaar, event, resumes_at=lane.calls + bazaar.plan.bazaar.return_after)
    lane.waiting.add(ticket.number)


def _serve(bazaar: Bazaar, event: happened.TicketServed) -> None:
    ticket = bazaar.tickets[event.ticket]
    _leave(bazaar, event)
    if ticket.called_at is not None:
        bazaar.lines[ticket.line].servings_ms.append(bazaar.at - ticket.called_at)
    counter = bazaar.counters[event.counter]
    bazaar.counters[event.counter] = replace(counter, served=counter.served + 1)


def _leave(bazaar: Bazaar, event: _TicketEvent) -> None:
    """The ticket leaves the line or the counter where it was, for a while or for good."""
    before = bazaar.tickets[event.ticket]
    ticket = _move(bazaar, event, resumes_at=None)
    if before.state is TicketState.WAITING:
        bazaar.lane_of(ticket).waiting.remove(ticket.number)
    if before.state is TicketState.CALLED and before.counter is not None:
        _set_serving(bazaar, before.counter, None)


def _set_serving(bazaar: Bazaar, number: CounterNumber, label: Label | None) -> None:
    bazaar.counters[number] = replace(bazaar.counters[number], serving=label)


def _set_counter(bazaar: Bazaar, number: CounterNumber, state: CounterState, reason: str = "") -> None:
    bazaar.counters[number] = replace(bazaar.counters[number], state=state, reason=reason)


def _announce(bazaar: Bazaar, event: happened.Announced) -> None:
    bazaar.announcements[event.id] = Announcement(id=event.id, text=event.text, scope=event.scope, until=event.until)
