"""Facts: what happened, in the past tense. The log holds these and refusals, and nothing else.

On the wire an event is ``[name, map]``; `EVENTS` maps the name to its class. A field that has its default is left out of the map.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from server.core.values import AgencyCode, CounterNumber, Label, Lane, OutOfOrderReason, Prefix, ServiceCode, VisitId


@dataclass(frozen=True, slots=True, kw_only=True)
class BazaarOpened:
    """The first event of every log. ``config`` is the bazaar file as a map, defaults filled in."""

    config: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketIssued:
    """``line`` is the line's prefix, also for a ticket of its priority lane; ``number`` counts within the lane.

    ``services`` is empty for a number of a printed roll: nobody said what it is for.
    """

    ticket: Label
    line: Prefix
    lane: Lane
    number: int
    services: tuple[ServiceCode, ...]
    visit: VisitId
    representing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketCalled:
    """The ticket is at the counter from now on, until another event takes it away."""

    ticket: Label
    counter: CounterNumber
    out_of_order: OutOfOrderReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketPassed:
    """A lower number was not called because its visit is at counter ``busy_at``; it stays first in line."""

    ticket: Label
    busy_at: CounterNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRecalled:
    """The ticket at the counter was called once more."""

    ticket: Label
    counter: CounterNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAbsent:
    """Nobody came to the counter."""

    ticket: Label
    counter: CounterNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketHeld:
    """Set aside; ``counter`` is where it was, if it was at one."""

    ticket: Label
    counter: CounterNumber | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketReturned:
    """Waits again under its own number."""

    ticket: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class CallUndone:
    """The call counts nowhere; the ticket waits where it stood."""

    ticket: Label
    counter: CounterNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketServed:
    """The errand is done."""

    ticket: Label
    counter: CounterNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTransferred:
    """Ended here; ``to_ticket`` was issued to the same visit in the same entry."""

    ticket: Label
    to_ticket: Label
    counter: CounterNumber | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketCancelled:
    """The resident left the line."""

    ticket: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketExpired:
    """The bazaar closed before its turn, or while it was at ``counter``."""

    ticket: Label
    counter: CounterNumber | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterOpened:
    """The counter calls people."""

    counter: CounterNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterPaused:
    """The counter calls nobody for a while."""

    counter: CounterNumber
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterClosed:
    """The counter calls nobody."""

    counter: CounterNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceClosed:
    """No new tickets for the service."""

    service: ServiceCode


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceReopened:
    """Tickets for the service again."""

    service: ServiceCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """``until`` is Unix ms."""

    id: str
    text: str
    scope: str
    until: int
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementEnded:
    """Taken down before its time."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenSet:
    """A hall screen as it is from now on; if it ``speaks``, no other one of its zone does."""

    screen: str
    name: str
    agencies: tuple[AgencyCode, ...]
    zone: str
    speaks: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenRemoved:
    """The hall has this screen no longer."""

    screen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRenewed:
    """The keys and sessions of this device (``counter/3``, ``kiosk/1``, ``supervisor``, ``admin``) from before are good no longer."""

    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """Answers 1 to 4 by element; the visit that gave them is not in the log beside them."""

    ticket: Label
    answers: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class BazaarClosed:
    """Nothing may follow but ratings."""


Event = (
    BazaarOpened
    | TicketIssued
    | TicketCalled
    | TicketPassed
    | TicketRecalled
    | TicketAbsent
    | TicketHeld
    | TicketReturned
    | CallUndone
    | TicketServed
    | TicketTransferred
    | TicketCancelled
    | TicketExpired
    | CounterOpened
    | CounterPaused
    | CounterClosed
    | ServiceClosed
    | ServiceReopened
    | Announced
    | AnnouncementEnded
    | ScreenSet
    | ScreenRemoved
    | KeyRenewed
    | Rated
    | BazaarClosed
)

EVENTS: dict[str, type[Event]] = {
    "bazaar_opened": BazaarOpened,
    "ticket_issued": TicketIssued,
    "ticket_called": TicketCalled,
    "ticket_passed": TicketPassed,
    "ticket_recalled": TicketRecalled,
    "ticket_absent": TicketAbsent,
    "ticket_held": TicketHeld,
    "ticket_returned": TicketReturned,
    "call_undone": CallUndone,
    "ticket_served": TicketServed,
    "ticket_transferred": TicketTransferred,
    "ticket_cancelled": TicketCancelled,
    "ticket_expired": TicketExpired,
    "counter_opened": CounterOpened,
    "counter_paused": CounterPaused,
    "counter_closed": CounterClosed,
    "service_closed": ServiceClosed,
    "service_reopened": ServiceReopened,
    "announced": Announced,
    "announcement_ended": AnnouncementEnded,
    "screen_set": ScreenSet,
    "screen_removed": ScreenRemoved,
    "key_renewed": KeyRenewed,
    "rated": Rated,
    "bazaar_closed": BazaarClosed,
}
