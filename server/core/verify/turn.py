"""Whose turn it is: every call that is not out of order must be the one that the calling rule gives.

Read from section 2 of the protocol: a ticket is callable when it waits, its visit is at no counter, and it does not sit out after a return.
"""

from collections.abc import Iterator

from server.core.verify.ground import Counter, Ground, Lane, Line, Ticket


def next_at(ground: Ground, counter: Counter) -> Ticket | None:
    """The ticket to be called to a counter at which nobody is: the earliest issued among the heads of its lines."""
    heads = [head for line in counter.lines if (head := _head(ground, line)) is not None]
    return min(heads, key=lambda ticket: ticket.order, default=None)


def passed_by(ground: Ground, called: Ticket) -> Iterator[tuple[str, int]]:
    """Label and counter of each lower number that would be callable, were its visit not at that counter."""
    lane = called.lane
    for number in lane.waiting:
        if number >= called.number:
            return
        ticket = lane.tickets[number - 1]
        counter = counter_of(ticket)
        if counter is not None and not _sits_out(ground, ticket):
            yield ticket.label, counter.number


def counter_of(ticket: Ticket) -> Counter | None:
    """The counter at which the ticket's visit is now, with whichever ticket."""
    return ticket.visit.called.counter if ticket.visit.called is not None else None


def _head(ground: Ground, line: Line) -> Ticket | None:
    """The lowest callable number of the lane whose turn it is."""
    regular = _lowest(ground, line.regular)
    priority = _lowest(ground, line.priority) if line.priority is not None else None
    if regular is None or priority is None:
        return regular or priority
    return regular if _regular_is_due(line) else priority


def _regular_is_due(line: Line) -> bool:
    """Whether a priority call is among the latest calls, so few that regular ones have to come before the next."""
    latest = line.calls[-line.regular_between :] if line.regular_between else []
    return any(lane == "priority" for _, lane in latest)


def _lowest(ground: Ground, lane: Lane) -> Ticket | None:
    """The lowest callable number; when all who could come sit out, nobody else waits there and the lowest of them is called at once."""
    sitting_out = None
    for number in lane.waiting:
        ticket = lane.tickets[number - 1]
        if counter_of(ticket) is not None:
            continue
        if not _sits_out(ground, ticket):
            return ticket
        sitting_out = sitting_out or ticket
    return sitting_out


def _sits_out(ground: Ground, ticket: Ticket) -> bool:
    """Whether the ticket returned, and too few calls of its lane came since that were not undone."""
    return ticket.returned is not None and ticket.lane.calls_since(ticket.returned) < ground.return_after
