"""One counter as its officer sees it: who is there, who is next, who was set aside.

Rule: every limit that the tablet counts down (undo, absent) is the core's; the page only compares it with the clock.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import assert_never

from counters.waits import waiting_since
from server.core import events as happened
from server.core.bazaar import Bazaar, CounterStand, LineState, Ticket, tickets_of
from server.core.calling import busy_counter, next_ticket, resumes_at
from server.core.deadlines import absent_from, recalls_left, undo_until
from server.core.events import Event
from server.core.plan_parts import Counter
from server.core.values import CounterNumber, Label, TicketState
from server.hub.channels import View

COUNTER = re.compile(r"[1-9][0-9]{0,3}")
"""A counter's number as it stands in a channel or a path."""


def view(bazaar: Bazaar, argument: str) -> View | None:
    """The view of ``counter/{argument}``, or None when there is no such counter (``docs/protocol.md``, section 5).

    Beyond the contract: ``agency`` (code), ``reason`` of a pause, ``waiting_since`` (of who waits longest), ``lanes`` (who waits, by lane),
    ``called_at`` (when those held or absent were last called, by label), ``returned`` (waiting again, but only callable after so many
    further calls), ``busy`` (waiting, but at another counter now), ``served`` and ``served_ms`` (how many here, and how long all of them
    took), ``closed_services`` (no transfer to these), ``closed`` (the bazaar), and in ``serving`` what the buttons need. Times are Unix ms.
    """
    stand = _stand(bazaar, argument)
    if stand is None:
        return None
    counter = bazaar.plan.counter(stand.number)
    lines = [bazaar.lines[prefix] for prefix in counter.lines]
    called = next_ticket(bazaar, stand.number)
    held, absent = (_aside(bazaar, lines, state) for state in (TicketState.HELD, TicketState.ABSENT))
    return {
        "counter": stand.number,
        "agency": bazaar.plan.agency_of_counter(stand.number).code,
        "state": stand.state.value,
        "reason": stand.reason,
        "lines": list(counter.lines),
        "serving": _serving(bazaar, bazaar.tickets[stand.serving]) if stand.serving else None,
        "next": called.label if called else None,
        "waiting": sum(line.waiting for line in lines),
        "waiting_since": waiting_since(bazaar, lines),
        "lanes": list(_lanes(lines)),
        "held": held,
        "absent": absent,
        "called_at": {label: bazaar.tickets[label].called_at for label in (*held, *absent)},
        "returned": [back for back in _returned(bazaar, lines) if called is None or back["label"] != called.label],
        "busy": list(_busy(bazaar, counter)),
        "served": stand.served,
        "served_ms": stand.served_ms,
        "closed_services": sorted(bazaar.closed_services),
        "closed": bazaar.closed,
    }


def touched(bazaar: Bazaar, event: Event) -> Iterable[str]:
    """The counters whose view the event may have changed, as they stand in the channel's name."""
    return {str(number) for number in _touched(bazaar, event)}


def _touched(bazaar: Bazaar, event: Event) -> Iterable[CounterNumber]:
    match event:
        case happened.BazaarOpened() | happened.BazaarClosed() | happened.ServiceClosed() | happened.ServiceReopened():
            return bazaar.counters
        case happened.CounterOpened() | happened.CounterPaused() | happened.CounterClosed() | happened.TicketRecalled():
            return (event.counter,)
        case happened.TicketIssued() | happened.TicketReturned() | happened.TicketCancelled():
            return _counters_of_visit(bazaar, event.ticket)
        case happened.TicketCalled() | happened.CallUndone() | happened.TicketServed() | happened.TicketAbsent():
            return (event.counter, *_counters_of_visit(bazaar, event.ticket))
        case happened.TicketHeld() | happened.TicketTransferred() | happened.TicketExpired():
            return (*filter(None, [event.counter]), *_counters_of_visit(bazaar, event.ticket))
        case happened.TicketPassed() | happened.Announced() | happened.AnnouncementEnded() | happened.Rated():
            return ()
        case happened.ScreenSet() | happened.ScreenRemoved() | happened.KeyRenewed():
            return ()
        case _:
            assert_never(event)


def _counters_of_visit(bazaar: Bazaar, label: Label) -> Iterator[CounterNumber]:
    """Every counter that may call a ticket of this visit: a visit that is busy at one counter is passed at all others."""
    for other in bazaar.visits[bazaar.tickets[label].visit]:
        for counter in bazaar.plan.counters_of(bazaar.tickets[other].line):
            yield counter.number


def _stand(bazaar: Bazaar, argument: str) -> CounterStand | None:
    return bazaar.counters.get(CounterNumber(int(argument))) if COUNTER.fullmatch(argument) else None


def _serving(bazaar: Bazaar, ticket: Ticket) -> View:
    return {
        "label": ticket.label,
        "since": ticket.called_at,
        "calls": ticket.calls,
        "line": ticket.line,
        "lane": ticket.lane.value,
        "services": list(ticket.services),
        "representing": ticket.representing,
        "call_offset": ticket.call_offset,
        "undo_until": undo_until(bazaar, ticket),
        "recalls_left": recalls_left(bazaar, ticket),
        "absent_from": absent_from(bazaar, ticket),
    }


def _lanes(lines: Iterable[LineState]) -> Iterator[View]:
    for line in lines:
        for lane, state in line.lanes.items():
            yield {
                "line": line.plan.prefix,
                "lane": lane.value,
                "prefix": line.plan.prefix_of(lane),
                "count": len(state.waiting),
                "numbers": str(state.waiting),
            }


def _aside(bazaar: Bazaar, lines: Iterable[LineState], state: TicketState) -> list[Label]:
    labels = chain.from_iterable(line.aside for line in lines)
    return [label for label in labels if bazaar.tickets[label].state is state]


def _returned(bazaar: Bazaar, lines: Iterable[LineState]) -> Iterator[View]:
    """Who waits again but sits out some calls first; somebody who came back asks when it is their turn."""
    for line in lines:
        for lane, state in line.lanes.items():
            numbers = sorted(state.sitting_out(bazaar.plan.bazaar.return_after))
            for ticket in tickets_of(bazaar, line, lane, numbers):
                yield {"label": ticket.label, "calls_left": (resumes_at(bazaar, ticket) or 0) - len(state.calls)}


def _busy(bazaar: Bazaar, counter: Counter) -> Iterator[View]:
    """Waiting tickets of the counter's lines whose visit is at another counter: looked for from the counters, which are few."""
    for stand in bazaar.counters.values():
        if stand.serving is None or stand.number == counter.number:
            continue
        for label in bazaar.visits[bazaar.tickets[stand.serving].visit]:
            ticket = bazaar.tickets[label]
            if ticket.state is TicketState.WAITING and ticket.line in counter.lines:
                yield {"label": label, "busy_at": busy_counter(bazaar, ticket, counter.number)}
