"""Since when people wait, as the tablet and the desk tell it."""

from collections.abc import Iterable

from server.core.bazaar import Bazaar, LineState
from server.core.values import label_of


def waiting_since(bazaar: Bazaar, lines: Iterable[LineState]) -> int | None:
    """When the ticket that waits longest in these lines was issued (Unix ms), None with nobody: a lane's lowest number is its oldest."""
    heads = ((line.plan.prefix_of(lane), next(iter(state.waiting), None)) for line in lines for lane, state in line.lanes.items())
    return min((bazaar.tickets[label_of(prefix, head)].issued_at for prefix, head in heads if head is not None), default=None)
