"""What must hold where a number is given out."""

from server.core.verify.ground import Ground, Line
from server.core.verify.shapes import Entry, Event
from server.core.verify.verdict import Broken


def check_may_be_issued(ground: Ground, entry: Entry, event: Event, line: Line) -> None:
    """The line gives out a number for these services, and the visit has no other one there."""
    services = set(event.services)
    if len(services) < len(event.services) or not services <= line.services:
        raise Broken("services", f"{event.ticket} names a service twice, or one that is not in line {line.prefix}.")
    if line.paper and services and not _transferred_in(entry):
        raise Broken("paper", f"{event.ticket} was issued on a screen, but the numbers of line {line.prefix} are handed out on paper.")
    if services & ground.closed_services:
        raise Broken("service_closed", f"{event.ticket} was issued for a service that is closed.")
    if line.quota is not None and line.issued >= line.quota:
        raise Broken("quota", f"{event.ticket} is more than the {line.quota} numbers of line {line.prefix}.")
    visit = ground.visits.get(event.visit)
    other = visit.live.get(line.prefix) if visit is not None else None
    if other is not None and other.label != _transferred_in(entry):
        raise Broken("one_live", f"{event.ticket} was issued to a visit that has {other.label} in line {line.prefix}.")


def _transferred_in(entry: Entry) -> str | None:
    last = entry.events[-1]
    return last.ticket if last.name == "ticket_transferred" else None
