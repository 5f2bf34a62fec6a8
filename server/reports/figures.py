"""The figures of an organiser's day, by line, agency, counter and hour. They are frozen; `day_of` works them out."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from server.core.ranks import nearest_rank
from server.core.values import MS_PER_SECOND, AgencyCode, BazaarId, CounterNumber, Label, OutOfOrderReason, Prefix, Text, TicketState


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How long something took, over ``count`` cases, in whole seconds. Half of the cases took at most ``p50_s``; 0 where there are none."""

    count: int
    p50_s: int
    p80_s: int
    max_s: int

    @classmethod
    def of(cls, times_ms: Iterable[int]) -> "Spread":
        """The spread of these times, each given in ms."""
        ordered = sorted(times_ms)
        if not ordered:
            return cls(count=0, p50_s=0, p80_s=0, max_s=0)
        p50, p80, most = (round(nearest_rank(ordered, share) / MS_PER_SECOND) for share in (0.5, 0.8, 1.0))
        return cls(count=len(ordered), p50_s=p50, p80_s=p80, max_s=most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What became of some tickets.

    ``states`` counts them by the state they are in now, ``priority`` those of a priority lane, ``no_shows`` those that were marked absent
    at least once, whether they came back or not. ``finished_share`` is the part served of those who wanted it: tickets that were
    cancelled, or went on as another ticket, are left out; None where none remains. ``waits`` go from issue to last call, ``servings``
    from the last call to served.
    """

    issued: int
    priority: int
    no_shows: int
    states: Mapping[TicketState, int]
    finished_share: float | None
    waits: Spread
    servings: Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDay:
    """One line's day."""

    line: Prefix
    agency: AgencyCode
    tally: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyDay:
    """One agency's day, all its lines together."""

    agency: AgencyCode
    name: Text
    tally: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterDay:
    """One counter's day. ``calls`` has those of each hour (as in `HourDay`); calls that were undone count nowhere."""

    counter: CounterNumber
    agency: AgencyCode
    calls: Mapping[str, int]
    served: int
    absences: int
    servings: Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class HourDay:
    """One hour by the clocks of the place; ``hour`` is its beginning, ISO 8601 with offset, so that it is one also after midnight."""

    hour: str
    issued: int
    called: int
    served: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfOrder:
    """One call before its turn: ``at`` in Unix ms, ``by`` whom, and why."""

    ticket: Label
    counter: CounterNumber
    at: int
    by: str
    reason: OutOfOrderReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One ticket that went on as another; ``at`` in Unix ms."""

    ticket: Label
    to_ticket: Label
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The whole bazaar's day as far as the entries tell; ``opened_at`` and ``last_at`` are Unix ms.

    ``unserved`` are those who still wait, were set aside, were absent or had expired at the last entry, in issue order. ``refused`` counts
    refusals by their code.
    """

    bazaar: BazaarId
    name: Text
    timezone: str
    opened_at: int
    last_at: int
    closed: bool
    entries: int
    visits: int
    tally: Tally
    agencies: tuple[AgencyDay, ...]
    lines: tuple[LineDay, ...]
    counters: tuple[CounterDay, ...]
    hours: tuple[HourDay, ...]
    out_of_order: tuple[OutOfOrder, ...]
    transfers: tuple[Transfer, ...]
    unserved: tuple[Label, ...]
    refused: Mapping[str, int]

    def as_map(self) -> dict[str, object]:
        """The same as plain dicts, tuples, strings and numbers, ready for JSON."""
        return asdict(self)
