"""What each event demands of the day so far, and what it changes in it.

A fault ends the check, so nothing here takes back what it changed before it raised `Broken`.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping

from server.core.verify.ground import Counter, Ground, Line, Ticket, Visit
from server.core.verify.issuing import check_may_be_issued
from server.core.verify.shapes import Entry, Event
from server.core.verify.turn import counter_of, next_at, passed_by
from server.core.verify.verdict import Broken

MS_PER_SECOND = 1000
REASONS = frozenset({"medical", "correction", "vulnerable"})
LIVE = frozenset({"waiting", "called", "held", "absent"})

MOVES: Mapping[str, tuple[frozenset[str], str]] = {
    "ticket_called": (frozenset({"waiting"}), "called"),
    "ticket_passed": (frozenset({"waiting"}), "waiting"),
    "ticket_recalled": (frozenset({"called"}), "called"),
    "ticket_absent": (frozenset({"called"}), "absent"),
    "ticket_held": (frozenset({"waiting", "called"}), "held"),
    "ticket_returned": (frozenset({"held", "absent"}), "waiting"),
    "call_undone": (frozenset({"called"}), "waiting"),
    "ticket_served": (frozenset({"called"}), "served"),
    "ticket_transferred": (frozenset({"called"}), "transferred"),
    "ticket_cancelled": (frozenset({"waiting", "held", "absent"}), "cancelled"),
    "ticket_expired": (LIVE, "expired"),
}
"""From which states an event may move a ticket, and to which."""


def apply(ground: Ground, entry: Entry, event: Event) -> None:
    """Check one event of an entry against the day so far, then let it happen."""
    if ground.closed and event.name != "rated":
        raise Broken("closed", f"{event.name} came after the bazaar was closed.")
    _RULES[event.name](ground, entry, event)


# Tickets


def _issued(ground: Ground, entry: Entry, event: Event) -> None:
    line = _line(ground, event.line)
    lane = line.lane(event.lane)
    if lane is None:
        raise Broken("lane", f"Line {line.prefix} has no {event.lane} lane.")
    if event.number != len(lane.tickets) + 1:
        raise Broken("number", f"Number {event.number} of lane {lane.prefix} was issued where {len(lane.tickets) + 1} comes next.")
    if event.ticket != f"{lane.prefix}-{event.number:03d}":
        raise Broken("label", f"Number {event.number} of lane {lane.prefix} was given the label {event.ticket}.")
    check_may_be_issued(ground, entry, event, line)
    visit = ground.visits.setdefault(event.visit, Visit())
    visit.agencies.add(line.agency)
    order = len(ground.tickets) + 1
    ticket = Ticket(label=event.ticket, line=line, lane=lane, number=event.number, visit=visit, order=order)
    ground.tickets[ticket.label] = visit.live[line.prefix] = ticket
    lane.tickets.append(ticket)
    lane.join(ticket.number)
    ground.waiting += 1


def _moved(ground: Ground, event: Event) -> Ticket:
    """The event's ticket in its new state, after it left the line or the counter where the event says that it was."""
    ticket = _ticket(ground, event.ticket)
    states, state = MOVES[event.name]
    if ticket.state not in states:
        twice = ticket.state not in LIVE and state not in LIVE
        raise Broken("one_end" if twice else "lifecycle", f"{ticket.label} is {ticket.state}: {event.name} cannot follow.")
    counter = ticket.counter if ticket.state == "called" else None
    if event.name != "ticket_called" and event.counter != (counter.number if counter else None):
        raise Broken("at_counter", f"{event.name} of {ticket.label} does not name the counter where it is.")
    if counter is not None and state != "called":
        counter.serving = ticket.visit.called = None
    if ticket.state == "waiting" and state != "waiting":
        ticket.lane.leave(ticket.number)
        ground.waiting -= 1
    if ticket.state != "waiting" and state == "waiting":
        ticket.lane.join(ticket.number)
        ground.waiting += 1
    if state not in LIVE and ticket.visit.live.get(ticket.line.prefix) is ticket:
        del ticket.visit.live[ticket.line.prefix]
    ticket.state = state
    return ticket


def _moves(ground: Ground, entry: Entry, event: Event) -> None:
    _moved(ground, event)


