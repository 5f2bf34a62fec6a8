"""The state of one bazaar: what `evolve` folds, `decide` reads and every view shows.

Rule: nothing here changes anything; events do, in `server.core.evolve`.
"""

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import merge
from itertools import takewhile

from server.core import events as happened
from server.core.events import Event
from server.core.numbers import NumberRanges
from server.core.plan import Plan
from server.core.plan_parts import Line, Screen
from server.core.values import (
    AgencyCode,
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

STAYS_MAX = 30
"""How many of the latest stays at its counters a line keeps to tell its pace from."""

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
    ``returned_offset`` is the entry of its return while it waits again: it sits out some calls that come after it.
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
    representing: bool = False
    counter: CounterNumber | None = None
    called_at: int | None = None
    call_offset: int | None = None
    calls: int = 0
    recalled_at: int | None = None
    returned_offset: int | None = None
    ended_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call that was not undone."""

    ticket: Label
    number: int
    counter: CounterNumber
    offset: int
    at: int
    out_of_order: OutOfOrderReason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterStand:
    """A counter now: whether it calls, why it pauses, the ticket that is there, how many were served there, and how long that took."""

    number: CounterNumber
    state: CounterState = CounterState.CLOSED
    reason: str = ""
    serving: Label | None = None
    served: int = 0
    served_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """One call as the counter saw it: for which services, how long until it was free again, and whether somebody was served."""

    services: tuple[ServiceCode, ...]
    took_ms: int
    served: bool


@dataclass(slots=True, kw_only=True)
class LaneState:
    """One lane of a line: who waits, how many numbers were given out, and the calls that count, in log order.

    ``returned`` are the numbers that wait again after they were away, with the entry of their return, the latest last.
    """

    waiting: NumberRanges = field(default_factory=NumberRanges)
    issued: int = 0
    calls: list[Call] = field(default_factory=list)
    returned: dict[int, int] = field(default_factory=dict)

    @property
    def last_called(self) -> int:
        """The number called last, 0 before the first call."""
        return self.calls[-1].number if self.calls else 0

    def calls_before(self, offset: int) -> int:
        """How many of the calls that count stand before this entry of the log."""
        return bisect_left(self.calls, offset, key=lambda call: call.offset)

    def sitting_out(self, return_after: int) -> Iterator[int]:
        """The numbers that returned since the ``return_after`` latest calls began, the latest first: these calls still go to others."""
        if return_after:
            since = self.calls[-return_after].offset if return_after <= len(self.calls) else 0
            yield from takewhile(lambda number: self.returned[number] > since, reversed(self.returned))


@dataclass(slots=True, kw_only=True)
class LineState:
    """One line: its lanes, and the latest stays at its counters.

    ``census`` counts its tickets by state, ``errands`` those that wait by what they are for (None: nobody said; a ticket of two services
    counts for each), and ``aside`` holds those that may return in the order in which they left. All of it could be counted from the
    tickets, which would cost a look at every ticket of the day for every frame.
    """

    plan: Line
    lanes: dict[Lane, LaneState]
    census: Counter[TicketState] = field(default_factory=Counter)
    errands: Counter[ServiceCode | None] = field(default_factory=Counter)
    aside: dict[Label, None] = field(default_factory=dict)
    stays: deque[Stay] = field(default_factory=lambda: deque(maxlen=STAYS_MAX))

    @property
    def waiting(self) -> int:
        """How many people wait, both lanes together."""
        return sum(len(lane.waiting) for lane in self.lanes.values())

    @property
    def issued(self) -> int:
        """How many numbers of the line were given out, both lanes together; this is what a quota bounds."""
        return sum(lane.issued for lane in self.lanes.values())

    @property
    def left(self) -> int | None:
        """How many numbers of the quota are left, None without a quota."""
        return None if self.plan.quota is None else max(0, self.plan.quota - self.issued)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What people are told now, with the fields that views show of it; ``until`` is Unix ms."""

    id: str
    text: str
    scope: str
    until: int
    urgent: bool = False


@dataclass(slots=True, kw_only=True)
class Bazaar:
    """All that the log says, folded up to its entry ``offset`` of ``at`` (Unix ms). ``screens`` goes by code.

    ``renewals`` counts by device how often its key was renewed.
    ``newest_calls`` holds by agency the latest call of each ticket, unless it was undone, the newest last.
    """

    plan: Plan
    offset: int
    at: int
    lines: dict[Prefix, LineState]
    counters: dict[CounterNumber, CounterStand]
    screens: dict[str, Screen]
    newest_calls: dict[AgencyCode, dict[Label, Call]]
    tickets: dict[Label, Ticket] = field(default_factory=dict)
    visits: dict[VisitId, tuple[Label, ...]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    closed_services: set[ServiceCode] = field(default_factory=set)
    announcements: dict[str, Announcement] = field(default_factory=dict)
    renewals: dict[str, int] = field(default_factory=dict)
    ratings: list[tuple[Label, Mapping[str, int]]] = field(default_factory=list)
    closed: bool = False

    def lane_of(self, ticket: Ticket) -> LaneState:
        """The lane in which a ticket has its number."""
        return self.lines[ticket.line].lanes[ticket.lane]


def newest_calls(bazaar: Bazaar, agencies: Iterable[AgencyCode]) -> Iterator[Call]:
    """The latest call of each ticket at the counters of these agencies, newest first; one that was undone is none."""
    return merge(*(reversed(bazaar.newest_calls[agency].values()) for agency in set(agencies)), key=lambda call: -call.offset)


def waiting_in(bazaar: Bazaar, line: LineState, lane: Lane) -> Iterator[Ticket]:
    """The waiting tickets of a lane, lowest number first."""
    return tickets_of(bazaar, line, lane, line.lanes[lane].waiting)


def tickets_of(bazaar: Bazaar, line: LineState, lane: Lane, numbers: Iterable[int]) -> Iterator[Ticket]:
    """The tickets of a lane that have these numbers."""
    prefix = line.plan.prefix_of(lane)
    return (bazaar.tickets[label_of(prefix, number)] for number in numbers)


def open_bazaar(config: Mapping[str, object], *, at: int) -> Bazaar:
    """The state after ``bazaar_opened``, the first entry of a log: nobody waits, every counter is closed."""
    plan = Plan.from_config(config)
    lines = {line.prefix: LineState(plan=line, lanes={lane: LaneState() for lane in line.lanes}) for line in plan.lines}
    counters = {counter.number: CounterStand(number=counter.number) for counter in plan.counters}
    screens = {screen.code: screen for screen in plan.screens}
    calls: dict[AgencyCode, dict[Label, Call]] = {agency.code: {} for agency in plan.agencies}
    return Bazaar(plan=plan, offset=1, at=at, lines=lines, counters=counters, screens=screens, newest_calls=calls)
