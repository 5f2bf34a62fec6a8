"""Who is called next: the calling rule, and nothing else.

Rule: within a lane the lowest callable number is called, always (``docs/protocol.md``, section 2).
"""

from collections.abc import Iterator
from itertools import chain

from server.core.bazaar import Bazaar, LineState, Ticket, tickets_of
from server.core.values import CounterNumber, Lane, TicketState


def busy_counter(bazaar: Bazaar, ticket: Ticket, counter: CounterNumber | None = None) -> CounterNumber | None:
    """The counter other than ``counter`` where another ticket of the same visit is now, or None.

    ``counter`` itself is no hindrance: whoever is there is finished before the next is called there.
    """
    for label in bazaar.visits[ticket.visit]:
        other = bazaar.tickets[label]
        if other.state is TicketState.CALLED and other.counter != counter:
            return other.counter
    return None


def next_ticket(bazaar: Bazaar, counter: CounterNumber) -> Ticket | None:
    """The ticket that a ``next`` at this counter calls: among the heads of its lines the one issued earliest."""
    lines = [bazaar.lines[prefix] for prefix in bazaar.plan.counter(counter).lines]
    heads = [head for line in lines if (head := _head_of_line(bazaar, line, counter)) is not None]
    return min(heads, key=lambda ticket: ticket.order, default=None)


def passed_by(bazaar: Bazaar, called: Ticket, counter: CounterNumber) -> Iterator[tuple[Ticket, CounterNumber]]:
    """The lower numbers of the called ticket's lane that are passed because their visit is at another counter, and which."""
    for ticket in _in_turn(bazaar, bazaar.lines[called.line], called.lane):
        if ticket.number >= called.number:
            return
        busy_at = busy_counter(bazaar, ticket, counter)
        if busy_at is not None:
            yield ticket, busy_at


def regular_due(line: LineState) -> int:
    """How many regular calls still come before the next priority call while both lanes wait; with no priority call yet, none."""
    priority = line.lanes.get(Lane.PRIORITY)
    if priority is None or not priority.calls:
        return 0
    regular = line.lanes[Lane.REGULAR]
    since = len(regular.calls) - regular.calls_before(priority.calls[-1].offset)
    return max(0, line.plan.regular_after_priority - since)


def resumes_at(bazaar: Bazaar, ticket: Ticket) -> int | None:
    """How many calls a returned ticket's lane must have counted before it is callable again; None for one that did not return.

    Calls from before the return that are undone later count nowhere, so they do not count as made either.
    """
    if ticket.returned_offset is None:
        return None
    return bazaar.lane_of(ticket).calls_before(ticket.returned_offset) + bazaar.plan.bazaar.return_after


def _head_of_line(bazaar: Bazaar, line: LineState, counter: CounterNumber) -> Ticket | None:
    """The head of the lane whose turn it is; with one lane empty, the other's."""
    regular = _head_of_lane(bazaar, line, Lane.REGULAR, counter)
    priority = _head_of_lane(bazaar, line, Lane.PRIORITY, counter) if Lane.PRIORITY in line.lanes else None
    if regular is None or priority is None:
        return regular or priority
    return priority if regular_due(line) == 0 else regular


def _head_of_lane(bazaar: Bazaar, line: LineState, lane: Lane, counter: CounterNumber) -> Ticket | None:
    """The lowest callable number; whoever sits out comes only when nobody else there can be called."""
    last = sorted(line.lanes[lane].sitting_out(bazaar.plan.bazaar.return_after))
    tickets = chain(_in_turn(bazaar, line, lane), tickets_of(bazaar, line, lane, last))
    return next((ticket for ticket in tickets if busy_counter(bazaar, ticket, counter) is None), None)


def _in_turn(bazaar: Bazaar, line: LineState, lane: Lane) -> Iterator[Ticket]:
    """The waiting tickets of a lane that do not sit out, lowest number first."""
    state = line.lanes[lane]
    sitting_out = {*state.sitting_out(bazaar.plan.bazaar.return_after)}
    return tickets_of(bazaar, line, lane, (number for number in state.waiting if number not in sitting_out))
