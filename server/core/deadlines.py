"""Until when a call may be taken back, and from when whoever was called counts as absent.

`decide` holds officers to these limits and their tablets count them down: both ask here. Times are Unix ms.
"""

from server.core.bazaar import Bazaar, Ticket
from server.core.values import MS_PER_SECOND


def undo_until(bazaar: Bazaar, ticket: Ticket) -> int:
    """The last moment in which the call of a called ticket may be taken back."""
    return _called_at(ticket) + bazaar.plan.bazaar.undo_seconds * MS_PER_SECOND


def absent_from(bazaar: Bazaar, ticket: Ticket) -> int:
    """The first moment in which a called ticket may be marked absent, if it was recalled often enough."""
    return _called_at(ticket) + bazaar.plan.bazaar.absent_after.seconds * MS_PER_SECOND


def recalls_left(bazaar: Bazaar, ticket: Ticket) -> int:
    """How many recalls a called ticket still needs before it may be marked absent."""
    return max(0, bazaar.plan.bazaar.absent_after.recalls - (ticket.calls - 1))


def _called_at(ticket: Ticket) -> int:
    return ticket.called_at or 0
