"""What residents ask for: numbers, and to hold, return or cancel one of their own.

The log is public, and it shows every command_id and every visit's id. Whoever repeats a command_id is given its answer again; so the
token of a visit goes only to who could have begun it: the same phone (its cookie, which the join page gives), the same kiosk (its
credential), a program without cookies from the same address, or who has it already.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from displays.kiosk.printing import print_taken
from displays.visit import own_tickets
from displays.visit_pages import join_page, known_visit, visit_page, visit_path
from server.core.entry import Entry
from server.core.events import TicketCancelled, TicketHeld, TicketIssued, TicketReturned
from server.core.place import Place
from server.core.values import Label, VisitId
from server.hub.room import Room
from server.web import errors
from server.web.credentials import kiosk_principal
from server.web.day_code import check_day_code
from server.web.errors import Problem
from server.web.pages import fault_in
from server.web.requests import (
    answer_of,
    carry_out,
    check_limit,
    check_origin,
    device_of,
    form_body,
    is_form,
    json_body,
    new_visit,
    origin_of,
    principals_of,
    room_of,
    see_other,
    visit_of,
    visit_token,
)

routes = web.RouteTableDef()

OF_RESIDENTS = ("hold", "return", "cancel")
"""What residents may do with their own tickets."""
OF_ONE_TICKET = (TicketHeld, TicketReturned, TicketCancelled)
"""And what comes of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """Who asks: ``by`` as the log will say it, and what makes the visits of this phone or kiosk its own."""

    by: str
    device: str


@routes.post("/{bazaar}/tickets")
async def take(request: web.Request) -> web.Response:
    """Take numbers. JSON is answered with JSON, a form with the way to the visit's page or with the form again and what was wrong."""
    room = room_of(request)
    check_origin(request)
    resident = _resident(request, room)
    if is_form(request):
        return await _take_by_form(request, room, resident)
    wish, before = await json_body(request), room.offset
    visit, entry = await issue(request, room, resident, wish)
    printing = print_taken(request, room, resident.by, labels_of(entry, visit), copy=entry.offset <= before)
    return web.json_response({**_answer(request, room, visit, entry), "printing": printing}, status=201)


@routes.post("/{bazaar}/visit/{token}/commands")
async def command(request: web.Request) -> web.Response:
    """Hold, return or cancel a ticket of the visit. JSON is answered with ``{offset, events}``, a form with the visit's page."""
    room = room_of(request)
    check_origin(request)
    visit = known_visit(request, room)
    if not is_form(request):
        return answer_of(await _change(request, room, visit, await json_body(request)))
    wish = {name: values[-1] for name, values in (await form_body(request)).items()}
    try:
        await _change(request, room, visit, wish)
    except Problem as problem:
        fault = fault_in(request, problem)
        return visit_page(request, room, visit, status=problem.status, fault=fault, fault_of=wish.get("ticket", ""))
    return see_other(visit_path(room, request.match_info["token"]))


async def _take_by_form(request: web.Request, room: Room, resident: Resident) -> web.Response:
    form = await form_body(request)
    single: dict[str, object] = {name: form[name][-1] for name in ("command_id", "lane", "visit", "code") if name in form}
    if "representing" in form:
        single["representing"] = True
    try:
        if "services" not in form:
            raise Problem(422, "malformed", "Tick at least one errand.", field="services")
        visit, _ = await issue(request, room, resident, {**single, "services": form["services"]})
    except Problem as problem:
        return join_page(request, room, status=problem.status, fault=fault_in(request, problem), form=form)
    return see_other(visit_path(room, visit_token(request, room, visit)))


async def issue(request: web.Request, room: Room, resident: Resident, wish: Mapping[str, object]) -> tuple[VisitId, Entry]:
    """Have the tickets issued to the visit that the wish names by its token, else to a new one.

    Raises:
        Problem: 403 without the code of the day where a new visit needs it, 404 for a token that opens nothing, 409 for a refusal or a
            command_id under which somebody else sent something, 422, 429.
    """
    visit = _visit_wished(request, room, resident, wish)
    given = {name: wish[name] for name in ("command_id", "services", "lane", "representing") if name in wish}
    entry = await carry_out(request, room, {**given, "do": "issue", "visit": visit}, resident.by)
    if not _issued(entry, visit):
        raise errors.sent_before()
    return visit, entry


def _visit_wished(request: web.Request, room: Room, resident: Resident, wish: Mapping[str, object]) -> VisitId:
    """The visit for which numbers are wished, counted for whoever asks: by its secret, else by the phone; raises `Problem` as `issue`."""
    token, code = wish.get("visit"), wish.get("code")
    if not isinstance(token, str | None):
        raise errors.malformed("visit", "no text")
    if not isinstance(code, str | None):
        raise errors.malformed("code", "no text")
    if token:
        visit = visit_of(request, room, token)
        check_limit(request, room, known=f"visit {visit}")
        return visit
    check_limit(request, room)
    check_day_code(request, room, code or "")
    return new_visit(request, room, resident.device, str(wish.get("command_id")))


async def _change(request: web.Request, room: Room, visit: VisitId, wish: Mapping[str, object]) -> Entry:
    """Carry out what a resident wants done with a ticket of the visit; raises `Problem`."""
    check_limit(request, room, known=f"visit {visit}")
    order, label = wish.get("do"), wish.get("ticket")
    if order not in OF_RESIDENTS:
        raise errors.malformed("do", f"none of {', '.join(OF_RESIDENTS)}")
    if label not in room.bazaar.visits[visit]:
        raise Problem(403, "not_yours", "This number is not one of yours.")
    entry = await carry_out(request, room, {"command_id": wish.get("command_id"), "do": order, "ticket": label}, "phone")
    if not all(isinstance(event, OF_ONE_TICKET) and event.ticket == label for event in entry.events):
        raise errors.sent_before()
    return entry


def _resident(request: web.Request, room: Room) -> Resident:
    """A kiosk by its credential; else a phone by its cookie, or by its address. What a phone says of itself never looks like a kiosk."""
    kiosks = sorted(who for who in principals_of(request, room) if who.startswith(kiosk_principal("")))
    if kiosks:
        return Resident(by=kiosks[0], device=kiosks[0])
    phone = device_of(request)
    return Resident(by="phone", device=f"phone {phone}" if phone else f"address {origin_of(request)}")


def _answer(request: web.Request, room: Room, visit: VisitId, entry: Entry) -> dict[str, object]:
    """The tickets of the entry, each with the people ahead of it now (None once it no longer waits), and how to follow them."""
    places = {own.ticket.label: own.place for own in own_tickets(room.bazaar, visit)}
    token = visit_token(request, room, visit)
    tickets = [_ticket(event, places[event.ticket]) for event in _issued(entry, visit)]
    return {"tickets": tickets, "visit": token, "url": visit_path(room, token), "offset": entry.offset}


def _ticket(event: TicketIssued, place: Place | None) -> dict[str, object]:
    return {"label": event.ticket, "line": event.line, "services": list(event.services), "ahead": place.ahead if place else None}


def labels_of(entry: Entry, visit: VisitId) -> list[Label]:
    """The numbers that the entry gave to the visit."""
    return [event.ticket for event in _issued(entry, visit)]


def _issued(entry: Entry, visit: VisitId) -> list[TicketIssued]:
    return [event for event in entry.events if isinstance(event, TicketIssued) and event.visit == visit]
