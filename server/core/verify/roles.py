"""Who may bring about what: the role is what stands before the slash in ``by``, an officer's counter what stands after it."""

from server.core.verify.ground import Ground
from server.core.verify.shapes import Entry, Event
from server.core.verify.verdict import Broken

_AT_A_COUNTER = frozenset(
    {
        "ticket_called",
        "ticket_recalled",
        "ticket_absent",
        "ticket_held",
        "call_undone",
        "ticket_served",
        "ticket_transferred",
        "counter_opened",
        "counter_paused",
        "counter_closed",
    }
)
_EVERYTHING = None
_EVENTS_BY_ROLE: dict[str, frozenset[str] | None] = {
    "kiosk": frozenset({"ticket_issued"}),
    "phone": frozenset({"ticket_issued", "ticket_held", "ticket_returned", "ticket_cancelled", "rated"}),
    "counter": _AT_A_COUNTER | {"ticket_issued", "ticket_passed", "ticket_returned", "ticket_cancelled"},
    "desk": _EVERYTHING,
    "supervisor": _EVERYTHING,
    "admin": _EVERYTHING,
    "system": _EVERYTHING,
}
_MAY_RENEW_KEYS = frozenset({"desk", "admin", "system"})
_MAY_CALL_OUT_OF_ORDER = frozenset({"supervisor", "desk", "admin"})


def check_role(ground: Ground, entry: Entry, event: Event) -> None:
    """The sender may bring this about; an officer only at their own counter, and for people whom their agency serves."""
    role, _, place = entry.by.partition("/")
    allowed = _EVENTS_BY_ROLE.get(role, frozenset())
    if allowed is not _EVERYTHING and event.name not in allowed:
        raise Broken("role", f"{event.name} may not come from {entry.by}.")
    if role == "counter" and event.name in _AT_A_COUNTER and str(event.counter) != place:
        raise Broken("role", f"{event.name} at counter {event.counter} may not come from {entry.by}.")
    if event.name == "key_renewed" and role not in _MAY_RENEW_KEYS:
        raise Broken("role", f"A key may not be renewed by {entry.by}.")
    if role == "counter":
        _check_agency(ground, entry, event, place)
    if event.out_of_order is not None and role not in _MAY_CALL_OUT_OF_ORDER:
        raise Broken("role", f"A call out of order may not come from {entry.by}.")


def _check_agency(ground: Ground, entry: Entry, event: Event, place: str) -> None:
    """A number comes back, is given up or is added to a visit only where the visit has to do with the officer's agency."""
    agency = next((counter.agency for number, counter in ground.counters.items() if str(number) == place), None)
    if agency is None:
        raise Broken("role", f"{event.name} may not come from {entry.by}, which is no counter.")
    if event.name in ("ticket_returned", "ticket_cancelled"):
        ticket = ground.tickets.get(event.ticket)
        if ticket is not None and ticket.line.agency != agency:
            raise Broken("role", f"{event.name} of {event.ticket} may not come from {entry.by}, which is of another agency.")
    if event.name == "ticket_issued" and event is _first_for_visit(entry, event):
        visit = ground.visits.get(event.visit)
        if visit is not None and agency not in visit.agencies:
            raise Broken("role", f"{event.ticket} for a visit with other agencies may not come from {entry.by}.")


def _first_for_visit(entry: Entry, event: Event) -> Event:
    """The first number that the entry gives to the visit: what the visit was before the entry is what counts."""
    return next(other for other in entry.events if other.name == "ticket_issued" and other.visit == event.visit)
