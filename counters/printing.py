"""The desk's page for ticket printers: how each is, a test page, and a ticket printed once more for whoever has none."""

from aiohttp import web

from counters import orders
from counters.screens import devices_known
from server.core.values import KIOSKS
from server.hub.room import Room
from server.printing.orders import Orders
from server.web import errors
from server.web.addresses import home_of, public_url
from server.web.credentials import ADMIN, SUPERVISOR
from server.web.errors import Problem
from server.web.keys import HUB
from server.web.pages import fault_in, render
from server.web.requests import check_origin, is_form, require, room_of, see_other

routes = web.RouteTableDef()


@routes.get("/{bazaar}/desk/printing")
async def printing(request: web.Request) -> web.Response:
    """The printers; ``?sent=A-012`` (or ``?sent=`` after a test page) says what was just ordered."""
    room = room_of(request)
    require(request, room, ADMIN, SUPERVISOR)
    return await _page(request, room)


@routes.post("/{bazaar}/desk/printing")
async def order(request: web.Request) -> web.Response:
    """``{kiosk, ticket}``: print the ticket again there, as a copy; ``ticket`` "" is a test page. Answered 202 ``{sent}``."""
    room = room_of(request)
    check_origin(request)
    require(request, room, ADMIN, SUPERVISOR)
    wish = await orders.wish_of(request)
    try:
        label = await _order(request, room, str(wish.get("kiosk", "")), str(wish.get("ticket", "")).strip().upper())
    except Problem as problem:
        if not is_form(request):
            raise
        return await _page(request, room, problem)
    if not is_form(request):
        return web.json_response({"sent": label}, status=202)
    return see_other(f"{home_of(room)}/desk/printing?sent={label}")


async def _order(request: web.Request, room: Room, kiosk: str, label: str) -> str:
    """Give the order; raises `Problem` 404, 422, 429 and `StoreUnreachable`."""
    if kiosk not in map(str, range(1, KIOSKS + 1)):
        raise errors.malformed("kiosk", "no kiosk")
    if label and label not in room.bazaar.tickets:
        raise errors.not_found("ticket")
    given = Orders(request.app[HUB].store, request.app[HUB].clock)
    if not await given.give(room.plan.bazaar.id, kiosk=int(kiosk), label=label, public=public_url(request, "")):
        raise errors.too_many(60)
    return label


async def _page(request: web.Request, room: Room, problem: Problem | None = None) -> web.Response:
    """The page; ``problem`` is what was wrong with the order that brought it."""
    devices = (await devices_known(request, room)).values()
    return render(
        request,
        "printing.html",
        status=problem.status if problem else 200,
        fault=fault_in(request, problem),
        bazaar=room.plan.bazaar,
        printers=[device for device in devices if device["kind"] == "printer"],
        sent=request.query.get("sent") if not problem else None,
    )
