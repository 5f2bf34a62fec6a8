"""How events change a bazaar, and how a log is folded into one, entry by entry.

Rule: a ticket changes state in this file and nowhere else, along `LIFECYCLE`.
"""

from bisect import bisect_left
from dataclasses import replace
from typing import Any, assert_never

from server.core import events as happened
from server.core.bazaar import ASIDE, LIFECYCLE, LIVE, Announcement, Bazaar, Call, LineState, Stay, Ticket, open_bazaar
from server.core.entry import Entry
from server.core.events import Event
from server.core.plan_parts import Screen
from server.core.values import CounterNumber, CounterState, Label, TicketState


def fold(bazaar: Bazaar | None, entry: Entry) -> Bazaar:
    """The bazaar after the next entry of its log. The first entry opens it; later ones change the one that is given.

    Raises:
        ValueError, LookupError: the entry cannot follow; only a log that was not made by `decide` brings this.
    """
    if bazaar is None:
        match entry.outcome:
            case (happened.BazaarOpened(config=config),):
                return open_bazaar(config, at=entry.at)
        raise ValueError("opens no bazaar, which the first entry of a log does")
    bazaar.offset, bazaar.at = entry.offset, entry.at
    for event in entry.events:
        evolve(bazaar, event, offset=entry.offset, at=entry.at)
    return bazaar


def evolve(bazaar: Bazaar, event: Event, *, offset: int, at: int) -> None:
    """Let an event of the entry ``offset``, decided ``at``, change the bazaar; raises as `fold` does."""
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
        case happened.CounterOpened() | happened.CounterPaused() | happened.CounterClosed():
            _set_counter(bazaar, event)
        case happened.ServiceClosed() | happened.ServiceReopened():
            _set_service(bazaar, event)
        case happened.Announced() | happened.AnnouncementEnded():
            _announce(bazaar, event)
        case happened.ScreenSet() | happened.ScreenRemoved():
            _set_screen(bazaar, event)
        case happened.KeyRenewed():
            bazaar.renewals[event.device] = bazaar.renewals.get(event.device, 0) + 1
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
    bazaar.tickets[ticket.label] = ticket
    if state is not before.state:
        _count_out(bazaar.lines[ticket.line], before)
        _count_in(bazaar.lines[ticket.line], ticket)
    return ticket


def _count_in(line: LineState, ticket: Ticket) -> None:
    """The line's counts hold the ticket as it is now."""
    line.census[ticket.state] += 1
    if ticket.state is TicketState.WAITING:
        lane = line.lanes[ticket.lane]
        lane.waiting.add(ticket.number)
        line.errands.update(ticket.services or (None,))
        if ticket.returned_offset is not None:
            lane.returned[ticket.number] = ticket.returned_offset
    elif ticket.state in ASIDE:
        line.aside[ticket.label] = None


def _count_out(line: LineState, ticket: Ticket) -> None:
    """They hold it no longer as it was before."""
    line.census[ticket.state] -= 1
    if ticket.state is TicketState.WAITING:
        lane = line.lanes[ticket.lane]
        lane.waiting.remove(ticket.number)
        line.errands.subtract(ticket.services or (None,))
        lane.returned.pop(ticket.number, None)
    elif ticket.state in ASIDE:
        del line.aside[ticket.label]


def _issue(bazaar: Bazaar, event: happened.TicketIssued) -> None:
    line = bazaar.lines[event.line]
    line.lanes[event.lane].issued = event.number
    bazaar.visits[event.visit] = (*bazaar.visits.get(event.visit, ()), event.ticket)
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
        representing=event.representing,
    )
    bazaar.tickets[ticket.label] = ticket
    _count_in(line, ticket)


def _call(bazaar: Bazaar, event: happened.TicketCalled) -> None:
    at, offset, reason = bazaar.at, bazaar.offset, event.out_of_order
    ticket = _move(bazaar, event, counter=event.counter, called_at=at, call_offset=offset, calls=1, recalled_at=None, returned_offset=None)
    call = Call(ticket=ticket.label, number=ticket.number, counter=event.counter, offset=offset, at=at, out_of_order=reason)
    bazaar.lane_of(ticket).calls.append(call)
    bazaar.calls.append(call)
    newest = bazaar.newest_calls[bazaar.plan.agency_of(ticket.line).code]
    newest.pop(ticket.label, None)
    newest[ticket.label] = call
    _set_serving(bazaar, event.counter, ticket.label)


