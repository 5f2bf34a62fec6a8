"""Printed rolls at work: staff hand out the next numbers, and the organiser prints sheets of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from aiohttp import web

from server.core.events import TicketIssued
from server.core.plan_parts import Agency, Line
from server.core.values import KIOSKS, Lane, Prefix, natural
from server.hub.room import Room
from server.store.command_ids import new_command_id
from server.web import errors
from server.web.addresses import home_of, public_url
from server.web.credentials import ADMIN, SUPERVISOR, counter_principal, kiosk_principal
from server.web.errors import Problem
from server.web.keys import CREDENTIALS
from server.web.pages import fault_in, render
from server.web.pairing import page_of
from server.web.requests import Form, carry_out, check_origin, form_body, principals_of, require, room_of, scope_of_room, see_other, text_in
from server.web.rolls import AT_ONCE_MAX, FORMATS, SHEET_MAX, hand_out, papers_of, printed_papers

routes = web.RouteTableDef()

NUMBER_MAX = 9999


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """A lane whose numbers are on paper: ``next`` is the number that is handed out next, ``left`` as in a line's view."""

    agency: Agency
    line: Line
    lane: Lane
    prefix: str
    next: int
    left: int | None


@routes.get("/{bazaar}/rolls")
async def rolls(request: web.Request) -> web.Response:
    """What is handed out next of every roll, for everybody who works at the bazaar."""
    room = room_of(request)
    return _page(request, room, _staff(request, room))


@routes.post("/{bazaar}/rolls")
async def give(request: web.Request) -> web.Response:
    """Hand out the next ``count`` numbers of a roll from ``first`` on; the page comes again and says which."""
    room = room_of(request)
    check_origin(request)
    by = _staff(request, room)
    form = await form_body(request)
    try:
        line, lane = _lane(room, text_in(form, "line"), text_in(form, "lane"))
        first, count = _number(form, "first", NUMBER_MAX), _number(form, "count", AT_ONCE_MAX)
        row = papers_of(line, lane, first, first + count - 1)
        command = hand_out(request.app[CREDENTIALS], scope_of_room(room), row, text_in(form, "command_id"))
        entry = await carry_out(request, room, command, "desk" if by == ADMIN else by)
    except Problem as problem:
        return _page(request, room, by, status=problem.status, fault=fault_in(request, problem))
    # What the entry gave, not what was asked for: who goes back in the browser sends the same press again with another count.
    given = [event.ticket for event in entry.events if isinstance(event, TicketIssued)]
    shown = f"?given={given[0]}&to={given[-1]}" if given else ""
    return see_other(f"{home_of(room)}/rolls{shown}")


@routes.get("/{bazaar}/rolls/{line}")
async def sheet(request: web.Request) -> web.Response:
    """A sheet to print: the numbers ``from`` to ``to`` of a lane, as pages of A4 or for a printer of 80 mm; for the organiser alone."""
    room = room_of(request)
    require(request, room, ADMIN, SUPERVISOR)
    asked = {name: [value] for name, value in request.query.items()}
    line, lane = _lane(room, request.match_info["line"], text_in(asked, "lane") or Lane.REGULAR.value)
    first, last = _number(asked, "from", NUMBER_MAX), _number(asked, "to", NUMBER_MAX)
    if not 0 <= last - first < SHEET_MAX:
        raise errors.malformed("to", f"must be {SHEET_MAX} numbers away at most, and not before the first")
    form = text_in(asked, "format") or FORMATS[0]
    if form not in FORMATS:
        raise errors.malformed("format", f"none of {', '.join(FORMATS)}")
    credentials, bazaar = request.app[CREDENTIALS], room.plan.bazaar
    papers = papers_of(line, lane, first, last)
    printed = printed_papers(public_url(request, ""), bazaar.id, credentials, scope_of_room(room), papers)
    return render(request, "roll.html", bazaar=bazaar, agency=room.plan.agency_of(line.prefix), printed=printed, form=form, style="")


def _page(request: web.Request, room: Room, by: str, *, status: int = 200, fault: str = "") -> web.Response:
    return render(
        request,
        "rolls.html",
        status=status,
        bazaar=room.plan.bazaar,
        back=page_of(room, by),
        rolls=list(_rolls(room)),
        at_once_max=AT_ONCE_MAX,
        prints=bool({ADMIN, SUPERVISOR} & principals_of(request, room)),
        given=(request.query.get("given", ""), request.query.get("to", "")),
        fault=fault,
        new_command_id=new_command_id,
    )


def _rolls(room: Room) -> Iterator[Roll]:
    for agency in room.plan.agencies:
        for line in agency.lines:
            state = room.bazaar.lines[line.prefix]
            for lane in line.lanes if line.paper else ():
                issued = state.lanes[lane].issued
                yield Roll(agency=agency, line=line, lane=lane, prefix=line.prefix_of(lane), next=issued + 1, left=state.left)


def _staff(request: web.Request, room: Room) -> str:
    """Who of the staff asks: a kiosk's helper, an officer, a supervisor or the organiser; raises `Problem`."""
    officers = [counter_principal(counter.number) for counter in room.plan.counters]
    return require(request, room, ADMIN, SUPERVISOR, *officers, *(kiosk_principal(number) for number in range(1, KIOSKS + 1)))


def _lane(room: Room, prefix: str, lane: str) -> tuple[Line, Lane]:
    """A lane whose numbers are on paper; raises `Problem`."""
    try:
        line, of = room.plan.line(Prefix(prefix)), Lane(lane)
    except (KeyError, ValueError):
        raise errors.not_found("line") from None
    if not line.paper or of not in line.lanes:
        raise errors.not_found("line")
    return line, of


def _number(form: Form, field: str, most: int) -> int:
    number = natural(text_in(form, field), len(str(most)))
    if number is None or not 1 <= number <= most:
        raise errors.malformed(field, f"is no number from 1 to {most}")
    return number
