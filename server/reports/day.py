"""The organiser's day: what became of the tickets of each line and agency, and what each counter did in each hour.

Rule: everything here is folded from the log's entries. Times are differences of the entries' ``at``, which tell and never order.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
from datetime import datetime
from functools import reduce
from zoneinfo import ZoneInfo

from server.core import events as happened
from server.core.bazaar import LIVE, Bazaar, Ticket
from server.core.entry import Entry, Refusal
from server.core.evolve import fold
from server.core.values import MS_PER_SECOND, CounterNumber, Label, Lane, Prefix, TicketState
from server.reports.figures import (
    AgencyDay,
    CounterDay,
    Day,
    HourDay,
    LineDay,
    OutOfOrder,
    Spread,
    Tally,
    Transfer,
)


def day_of(entries: Sequence[Entry]) -> Day:
    """The day that these entries tell, which are a log from its first entry on.

    Raises:
        ValueError, LookupError: they do not begin with an opening, or one cannot follow what came before.
    """
    bazaar = reduce(fold, entries, None)
    if bazaar is None:
        raise ValueError("a log without entries opens no bazaar")
    plan, facts = bazaar.plan, _Facts(bazaar, entries)
    return Day(
        bazaar=plan.bazaar.id,
        name=plan.bazaar.name,
        timezone=plan.bazaar.timezone,
        opened_at=entries[0].at,
        last_at=entries[-1].at,
        closed=bazaar.closed,
        entries=len(entries),
        visits=len(bazaar.visits),
        tally=facts.tally(lambda _: True),
        agencies=tuple(
            AgencyDay(agency=agency.code, name=agency.name, tally=facts.tally(_in_lines(line.prefix for line in agency.lines)))
            for agency in plan.agencies
        ),
        lines=tuple(
            LineDay(line=line.prefix, agency=plan.agency_of(line.prefix).code, tally=facts.tally(_in_lines([line.prefix])))
            for line in plan.lines
        ),
        counters=tuple(facts.counter(counter.number) for counter in plan.counters),
        hours=tuple(facts.hours()),
        out_of_order=tuple(facts.out_of_order()),
        transfers=tuple(facts.transfers()),
        unserved=tuple(ticket.label for ticket in bazaar.tickets.values() if _is_unserved(ticket)),
        refused=dict(Counter(entry.outcome.code for entry in entries if isinstance(entry.outcome, Refusal))),
    )


class _Facts:
    """The folded bazaar beside what its state does not keep: who was ever absent, and in which entry things happened."""

    def __init__(self, bazaar: Bazaar, entries: Sequence[Entry]) -> None:
        self._bazaar = bazaar
        self._entries = entries
        self._zone = ZoneInfo(bazaar.plan.bazaar.timezone)
        self._absences = [event for entry in entries for event in entry.events if isinstance(event, happened.TicketAbsent)]
        self._no_shows = {event.ticket for event in self._absences}

    def tally(self, belongs: Callable[[Ticket], bool]) -> Tally:
        """The tally of the tickets that belong."""
        return _tally([ticket for ticket in self._bazaar.tickets.values() if belongs(ticket)], self._no_shows)

    def counter(self, number: CounterNumber) -> CounterDay:
        """What one counter did."""
        served = [ticket for ticket in self._served() if ticket.counter == number]
        return CounterDay(
            counter=number,
            agency=self._bazaar.plan.agency_of_counter(number).code,
            calls=dict(Counter(self._hour(call.at) for call in self._bazaar.calls if call.counter == number)),
            served=len(served),
            absences=sum(event.counter == number for event in self._absences),
            servings=Spread.of(_servings_ms(served)),
        )

    def hours(self) -> Iterator[HourDay]:
        """The hours in which something happened, in order."""
        rows: dict[str, Counter[str]] = defaultdict(Counter)
        for ticket in self._bazaar.tickets.values():
            rows[self._hour(ticket.issued_at)]["issued"] += 1
        for call in self._bazaar.calls:
            rows[self._hour(call.at)]["called"] += 1
        for ticket in self._served():
            rows[self._hour(ticket.ended_at or 0)]["served"] += 1
        for hour, row in sorted(rows.items(), key=lambda item: datetime.fromisoformat(item[0])):
            yield HourDay(hour=hour, issued=row["issued"], called=row["called"], served=row["served"])

    def out_of_order(self) -> Iterator[OutOfOrder]:
        """The calls before their turn, in log order."""
        for call in self._bazaar.calls:
            if call.out_of_order is not None:
                by = self._entries[call.offset - 1].by
                yield OutOfOrder(ticket=call.ticket, counter=call.counter, at=call.at, by=by, reason=call.out_of_order)

    def transfers(self) -> Iterator[Transfer]:
        """The transfers, in log order."""
        for entry in self._entries:
            for event in entry.events:
                if isinstance(event, happened.TicketTransferred):
                    yield Transfer(ticket=event.ticket, to_ticket=event.to_ticket, at=entry.at)

    def _served(self) -> Iterator[Ticket]:
        return (ticket for ticket in self._bazaar.tickets.values() if ticket.state is TicketState.SERVED)

    def _hour(self, at: int) -> str:
        return datetime.fromtimestamp(at / MS_PER_SECOND, self._zone).replace(minute=0, second=0, microsecond=0).isoformat("T", "minutes")


def _tally(tickets: Collection[Ticket], no_shows: Container[Label]) -> Tally:
    states = Counter(ticket.state for ticket in tickets)
    wanted = len(tickets) - states[TicketState.CANCELLED] - states[TicketState.TRANSFERRED]
    return Tally(
        issued=len(tickets),
        priority=sum(ticket.lane is Lane.PRIORITY for ticket in tickets),
        no_shows=sum(ticket.label in no_shows for ticket in tickets),
        states={state: states[state] for state in TicketState},
        finished_share=round(states[TicketState.SERVED] / wanted, 4) if wanted else None,
        waits=Spread.of(ticket.called_at - ticket.issued_at for ticket in tickets if ticket.called_at is not None),
        servings=Spread.of(_servings_ms(ticket for ticket in tickets if ticket.state is TicketState.SERVED)),
    )


def _servings_ms(served: Iterable[Ticket]) -> Iterator[int]:
    return (ticket.ended_at - ticket.called_at for ticket in served if ticket.ended_at is not None and ticket.called_at is not None)


def _in_lines(prefixes: Iterable[Prefix]) -> Callable[[Ticket], bool]:
    wanted = frozenset(prefixes)
    return lambda ticket: ticket.line in wanted


def _is_unserved(ticket: Ticket) -> bool:
    return ticket.state in LIVE - {TicketState.CALLED} or ticket.state is TicketState.EXPIRED