def _recall(bazaar: Bazaar, event: happened.TicketRecalled) -> None:
    _move(bazaar, event, calls=bazaar.tickets[event.ticket].calls + 1, recalled_at=bazaar.at)


def _undo(bazaar: Bazaar, event: happened.CallUndone) -> None:
    """The call counts nowhere: not for the lane rule, not for those who sit out, not for the screens."""
    ticket = _move(bazaar, event, counter=None, called_at=None, call_offset=None, calls=0, recalled_at=None)
    undone = bazaar.newest_calls[bazaar.plan.agency_of(ticket.line).code].pop(ticket.label)
    for calls in (bazaar.lane_of(ticket).calls, bazaar.calls):
        del calls[bisect_left(calls, undone.offset, key=lambda call: call.offset)]
    _set_serving(bazaar, event.counter, None)


def _return(bazaar: Bazaar, event: happened.TicketReturned) -> None:
    _move(bazaar, event, returned_offset=bazaar.offset)


def _serve(bazaar: Bazaar, event: happened.TicketServed) -> None:
    called_at = bazaar.tickets[event.ticket].called_at
    _leave(bazaar, event)
    counter = bazaar.counters[event.counter]
    took_ms = 0 if called_at is None else bazaar.at - called_at
    bazaar.counters[event.counter] = replace(counter, served=counter.served + 1, served_ms=counter.served_ms + took_ms)


def _leave(bazaar: Bazaar, event: _TicketEvent) -> None:
    """The ticket leaves the line or the counter where it was, for a while or for good."""
    before = bazaar.tickets[event.ticket]
    ticket = _move(bazaar, event, returned_offset=None)
    if before.state is TicketState.CALLED and before.counter is not None and before.called_at is not None:
        stay = Stay(services=ticket.services, took_ms=bazaar.at - before.called_at, served=ticket.state is TicketState.SERVED)
        bazaar.lines[ticket.line].stays.append(stay)
        _set_serving(bazaar, before.counter, None)


def _set_serving(bazaar: Bazaar, number: CounterNumber, label: Label | None) -> None:
    bazaar.counters[number] = replace(bazaar.counters[number], serving=label)


def _set_counter(bazaar: Bazaar, event: happened.CounterOpened | happened.CounterPaused | happened.CounterClosed) -> None:
    state, reason = CounterState.OPEN, ""
    if isinstance(event, happened.CounterPaused):
        state, reason = CounterState.PAUSED, event.reason
    elif isinstance(event, happened.CounterClosed):
        state = CounterState.CLOSED
    bazaar.counters[event.counter] = replace(bazaar.counters[event.counter], state=state, reason=reason)


def _set_service(bazaar: Bazaar, event: happened.ServiceClosed | happened.ServiceReopened) -> None:
    if isinstance(event, happened.ServiceClosed):
        bazaar.closed_services.add(event.service)
    else:
        bazaar.closed_services.discard(event.service)


def _set_screen(bazaar: Bazaar, event: happened.ScreenSet | happened.ScreenRemoved) -> None:
    """A zone has one voice: the screen that begins to speak takes it from the other one."""
    screens = bazaar.screens
    if isinstance(event, happened.ScreenRemoved):
        del screens[event.screen]
        return
    if event.speaks:
        screens.update({code: replace(other, speaks=False) for code, other in screens.items() if other.zone == event.zone})
    screens[event.screen] = Screen(code=event.screen, name=event.name, agencies=event.agencies, zone=event.zone, speaks=event.speaks)


def _announce(bazaar: Bazaar, event: happened.Announced | happened.AnnouncementEnded) -> None:
    if isinstance(event, happened.Announced):
        bazaar.announcements[event.id] = Announcement(
            id=event.id, text=event.text, scope=event.scope, until=event.until, urgent=event.urgent
        )
    else:
        bazaar.announcements.pop(event.id, None)
