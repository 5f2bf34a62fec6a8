"""Who may ask for what, by the ``by`` of a command. The web checks credentials; this holds for whoever writes to the stream."""

from collections.abc import Mapping

from server.core import commands as order
from server.core.commands import Command, Envelope
from server.core.refusals import Refused

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
    "supervisor": _EVERYTHING,
    "admin": _EVERYTHING,
    "system": _EVERYTHING - {order.CallOutOfOrder},
}
"""Commands by role; the role is what stands before the slash in ``by``."""


def check_permission(envelope: Envelope) -> None:
    """Refuse what the sender's role may not do, and an officer's commands for another counter than their own.

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
