"""One command in, the events that it brings about out; or the reason why not.

Rule: `decide` reads the bazaar and changes nothing. Time is an argument, and so is chance: whoever asks brings the ids.
"""

from collections.abc import Iterator
from math import ceil
from typing import assert_never

from server.core import commands as order
from server.core import events as happened
from server.core.bazaar import LIFECYCLE, LIVE, Bazaar, Ticket
from server.core.calling import busy_counter, next_ticket, passed_by
from server.core.commands import Command, Envelope
from server.core.deadlines import absent_from, recalls_left, undo_until
from server.core.events import Event
from server.core.issuing import hand_out, issue_tickets, new_ticket
from server.core.lookups import find_counter, find_line, find_open_counter, find_ticket, find_ticket_at, not_waiting
from server.core.permissions import check_permission
from server.core.refusals import Refused
from server.core.values import (
    EVERYWHERE,
    KIOSKS,
    MS_PER_MINUTE,
    MS_PER_SECOND,
    SCREENS_MAX,
    CounterState,
    TicketState,
    VisitId,
)


def decide(bazaar: Bazaar, envelope: Envelope, now_ms: int) -> tuple[Event, ...]:
    """What happens when this command is carried out now (Unix ms).

    Raises:
        Refused: nothing happens, and why.
    """
    command = envelope.command
    if bazaar.closed and not isinstance(command, order.Rate):
        raise Refused("bazaar_closed")
    check_permission(bazaar, envelope)
    return tuple(_events(bazaar, envelope, command, now_ms))


def _events(bazaar: Bazaar, envelope: Envelope, command: Command, now_ms: int) -> Iterator[Event]:
    match command:
        case order.IssueTickets():
            return issue_tickets(bazaar, command, command.visit or VisitId(envelope.command_id))
        case order.HandOutNumbers():
            return hand_out(bazaar, command)
        case order.CallNext():
            return _call_next(bazaar, command)
        case order.CallOutOfOrder():
            return _call_out_of_order(bazaar, command)
        case order.RecallTicket():
            return _recall(bazaar, command)
        case order.MarkAbsent():
            return _absent(bazaar, command, now_ms)
        case order.HoldTicket():
            return _hold(bazaar, command)
        case order.FinishTicket():
            return _finish(bazaar, command)
        case order.UndoCall():
            return _undo(bazaar, command, now_ms)
        case order.ReturnTicket():
            return _return(bazaar, command)
        case order.CancelTicket():
            return _cancel(bazaar, command)
        case order.TransferTicket():
            return _transfer(bazaar, command)
        case order.OpenCounter() | order.PauseCounter() | order.CloseCounter():
            return _set_counter(bazaar, command)
        case order.CloseService() | order.ReopenService():
            return _set_service(bazaar, command)
        case order.Announce() | order.EndAnnouncement():
            return _announce(bazaar, envelope.command_id, command, now_ms)
        case order.SetScreen() | order.RemoveScreen() | order.RenewKey():
            return _set_device(bazaar, command)
        case order.Rate():
            return _rate(bazaar, command)
        case order.CloseBazaar():
            return _close(bazaar)
        case _:
            assert_never(command)


# Calling


def _call_next(bazaar: Bazaar, command: order.CallNext) -> Iterator[Event]:
    counter = find_open_counter(bazaar, command.counter)
    if counter.serving != command.seen:
        raise Refused("stale", counter=counter.number, serving=counter.serving)
    called = next_ticket(bazaar, counter.number)
    if called is None and counter.serving is None:
        raise Refused("line_empty", counter=counter.number)
    if counter.serving is not None:
        yield happened.TicketServed(ticket=counter.serving, counter=counter.number)
    if called is not None:
        for passed, busy_at in passed_by(bazaar, called, counter.number):
            yield happened.TicketPassed(ticket=passed.label, busy_at=busy_at)
        yield happened.TicketCalled(ticket=called.label, counter=counter.number)


