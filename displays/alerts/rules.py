"""What a resident is told and when, from the state of the bazaar alone.

Rule: an alert is known by its id, which says everything that makes it a new one. The same state gives the same ids, in every process and
after every restart, so that each can be claimed once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from server.core.bazaar import Bazaar, Ticket
from server.core.calling import resumes_at
from server.core.place import LineNow, line_now, place_of
from server.core.values import CounterNumber, Label, Prefix, TicketState, VisitId

AHEAD_MAX = 20
"""How many people before the own turn somebody may ask to be told at most; who asks for 0 is told of the call only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A ticket's turn has come (``counter``, and how often it was called), or is near (``ahead`` people are called first)."""

    id: str
    visit: VisitId
    label: Label
    counter: CounterNumber | None = None
    calls: int = 0
    ahead: int = 0


def alerts(bazaar: Bazaar, wishes: Iterable[tuple[VisitId, int]]) -> Iterator[Alert]:
    """What is to be told now to these visits, each with how many people before its turn it wants to know."""
    lines: dict[Prefix, LineNow] = {}
    for visit, ahead_wanted in wishes:
        for label in bazaar.visits.get(visit, ()):
            ticket = bazaar.tickets[label]
            if ticket.state is TicketState.CALLED:
                yield _called(ticket)
            elif ticket.state is TicketState.WAITING and ahead_wanted:
                if ticket.line not in lines:
                    lines[ticket.line] = line_now(bazaar, bazaar.lines[ticket.line])
                ahead = _ahead(bazaar, ticket, lines[ticket.line])
                if ahead <= ahead_wanted:
                    yield _near(ticket, ahead)


def _called(ticket: Ticket) -> Alert:
    again = f"{ticket.call_offset}.{ticket.calls}"
    return Alert(id=f"{ticket.label}:called:{again}", visit=ticket.visit, label=ticket.label, counter=ticket.counter, calls=ticket.calls)


def _near(ticket: Ticket, ahead: int) -> Alert:
    """Once for each time that it stands in line: somebody who was away and returned is told again."""
    since = ticket.returned_offset or ticket.issue_offset
    return Alert(id=f"{ticket.label}:near:{since}", visit=ticket.visit, label=ticket.label, ahead=ahead)


def _ahead(bazaar: Bazaar, ticket: Ticket, line: LineNow) -> int:
    return place_of(line, {"lane": ticket.lane.value, "number": ticket.number, "resumes_at": resumes_at(bazaar, ticket)}).ahead
