"""The state that a log is checked against: lines, lanes, counters, tickets and visits, built up from the entries that held so far."""

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Ticket:
    """``order`` counts tickets over the whole log. ``counter``, ``called_at`` (ms) and ``recalls`` speak of the latest call.

    ``returned`` is the offset of its return while it may have to sit out, ``call`` that of its latest call.
    """

    label: str
    line: "Line"
    lane: "Lane"
    number: int
    visit: "Visit"
    order: int
    state: str = "waiting"
    counter: "Counter | None" = None
    call: int = 0
    called_at: int = 0
    recalls: int = 0
    returned: int | None = None


@dataclass(slots=True, kw_only=True)
class Lane:
    """``tickets[n - 1]`` has number n; ``waiting`` holds numbers, ``calls`` the offsets of calls that stand, both ascending."""

    name: str
    prefix: str
    tickets: list[Ticket] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)

    def join(self, number: int) -> None:
        """The ticket waits, or waits again."""
        insort(self.waiting, number)

    def leave(self, number: int) -> None:
        """The ticket, which waited, waits no longer."""
        del self.waiting[bisect_left(self.waiting, number)]

    def calls_since(self, offset: int) -> int:
        """How many calls that stand came after the entry ``offset``."""
        return len(self.calls) - bisect_right(self.calls, offset)


@dataclass(slots=True, kw_only=True)
class Line:
    """``regular_between`` regular calls come between two priority calls. ``calls`` holds (offset, lane name) of calls that stand."""

    prefix: str
    services: frozenset[str]
    agency: str
    quota: int | None
    paper: bool
    regular: Lane
    priority: Lane | None
    regular_between: int
    calls: list[tuple[int, str]] = field(default_factory=list)

    def lane(self, name: str) -> Lane | None:
        """The lane of this name, None when the line has no such lane."""
        return self.regular if name == "regular" else self.priority

    @property
    def issued(self) -> int:
        """How many numbers were given out, in both lanes."""
        return len(self.regular.tickets) + (len(self.priority.tickets) if self.priority else 0)


@dataclass(slots=True, kw_only=True)
class Counter:
    """``state`` is open, paused or closed; ``serving`` is the ticket that is there."""

    number: int
    agency: str
    lines: list[Line]
    state: str = "closed"
    serving: Ticket | None = None
    has_called: bool = False


@dataclass(slots=True, kw_only=True)
class Visit:
    """``live`` holds the ticket that has not ended, by line; ``called`` is the one that is at a counter.

    ``agencies`` are those in whose lines it has or had one.
    """

    agencies: set[str] = field(default_factory=set)
    live: dict[str, Ticket] = field(default_factory=dict)
    called: Ticket | None = None


@dataclass(slots=True, kw_only=True)
class Ground:
    """Everything that the rules look at. ``tickets`` keeps issue order, ``waiting`` counts those that wait."""

    lines: dict[str, Line]
    counters: dict[int, Counter]
    agencies: set[str]
    screens: set[str]
    scopes: set[str]
    return_after: int
    undo_seconds: int
    absent_recalls: int
    absent_seconds: int
    tickets: dict[str, Ticket] = field(default_factory=dict)
    visits: dict[str, Visit] = field(default_factory=dict)
    closed_services: set[str] = field(default_factory=set)
    announcements: set[str] = field(default_factory=set)
    waiting: int = 0
    closed: bool = False