def _returned(ground: Ground, entry: Entry, event: Event) -> None:
    _moved(ground, event).returned = entry.offset


def _transferred(ground: Ground, entry: Entry, event: Event) -> None:
    old, issued = _ticket(ground, event.ticket), entry.events[0]
    new = _ticket(ground, issued.ticket)
    if event.to_ticket != new.label or new is old:
        raise Broken("transfer", f"{old.label} was transferred to {event.to_ticket}, which was not issued in the same entry.")
    if new.visit is not old.visit:
        raise Broken("transfer", f"{new.label} was issued to another visit than that of {old.label}.")
    if new.lane.name != (old.lane.name if new.line.lane(old.lane.name) is not None else "regular"):
        raise Broken("transfer", f"{new.label} is not in the lane that {old.label} was in.")
    if len(issued.services) != 1:
        raise Broken("transfer", f"{old.label} was transferred to more than one service.")
    _moved(ground, event)


# Calls


def _called(ground: Ground, entry: Entry, event: Event) -> None:
    counter = _open_counter(ground, event)
    ticket = _ticket(ground, event.ticket)
    if counter.serving is not None:
        raise Broken("one_ticket", f"{ticket.label} was called to counter {counter.number}, where {counter.serving.label} is.")
    if ticket.line not in counter.lines:
        raise Broken("counter_line", f"Counter {counter.number} called {ticket.label}, but does not serve line {ticket.line.prefix}.")
    elsewhere = counter_of(ticket)
    if ticket.state == "waiting" and elsewhere is not None:
        raise Broken("one_counter", f"{ticket.label} was called while its visit is at counter {elsewhere.number}.")
    if ticket.state == "waiting" and event.out_of_order is None:
        _check_turn(ground, entry, ticket, counter)
    if event.out_of_order is not None and (event.out_of_order not in REASONS or len(entry.events) > 1):
        raise Broken("out_of_order", f"{ticket.label} was called out of order with no reason of the list, or together with other events.")
    _moved(ground, event)
    ticket.counter = counter
    ticket.call, ticket.called_at, ticket.recalls, ticket.returned = entry.offset, entry.at, 0, None
    ticket.visit.called = counter.serving = ticket
    ticket.lane.calls.append(entry.offset)
    ticket.line.calls.append((entry.offset, ticket.lane.name))
    counter.has_called = True


def _check_turn(ground: Ground, entry: Entry, ticket: Ticket, counter: Counter) -> None:
    due = next_at(ground, counter)
    if due is not ticket:
        raise Broken("order", f"Counter {counter.number} called {ticket.label}, but {due.label if due else 'nobody'} was next.")
    passed = [(event.ticket, event.busy_at) for event in entry.events if event.name == "ticket_passed"]
    if passed != list(passed_by(ground, ticket)):
        raise Broken("passed", f"The call of {ticket.label} does not name exactly the lower numbers that were at another counter.")


def _recalled(ground: Ground, entry: Entry, event: Event) -> None:
    _open_counter(ground, event)
    _moved(ground, event).recalls += 1


def _undone(ground: Ground, entry: Entry, event: Event) -> None:
    ticket = _moved(ground, event)
    if entry.at - ticket.called_at > ground.undo_seconds * MS_PER_SECOND:
        raise Broken("undo", f"The call of {ticket.label} was undone more than {ground.undo_seconds} s after it.")
    del ticket.lane.calls[bisect_left(ticket.lane.calls, ticket.call)]
    del ticket.line.calls[bisect_left(ticket.line.calls, (ticket.call, ""))]


def _absent(ground: Ground, entry: Entry, event: Event) -> None:
    ticket = _moved(ground, event)
    recalls, seconds = ground.absent_recalls, ground.absent_seconds
    if ticket.recalls < recalls or entry.at - ticket.called_at < seconds * MS_PER_SECOND:
        raise Broken("absent", f"{ticket.label} was marked absent before {recalls} recalls and {seconds} s after its call.")


# Counters, services, announcements, the end


def _set_counter(ground: Ground, entry: Entry, event: Event) -> None:
    counter = _counter(ground, event)
    if event.name == "counter_paused" and counter.state == "closed":
        raise Broken("counter_open", f"Counter {counter.number} is closed and cannot pause.")
    counter.state = {"counter_opened": "open", "counter_paused": "paused", "counter_closed": "closed"}[event.name]


