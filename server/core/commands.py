"""Orders that may be refused: what kiosks, phones, officers and the organiser ask for.

A command travels as one map, ``{command_id, do, by, …}``, through the bazaar's commands stream (``docs/protocol.md``, section 3).
Here it is an `Envelope` (who asks, under which id) around one of the orders below; `COMMANDS` maps ``do`` to its class.
"""

from dataclasses import dataclass

from server.core.values import CommandId, CounterNumber, Label, Lane, OutOfOrderReason, ServiceCode, VisitId


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueTickets:
    """One ticket for each line that the services touch. Without ``visit`` the tickets begin a new visit."""

    services: tuple[ServiceCode, ...]
    lane: Lane = Lane.REGULAR
    visit: VisitId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNext:
    """Finish the ticket at the counter, then call the next. ``seen`` is the label the officer saw there, or None."""

    counter: CounterNumber
    seen: Label | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallTicket:
    """Call the ticket at the counter once more."""

    counter: CounterNumber
    ticket: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkAbsent:
    """Nobody came: the ticket leaves the counter and may return."""

    counter: CounterNumber
    ticket: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldTicket:
    """Set a ticket aside. An officer names the counter where it is; a resident who will be late names none."""

    ticket: Label
    counter: CounterNumber | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishTicket:
    """The ticket at the counter is served; nobody is called."""

    counter: CounterNumber
    ticket: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoCall:
    """Take back a call that was a slip of the thumb: the ticket waits again where it stood."""

    counter: CounterNumber
    ticket: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnTicket:
    """A held or absent ticket waits again under its own number."""

    ticket: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelTicket:
    """The resident leaves the line for good."""

    ticket: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferTicket:
    """End the ticket at the counter and issue the same visit the next number of the service's line."""

    counter: CounterNumber
    ticket: Label
    service: ServiceCode


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOutOfOrder:
    """A supervisor calls a waiting ticket before its turn, for a reason that everybody can read."""

    counter: CounterNumber
    ticket: Label
    reason: OutOfOrderReason


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCounter:
    """The counter calls people from now on; also the end of a pause."""

    counter: CounterNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseCounter:
    """The counter calls nobody for a while. ``reason`` is shown to people."""

    counter: CounterNumber
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseCounter:
    """The counter calls nobody any more."""

    counter: CounterNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseService:
    """No new tickets for the service; those who wait are still served."""

    service: ServiceCode


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenService:
    """Tickets for the service are issued again."""

    service: ServiceCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce:
    """Tell people something. ``scope`` is ``bazaar``, an agency's code or a line's prefix; it ends after ``minutes``."""

    text: str
    scope: str
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EndAnnouncement:
    """Take an announcement down before its time. ``id`` as in its `Announced` event."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A resident's answers (1 to 4, 4 best) by element of the satisfaction survey, for a ticket of the visit."""

    visit: VisitId
    ticket: Label
    answers: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseBazaar:
    """The day is over: what still waits expires."""


Command = (
    IssueTickets
    | CallNext
    | RecallTicket
    | MarkAbsent
    | HoldTicket
    | FinishTicket
    | UndoCall
    | ReturnTicket
    | CancelTicket
    | TransferTicket
    | CallOutOfOrder
    | OpenCounter
    | PauseCounter
    | CloseCounter
    | CloseService
    | ReopenService
    | Announce
    | EndAnnouncement
    | Rate
    | CloseBazaar
)

COMMANDS: dict[str, type[Command]] = {
    "issue": IssueTickets,
    "next": CallNext,
    "recall": RecallTicket,
    "absent": MarkAbsent,
    "hold": HoldTicket,
    "finish": FinishTicket,
    "undo": UndoCall,
    "return": ReturnTicket,
    "cancel": CancelTicket,
    "transfer": TransferTicket,
    "call_out_of_order": CallOutOfOrder,
    "open_counter": OpenCounter,
    "pause_counter": PauseCounter,
    "close_counter": CloseCounter,
    "close_service": CloseService,
    "reopen_service": ReopenService,
    "announce": Announce,
    "end_announcement": EndAnnouncement,
    "rate": Rate,
    "close_bazaar": CloseBazaar,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One command as it was sent: ``by`` is ``counter/3``, ``kiosk/1``, ``phone``, ``desk``, ``supervisor``, ``admin`` or ``system``."""

    command_id: CommandId
    by: str
    command: Command
