"""Orders that may be refused: what kiosks, phones, officers and the organiser ask for.

A command travels as one map, ``{command_id, do, by, …}``, through the bazaar's commands stream (``docs/protocol.md``, section 3).
Here it is an `Envelope` (who asks, under which id) around one of the orders below; `COMMANDS` maps ``do`` to its class.
"""

from dataclasses import dataclass

from server.core.values import AgencyCode, CommandId, CounterNumber, Label, Lane, OutOfOrderReason, Prefix, ServiceCode, VisitId


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueTickets:
    """One ticket for each line that the services touch. Without ``visit`` the tickets begin a new visit.

    ``representing``: whoever comes stands in for somebody else, with a letter of authority.
    """

    services: tuple[ServiceCode, ...]
    lane: Lane = Lane.REGULAR
    visit: VisitId | None = None
    representing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOutNumbers:
    """Numbers of a printed roll go to people: the next ones of the lane from ``first`` on, one for each visit."""

    line: Prefix
    first: int
    visits: tuple[VisitId, ...]
    lane: Lane = Lane.REGULAR


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
    """Tell people something. ``scope`` is ``bazaar``, an agency's code or a line's prefix; it ends after ``minutes``.

    What is ``urgent`` interrupts whatever a screen shows between calls.
    """

    text: str
    scope: str
    minutes: int
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EndAnnouncement:
    """Take an announcement down before its time. ``id`` as in its `Announced` event."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetScreen:
    """A hall screen shows these agencies from now on; one that there was not is new. Fields as in `server.core.plan_parts.Screen`.

    Without ``zone`` it is a speaker zone of its own.
    """

    screen: str
    name: str
    agencies: tuple[AgencyCode, ...]
    zone: str = ""
    speaks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveScreen:
    """The hall has this screen no longer."""

    screen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewKey:
    """A device is lost, or its key was seen: another key opens from now on what ``device`` names, as in `KeyRenewed`."""

    device: str


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
    | HandOutNumbers
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
    | SetScreen
    | RemoveScreen
    | RenewKey
    | Rate
    | CloseBazaar
)

COMMANDS: dict[str, type[Command]] = {
    "issue": IssueTickets,
    "hand_out": HandOutNumbers,
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
    "set_screen": SetScreen,
    "remove_screen": RemoveScreen,
    "renew_key": RenewKey,
    "rate": Rate,
    "close_bazaar": CloseBazaar,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One command as it was sent: ``by`` is ``counter/3``, ``kiosk/1``, ``phone``, ``desk``, ``supervisor``, ``admin`` or ``system``."""

    command_id: CommandId
    by: str
    command: Command