def _call_out_of_order(bazaar: Bazaar, command: order.CallOutOfOrder) -> Iterator[Event]:
    counter = find_open_counter(bazaar, command.counter)
    ticket = find_ticket(bazaar, command.ticket)
    if counter.serving is not None:
        raise Refused("stale", counter=counter.number, serving=counter.serving)
    if ticket.line not in bazaar.plan.counter(counter.number).lines:
        raise Refused("not_allowed", by=f"counter/{counter.number}", line=ticket.line)
    busy_at = busy_counter(bazaar, ticket)
    if ticket.state is not TicketState.WAITING or busy_at is not None:
        raise not_waiting(ticket, busy_at)
    yield happened.TicketCalled(ticket=ticket.label, counter=counter.number, out_of_order=command.reason)


def _recall(bazaar: Bazaar, command: order.RecallTicket) -> Iterator[Event]:
    counter = find_open_counter(bazaar, command.counter)
    ticket = find_ticket_at(bazaar, counter.number, command.ticket)
    yield happened.TicketRecalled(ticket=ticket.label, counter=counter.number)


def _undo(bazaar: Bazaar, command: order.UndoCall, now_ms: int) -> Iterator[Event]:
    ticket = find_ticket_at(bazaar, command.counter, command.ticket)
    if now_ms > undo_until(bazaar, ticket):
        raise Refused("undo_expired", ticket=ticket.label, seconds=bazaar.plan.bazaar.undo_seconds)
    yield happened.CallUndone(ticket=ticket.label, counter=command.counter)


# At the counter


def _finish(bazaar: Bazaar, command: order.FinishTicket) -> Iterator[Event]:
    ticket = find_ticket_at(bazaar, command.counter, command.ticket)
    yield happened.TicketServed(ticket=ticket.label, counter=command.counter)


def _absent(bazaar: Bazaar, command: order.MarkAbsent, now_ms: int) -> Iterator[Event]:
    ticket = find_ticket_at(bazaar, command.counter, command.ticket)
    recalls, ms_left = recalls_left(bazaar, ticket), max(0, absent_from(bazaar, ticket) - now_ms)
    if recalls or ms_left:
        raise Refused("too_soon", ticket=ticket.label, recalls=recalls, seconds=ceil(ms_left / MS_PER_SECOND))
    yield happened.TicketAbsent(ticket=ticket.label, counter=command.counter)


def _hold(bazaar: Bazaar, command: order.HoldTicket) -> Iterator[Event]:
    """At a counter by its officer; from the line or the counter by the resident, who names no counter."""
    if command.counter is not None:
        ticket = find_ticket_at(bazaar, command.counter, command.ticket)
        yield happened.TicketHeld(ticket=ticket.label, counter=command.counter)
        return
    ticket = find_ticket(bazaar, command.ticket)
    _check_way(ticket, happened.TicketHeld)
    yield happened.TicketHeld(ticket=ticket.label, counter=ticket.counter if ticket.state is TicketState.CALLED else None)


def _transfer(bazaar: Bazaar, command: order.TransferTicket) -> Iterator[Event]:
    ticket = find_ticket_at(bazaar, command.counter, command.ticket)
    line = find_line(bazaar, command.service)
    issued = new_ticket(bazaar, line, ticket.lane, (command.service,), ticket.visit, instead_of=ticket.label)
    yield issued
    yield happened.TicketTransferred(ticket=ticket.label, to_ticket=issued.ticket, counter=command.counter)


# In the line


def _return(bazaar: Bazaar, command: order.ReturnTicket) -> Iterator[Event]:
    ticket = find_ticket(bazaar, command.ticket)
    if ticket.state is TicketState.WAITING:
        raise Refused("already_waiting", ticket=ticket.label, line=ticket.line)
    _check_way(ticket, happened.TicketReturned)
    yield happened.TicketReturned(ticket=ticket.label)


def _cancel(bazaar: Bazaar, command: order.CancelTicket) -> Iterator[Event]:
    ticket = find_ticket(bazaar, command.ticket)
    _check_way(ticket, happened.TicketCancelled)
    yield happened.TicketCancelled(ticket=ticket.label)


def _check_way(ticket: Ticket, event: type[Event]) -> None:
    """The ticket's life has a way by this event from where it is now."""
    if event not in LIFECYCLE[ticket.state]:
        raise not_waiting(ticket)


# Counters, services, words, the end


