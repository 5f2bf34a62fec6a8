"""The desk's part for screens and devices: a TV is set up by its code, and every device's state is asked for."""

from dataclasses import dataclass

from aiohttp import web

from counters import orders
from counters.devices import rows
from counters.orders import Wish
from server.hub.channels import View
from server.hub.room import Room
from server.store.bounds import SCREEN_NAME_CHARS_MAX
from server.store.command_ids import new_command_id
from server.store.errors import StoreUnreachable
from server.web import errors
from server.web.addresses import home_of
from server.web.credentials import ADMIN, SUPERVISOR
from server.web.day_code import day_code_of
from server.web.errors import Problem
from server.web.keys import DEVICES, HUB
from server.web.pages import fault_in, render
from server.web.requests import is_form, require, room_of, see_other
from server.web.screen_pairing import CODE_CHARS, Pairing, approve, code_typed, pending

routes = web.RouteTableDef()

_BLANK: Wish = {"code": "", "command_id": "", "name": "", "agencies": (), "zone": "", "speaks": False, "screen": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """A screen that was set up: its code, and the offset of the log at which it stands."""

    screen: str
    offset: int


@routes.get("/{bazaar}/desk/screen")
async def screen_form(request: web.Request) -> web.Response:
    """What the QR code on a waiting TV leads to: the TV gets a name, agencies and a loudspeaker, or becomes a screen that there is."""
    room = room_of(request)
    require(request, room, ADMIN, SUPERVISOR)
    code = code_typed(request.query.get("code", ""))
    try:
        if code:
            await pending(request, room, code)
    except Problem as problem:
        return _form_page(request, room, {"code": code}, problem)
    return _form_page(request, room, {"code": code})


@routes.post("/{bazaar}/desk/screen")
async def set_up(request: web.Request) -> web.Response:
    """``{code, command_id, name, agencies, zone, speaks}`` for a new screen, ``{code, screen}`` for one that there is."""
    room = room_of(request)
    require(request, room, ADMIN, SUPERVISOR)
    wish = await orders.wish_of(request)
    try:
        done = await _set_up(request, room, wish)
    except Problem as problem:
        if not is_form(request):
            raise
        return _form_page(request, room, wish, problem)
    if not is_form(request):
        return web.json_response({"screen": done.screen, "offset": done.offset})
    return see_other(f"{home_of(room)}/desk#screens")


@routes.get("/{bazaar}/devices")
async def devices(request: web.Request) -> web.Response:
    """How every device finds itself, and the code of the day: ``{devices: [...], day_code}``, rows as in `counters.devices`."""
    room = room_of(request)
    require(request, room, ADMIN, SUPERVISOR)
    known = rows(room.bazaar, await request.app[DEVICES].all(room.plan.bazaar.id), request.app[HUB].clock())
    return web.json_response({"devices": known, "day_code": day_code_of(request, room)})


async def devices_known(request: web.Request, room: Room) -> dict[str, View]:
    """The rows of devices by device. While the store is away nothing is known of any, and the desk can be read all the same."""
    try:
        reports = await request.app[DEVICES].all(room.plan.bazaar.id)
    except StoreUnreachable:
        reports = []
    return {str(row["device"]): row for row in rows(room.bazaar, reports, request.app[HUB].clock())}


async def _set_up(request: web.Request, room: Room, wish: Wish) -> SetUp:
    """Make the TV that shows the code a screen. The same wish again is the same screen.

    Raises:
        Problem: 404 when no TV shows the code or there is no such screen, 409, 422 or 503 as any command.
    """
    pairing = await pending(request, room, str(wish.get("code", "")))
    done = _existing(room, str(wish["screen"])) if wish.get("screen") else await _new(request, room, pairing, wish)
    await approve(request, room, pairing, done.screen, done.offset)
    return done


def _existing(room: Room, code: str) -> SetUp:
    if code not in room.bazaar.screens:
        raise errors.not_found("screen")
    return SetUp(screen=code, offset=room.offset)


async def _new(request: web.Request, room: Room, pairing: Pairing, wish: Wish) -> SetUp:
    """A screen of its own, called in addresses as the code in small letters. No agency chosen means all of them."""
    screen = pairing.code.lower()
    fields = {name: wish[name] for name in ("command_id", "name", "zone", "speaks") if name in wish}
    agencies = wish.get("agencies") or [agency.code for agency in room.plan.agencies]
    entry = await orders.press_at_desk(request, room, {**fields, "do": "set_screen", "screen": screen, "agencies": agencies})
    return SetUp(screen=screen, offset=entry.offset)


def _form_page(request: web.Request, room: Room, wish: Wish, problem: Problem | None = None) -> web.Response:
    """The form as far as it is filled in; ``problem`` is what is wrong with it."""
    return render(
        request,
        "screen.html",
        status=problem.status if problem else 200,
        fault=fault_in(request, problem),
        bazaar=room.plan.bazaar,
        agencies=room.plan.agencies,
        screens=room.bazaar.screens.values(),
        wish={**_BLANK, **wish},
        name_max=SCREEN_NAME_CHARS_MAX,
        code_chars=CODE_CHARS,
        new_command_id=new_command_id,
    )