def _service_closed(ground: Ground, entry: Entry, event: Event) -> None:
    _check_service(ground, event)
    ground.closed_services.add(event.service)


def _service_reopened(ground: Ground, entry: Entry, event: Event) -> None:
    _check_service(ground, event)
    ground.closed_services.discard(event.service)


def _announced(ground: Ground, entry: Entry, event: Event) -> None:
    if event.scope not in ground.scopes:
        raise Broken("unknown", f"There is no agency and no line {event.scope} to announce something to.")
    ground.announcements.add(event.id)


def _announcement_ended(ground: Ground, entry: Entry, event: Event) -> None:
    if event.id not in ground.announcements:
        raise Broken("unknown", f"There is no announcement {event.id} to end.")
    ground.announcements.remove(event.id)


def _screen_set(ground: Ground, entry: Entry, event: Event) -> None:
    if not ground.agencies.issuperset(event.agencies):
        raise Broken("unknown", f"Screen {event.screen} was set to an agency that there is not.")
    ground.screens.add(event.screen)


def _screen_removed(ground: Ground, entry: Entry, event: Event) -> None:
    if event.screen not in ground.screens:
        raise Broken("unknown", f"There is no screen {event.screen} to remove.")
    ground.screens.remove(event.screen)


def _key_renewed(ground: Ground, entry: Entry, event: Event) -> None:
    """Keys open devices, not lines: nothing of the day depends on them."""


def _rated(ground: Ground, entry: Entry, event: Event) -> None:
    _ticket(ground, event.ticket)


def _bazaar_closed(ground: Ground, entry: Entry, event: Event) -> None:
    left = next((ticket for ticket in ground.tickets.values() if ticket.state in LIVE), None)
    if left is not None:
        raise Broken("expire", f"The bazaar was closed, but {left.label} is {left.state}.")
    orders = [ground.tickets[expired.ticket].order for expired in entry.events[:-1]]
    if orders != sorted(orders):
        raise Broken("expire", "The tickets did not expire in the order in which they were issued.")
    ground.closed = True


# Looking things up


def _line(ground: Ground, prefix: str) -> Line:
    if prefix not in ground.lines:
        raise Broken("unknown", f"There is no line {prefix}.")
    return ground.lines[prefix]


def _ticket(ground: Ground, label: str) -> Ticket:
    if label not in ground.tickets:
        raise Broken("unknown", f"There is no ticket {label}.")
    return ground.tickets[label]


def _counter(ground: Ground, event: Event) -> Counter:
    if event.counter not in ground.counters:
        raise Broken("unknown", f"There is no counter {event.counter}.")
    return ground.counters[event.counter]


def _open_counter(ground: Ground, event: Event) -> Counter:
    counter = _counter(ground, event)
    if counter.state != "open":
        raise Broken("counter_open", f"{event.name} of {event.ticket} at counter {counter.number}, which is {counter.state}.")
    return counter


def _check_service(ground: Ground, event: Event) -> None:
    if not any(event.service in line.services for line in ground.lines.values()):
        raise Broken("unknown", f"There is no service {event.service}.")


def _opened_again(ground: Ground, entry: Entry, event: Event) -> None:
    raise Broken("opening", "A bazaar is opened once, by the first entry of its log.")


_RULES: Mapping[str, Callable[[Ground, Entry, Event], None]] = {
    "bazaar_opened": _opened_again,
    "ticket_issued": _issued,
    "ticket_called": _called,
    "ticket_passed": _moves,
    "ticket_recalled": _recalled,
    "ticket_absent": _absent,
    "ticket_held": _moves,
    "ticket_returned": _returned,
    "call_undone": _undone,
    "ticket_served": _moves,
    "ticket_transferred": _transferred,
    "ticket_cancelled": _moves,
    "ticket_expired": _moves,
    "counter_opened": _set_counter,
    "counter_paused": _set_counter,
    "counter_closed": _set_counter,
    "service_closed": _service_closed,
    "service_reopened": _service_reopened,
    "announced": _announced,
    "announcement_ended": _announcement_ended,
    "screen_set": _screen_set,
    "screen_removed": _screen_removed,
    "key_renewed": _key_renewed,
    "rated": _rated,
    "bazaar_closed": _bazaar_closed,
}
