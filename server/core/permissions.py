"""Who may ask for what, by the ``by`` of a command. The web checks credentials; this holds for whoever writes to the stream."""

from collections.abc import Collection, Mapping

from server.core import commands as order
from server.core.bazaar import Bazaar
from server.core.commands import Command, Envelope
from server.core.refusals import Refused
from server.core.values import VisitId

_OF_RESIDENTS: frozenset[type[Command]] = frozenset(
    {order.IssueTickets, order.HandOutNumbers, order.HoldTicket, order.ReturnTicket, order.CancelTicket, order.Rate}
)
_OF_A_COUNTER: frozenset[type[Command]] = frozenset(
    {
        order.CallNext,
        order.RecallTicket,
        order.MarkAbsent,
        order.HoldTicket,
        order.FinishTicket,
        order.UndoCall,
        order.TransferTicket,
        order.OpenCounter,
        order.PauseCounter,
        order.CloseCounter,
    }
)
_EVERYTHING: frozenset[type[Command]] = frozenset(order.COMMANDS.values())

ALLOWED: Mapping[str, frozenset[type[Command]]] = {
    "kiosk": frozenset({order.IssueTickets, order.HandOutNumbers}),
    "phone": _OF_RESIDENTS,
    "counter": _OF_A_COUNTER | {order.IssueTickets, order.HandOutNumbers, order.ReturnTicket, order.CancelTicket},
    "desk": _EVERYTHING,
    "supervisor": _EVERYTHING - {order.RenewKey},
    "admin": _EVERYTHING,
    "system": _EVERYTHING - {order.CallOutOfOrder},
}
"""Commands by role; the role is what stands before the slash in ``by``."""


def check_permission(bazaar: Bazaar, envelope: Envelope) -> None:
    """Refuse what the sender's role may not do, and an officer's commands for another counter or another agency's people.

    Raises:
        Refused: ``not_allowed``.
    """
    role, _, place = envelope.by.partition("/")
    command = envelope.command
    if type(command) not in ALLOWED.get(role, frozenset()):
        raise Refused("not_allowed", by=envelope.by)
    if role == "phone" and isinstance(command, order.HoldTicket) and command.counter is not None:
        raise Refused("not_allowed", by=envelope.by)
    if role == "counter" and type(command) in _OF_A_COUNTER:
        counter = getattr(command, "counter", None)
        if str(counter) != place:
            raise Refused("not_allowed", by=envelope.by, counter=counter)
    if role == "counter" and not _is_of_own_agency(bazaar, command, place):
        raise Refused("not_allowed", by=envelope.by)


def _is_of_own_agency(bazaar: Bazaar, command: Command, place: str) -> bool:
    """Whether whatever tickets and visits the command names are the business of this counter's agency; a new visit is everybody's.

    An officer of one agency must neither end somebody's turn at another, nor keep anybody from it by a call to the own counter.
    """
    number = next((number for number in bazaar.counters if str(number) == place), None)
    if number is None:
        return False
    own = {line.prefix for line in bazaar.plan.agency_of_counter(number).lines}
    match command:
        case order.ReturnTicket() | order.CancelTicket():
            return command.ticket not in bazaar.tickets or bazaar.tickets[command.ticket].line in own
        case order.IssueTickets():
            return command.visit is None or _is_met(bazaar, command.visit, own)
        case order.HandOutNumbers():
            return all(_is_met(bazaar, visit, own) for visit in command.visits)
        case _:
            return True


def _is_met(bazaar: Bazaar, visit: VisitId, lines: Collection[str]) -> bool:
    """Whether the visit is new, or has or had a number in one of the lines."""
    labels = bazaar.visits.get(visit)
    return labels is None or any(bazaar.tickets[label].line in lines for label in labels)
