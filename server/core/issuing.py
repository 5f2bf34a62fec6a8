"""Who gets which number: the next of a line's lane, on a screen or from a printed roll, or the reason why none."""

from collections.abc import Iterator
from dataclasses import replace

from server.core import commands as order
from server.core import events as happened
from server.core.bazaar import LIVE, Bazaar, LineState
from server.core.events import Event
from server.core.lookups import find_line
from server.core.refusals import Refused
from server.core.values import Label, Lane, Prefix, ServiceCode, VisitId, label_of


def issue_tickets(bazaar: Bazaar, command: order.IssueTickets, visit: VisitId) -> Iterator[Event]:
    """One ticket a line, lines in the order in which the services name them first; all of them or none."""
    by_line: dict[Prefix, list[ServiceCode]] = {}
    for service in dict.fromkeys(command.services):
        by_line.setdefault(find_line(bazaar, service).plan.prefix, []).append(service)
    for prefix, services in by_line.items():
        if bazaar.lines[prefix].plan.paper:
            raise Refused("paper_only", line=prefix)
        issued = new_ticket(bazaar, bazaar.lines[prefix], command.lane, tuple(services), visit)
        yield replace(issued, representing=command.representing)


def hand_out(bazaar: Bazaar, command: order.HandOutNumbers) -> Iterator[Event]:
    """The roll's next numbers, which must be those that the sender meant; all of them or none."""
    line = bazaar.lines.get(command.line)
    if line is None or command.lane not in line.lanes:
        raise Refused("malformed", field="line", fault="names no line that has this lane")
    if len(set(command.visits)) < len(command.visits):
        raise Refused("malformed", field="visits", fault="names a visit twice")
    number = line.lanes[command.lane].issued + 1
    if command.first != number:
        raise Refused("not_next", line=command.line, number=number)
    if line.left is not None and line.left < len(command.visits):
        raise Refused("quota_reached", line=command.line, quota=line.plan.quota)
    for place, visit in enumerate(command.visits):
        issued = new_ticket(bazaar, line, command.lane, (), visit)
        label = label_of(line.plan.prefix_of(command.lane), number + place)
        yield replace(issued, ticket=label, number=number + place)


def new_ticket(
    bazaar: Bazaar,
    line: LineState,
    lane: Lane,
    services: tuple[ServiceCode, ...],
    visit: VisitId,
    *,
    instead_of: Label | None = None,
) -> happened.TicketIssued:
    """The next number of a line's lane for a visit that has no other live ticket there than ``instead_of``."""
    for service in services:
        if service in bazaar.closed_services:
            raise Refused("service_closed", service=service)
    for label in bazaar.visits.get(visit, ()):
        other = bazaar.tickets[label]
        if other.line == line.plan.prefix and other.state in LIVE and label != instead_of:
            raise Refused("already_waiting", ticket=label, line=other.line)
    if line.left == 0:
        raise Refused("quota_reached", line=line.plan.prefix, quota=line.plan.quota)
    lane = lane if lane in line.lanes else Lane.REGULAR
    number = line.lanes[lane].issued + 1
    label = label_of(line.plan.prefix_of(lane), number)
    return happened.TicketIssued(ticket=label, line=line.plan.prefix, lane=lane, number=number, services=services, visit=visit)
