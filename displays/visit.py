"""One resident's tickets together: the view that a phone follows, and the same with each ticket's place for the first picture."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import assert_never

from displays.line import Serving, serving
from server.core import events as happened
from server.core.bazaar import LIVE, Bazaar, Ticket, tickets_of
from server.core.calling import busy_counter, resumes_at
from server.core.events import Event
from server.core.place import Place, TicketNow, line_now, place_of
from server.core.plan_parts import Agency, Service
from server.core.values import CounterNumber, Label, TicketState, VisitId
from server.hub.channels import View

NEAREST_FIRST = {TicketState.CALLED: 0, TicketState.WAITING: 1, TicketState.HELD: 2, TicketState.ABSENT: 2}
"""How near a ticket is to its turn; what is not named here is over. ``static/phone.js`` sorts alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTicket:
    """A ticket as its resident sees it: what it is for, and what goes on at the counters of its line.

    ``place`` is None unless it waits; ``busy_at`` is the counter where the visit is meanwhile.
    """

    ticket: Ticket
    agency: Agency
    services: tuple[Service, ...]
    serving: Sequence[Serving]
    place: Place | None
    busy_at: CounterNumber | None


def view(bazaar: Bazaar, visit: str) -> View | None:
    """The view of ``visit/{token}`` by the visit's id; None when no ticket was ever issued to it."""
    labels = bazaar.visits.get(VisitId(visit))
    if labels is None:
        return None
    return {"tickets": [_ticket(bazaar, bazaar.tickets[label]) for label in labels], "closed": bazaar.closed}


def touched(bazaar: Bazaar, event: Event) -> Iterable[str]:
    """The visit of the event's ticket. Other people's calls touch no visit: places are worked out from the line's view.

    A call that is undone touches those who returned too, for it may be among the calls that they counted.
    """
    match event:
        case happened.TicketIssued() | happened.TicketCalled() | happened.TicketRecalled() | happened.TicketAbsent():
            return (bazaar.tickets[event.ticket].visit,)
        case happened.CallUndone():
            undone = bazaar.tickets[event.ticket]
            returned = tickets_of(bazaar, bazaar.lines[undone.line], undone.lane, bazaar.lane_of(undone).returned)
            return {undone.visit, *(ticket.visit for ticket in returned)}
        case happened.TicketHeld() | happened.TicketReturned() | happened.TicketServed():
            return (bazaar.tickets[event.ticket].visit,)
        case happened.TicketTransferred() | happened.TicketCancelled() | happened.TicketExpired():
            return (bazaar.tickets[event.ticket].visit,)
        case happened.BazaarClosed():
            return bazaar.visits
        case happened.BazaarOpened() | happened.TicketPassed() | happened.Announced() | happened.AnnouncementEnded() | happened.Rated():
            return ()
        case happened.CounterOpened() | happened.CounterPaused() | happened.CounterClosed():
            return ()
        case happened.ServiceClosed() | happened.ServiceReopened():
            return ()
        case happened.ScreenSet() | happened.ScreenRemoved() | happened.KeyRenewed():
            return ()
        case _:
            assert_never(event)


def own_tickets(bazaar: Bazaar, visit: VisitId) -> list[OwnTicket]:
    """The visit's tickets: called ones first, then the nearest, then those set aside, then those that are over."""
    own = [_own(bazaar, bazaar.tickets[label]) for label in bazaar.visits[visit]]
    return sorted(own, key=_nearness)


def live_labels(bazaar: Bazaar, visit: VisitId) -> list[Label]:
    """The visit's numbers that still count, as they were issued; none for a visit that there is not."""
    return [label for label in bazaar.visits.get(visit, ()) if bazaar.tickets[label].state in LIVE]


def lines_followed(bazaar: Bazaar, visit: VisitId) -> list[str]:
    """The prefixes of the lines in which the visit still has a live ticket: what its phone follows."""
    return list(dict.fromkeys(bazaar.tickets[label].line for label in live_labels(bazaar, visit)))


def _ticket(bazaar: Bazaar, ticket: Ticket) -> View:
    shown: View = {
        "label": ticket.label,
        "line": ticket.line,
        "lane": ticket.lane.value,
        "number": ticket.number,
        "services": list(ticket.services),
        "state": ticket.state.value,
    }
    if ticket.counter is not None:
        shown |= {"counter": ticket.counter, "called_at": ticket.called_at, "call_offset": ticket.call_offset, "calls": ticket.calls}
    resumes = resumes_at(bazaar, ticket)
    if resumes is not None:
        shown["resumes_at"] = resumes
    return shown


def _own(bazaar: Bazaar, ticket: Ticket) -> OwnTicket:
    line = bazaar.lines[ticket.line]
    waits = ticket.state is TicketState.WAITING
    own: TicketNow = {"lane": ticket.lane.value, "number": ticket.number, "resumes_at": resumes_at(bazaar, ticket)}
    return OwnTicket(
        ticket=ticket,
        agency=bazaar.plan.agency_of(ticket.line),
        services=tuple(bazaar.plan.service(code) for code in ticket.services),
        serving=serving(bazaar, line),
        place=place_of(line_now(bazaar, line), own) if waits else None,
        busy_at=busy_counter(bazaar, ticket) if waits else None,
    )


def _nearness(own: OwnTicket) -> tuple[int, int]:
    over = len(NEAREST_FIRST)
    return NEAREST_FIRST.get(own.ticket.state, over), own.place.ahead if own.place else 0
