"""What a printed ticket says, in words of the language in which it was taken."""

from collections.abc import Callable
from dataclasses import dataclass

from displays.visit import OwnTicket, own_tickets
from server.core.place import Place
from server.core.plan_parts import words
from server.core.values import Label, Lane
from server.hub.room import Room
from server.printing.slip import Slip
from server.web.i18n import day_in_words
from server.web.pages import local_time

TEST_LABEL = "TEST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How tickets are worded: a language, and its gettext."""

    language: str
    gettext: Callable[[str], str]


def slip_of(room: Room, label: Label, link: str, wording: Wording) -> Slip:
    """The ticket with this label, which there is, as things are now; ``link`` is the address of its visit's page."""
    visit = room.bazaar.tickets[label].visit
    own = next(own for own in own_tickets(room.bazaar, visit) if own.ticket.label == label)
    _ = wording.gettext
    return Slip(
        bazaar=words(room.plan.bazaar.name, wording.language),
        agency=words(own.agency.name, wording.language),
        label=label,
        lane=_("Priority").upper() if own.ticket.lane is Lane.PRIORITY else "",
        services=tuple(words(service.name, wording.language) for service in own.services),
        facts=_facts(room, own, wording),
        link=link,
        follow=_("Follow your turn on your phone: point its camera at this code."),
        free=_("A number costs nothing. Pay no broker."),
        copy=_("COPY"),
    )


def sample_slip(room: Room, printer: str, link: str, wording: Wording) -> Slip:
    """A page that shows whether a printer prints all that a ticket has: letters of each size, the large label, a code that leads home."""
    _ = wording.gettext
    return Slip(
        bazaar=words(room.plan.bazaar.name, wording.language),
        agency=_("Test page"),
        label=TEST_LABEL,
        lane="",
        services=(printer,),
        facts=(_time(room, room.writer.fresh_at, wording),),
        link=link,
        follow=_("This code leads to the start page."),
        free=_("This is no number."),
        copy=_("COPY"),
    )


def _facts(room: Room, own: OwnTicket, wording: Wording) -> tuple[str, ...]:
    """When it was taken; while it waits, how many people are ahead and how long that is likely to take."""
    taken = _time(room, own.ticket.issued_at, wording)
    if own.place is None:
        return (taken,)
    _ = wording.gettext
    ahead = f"{_('People ahead of you')}: {own.place.ahead}"
    return taken, ahead, f"{_('Estimated wait')}: {_minutes(own.place, wording)}"


def _time(room: Room, at_ms: int, wording: Wording) -> str:
    at = local_time(room, at_ms)
    return f"{day_in_words(at.date(), wording.language)}, {at:%H.%M}"


def _minutes(place: Place, wording: Wording) -> str:
    """The likely wait; ``templates/take.html`` says it alike."""
    _ = wording.gettext
    if place.minutes is None:
        return _("no counter open")
    low, high = place.minutes
    if high == 0:
        return _("any moment now")
    if low == high:
        return _("± %(minutes)s min") % {"minutes": low}
    return _("± %(low)s\N{EN DASH}%(high)s min") % {"low": low, "high": high}