def _set_counter(bazaar: Bazaar, command: order.OpenCounter | order.PauseCounter | order.CloseCounter) -> Iterator[Event]:
    counter = find_counter(bazaar, command.counter)
    match command:
        case order.OpenCounter():
            yield happened.CounterOpened(counter=counter.number)
        case order.PauseCounter():
            if counter.state is CounterState.CLOSED:
                raise Refused("counter_closed", counter=counter.number)
            yield happened.CounterPaused(counter=counter.number, reason=command.reason)
        case order.CloseCounter():
            yield happened.CounterClosed(counter=counter.number)


def _set_service(bazaar: Bazaar, command: order.CloseService | order.ReopenService) -> Iterator[Event]:
    find_line(bazaar, command.service)
    if isinstance(command, order.CloseService):
        yield happened.ServiceClosed(service=command.service)
    else:
        yield happened.ServiceReopened(service=command.service)


def _announce(bazaar: Bazaar, name: str, command: order.Announce | order.EndAnnouncement, now_ms: int) -> Iterator[Event]:
    """An announcement is known by the command that made it."""
    if isinstance(command, order.EndAnnouncement):
        if command.id not in bazaar.announcements:
            raise Refused("malformed", field="id", fault="names no announcement that is up")
        yield happened.AnnouncementEnded(id=command.id)
        return
    scopes = {EVERYWHERE, *(agency.code for agency in bazaar.plan.agencies), *bazaar.lines}
    if command.scope not in scopes:
        raise Refused("malformed", field="scope", fault=f"names no agency and no line, and is not '{EVERYWHERE}'")
    until = now_ms + command.minutes * MS_PER_MINUTE
    yield happened.Announced(id=name, text=command.text, scope=command.scope, until=until, urgent=command.urgent)


def _set_device(bazaar: Bazaar, command: order.SetScreen | order.RemoveScreen | order.RenewKey) -> Iterator[Event]:
    return _renew_key(bazaar, command) if isinstance(command, order.RenewKey) else _set_screen(bazaar, command)


def _set_screen(bazaar: Bazaar, command: order.SetScreen | order.RemoveScreen) -> Iterator[Event]:
    if isinstance(command, order.RemoveScreen):
        if command.screen not in bazaar.screens:
            raise Refused("malformed", field="screen", fault="names no screen of the hall")
        yield happened.ScreenRemoved(screen=command.screen)
        return
    if not {*command.agencies} <= {agency.code for agency in bazaar.plan.agencies}:
        raise Refused("malformed", field="agencies", fault="names an agency that there is not")
    if command.screen not in bazaar.screens and len(bazaar.screens) >= SCREENS_MAX:
        raise Refused("malformed", field="screen", fault=f"is one more than the {SCREENS_MAX} that a hall may have")
    yield happened.ScreenSet(
        screen=command.screen,
        name=command.name,
        agencies=command.agencies,
        zone=command.zone or command.screen,
        speaks=command.speaks,
    )


def _renew_key(bazaar: Bazaar, command: order.RenewKey) -> Iterator[Event]:
    """Only for what can have a key: the log must not grow a name for each that somebody makes up."""
    kind, _, which = command.device.partition("/")
    known = {"counter": which in map(str, bazaar.counters), "kiosk": which in map(str, range(1, KIOSKS + 1))}
    if command.device not in ("supervisor", "admin") and not known.get(kind, False):
        raise Refused("malformed", field="device", fault="names no device that has a key")
    yield happened.KeyRenewed(device=command.device)


def _rate(bazaar: Bazaar, command: order.Rate) -> Iterator[Event]:
    ticket = find_ticket(bazaar, command.ticket)
    if ticket.visit != command.visit:
        raise Refused("not_allowed", by="another visit")
    yield happened.Rated(ticket=ticket.label, answers=command.answers)


def _close(bazaar: Bazaar) -> Iterator[Event]:
    """What still waits or stands at a counter expires, in issue order; then nothing more happens."""
    for ticket in bazaar.tickets.values():
        if ticket.state in LIVE:
            counter = ticket.counter if ticket.state is TicketState.CALLED else None
            yield happened.TicketExpired(ticket=ticket.label, counter=counter)
    yield happened.BazaarClosed()
