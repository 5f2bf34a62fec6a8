"""A TV on its way to be a screen of the hall: what it shows until the organiser has set it up, and how it finds out."""

from aiohttp import web

from server.hub.room import Room
from server.web import errors
from server.web.addresses import home_of, staff_url
from server.web.pages import render
from server.web.qr import inline_qr
from server.web.requests import room_of, see_other
from server.web.screen_pairing import Pairing, ask, make_screen, remember_tv, screens_paired, tv_of

routes = web.RouteTableDef()

ASK_MS = 3000
"""How often a TV asks whether it has been set up."""


@routes.get("/{bazaar}/tv")
async def idle_tv(request: web.Request) -> web.StreamResponse:
    """The short address for every TV: to its screen if it is one, else the code to type at the desk."""
    room = room_of(request)
    paired = screens_paired(request, room)
    if paired:
        return see_other(f"{home_of(room)}/tv/{paired[0].code}")
    tv = tv_of(request)
    pairing = await ask(request, room, tv)
    if pairing.screen in room.bazaar.screens:
        response = see_other(f"{home_of(room)}/tv/{pairing.screen}")
        make_screen(request, room, response, pairing.screen)
        return response
    return _pairing_page(request, room, tv, pairing)


@routes.get("/{bazaar}/tv-code")
async def tv_code(request: web.Request) -> web.Response:
    """What a TV asks that waits: its code, and whether it may go to the short address now."""
    room = room_of(request)
    tv = tv_of(request)
    pairing = await ask(request, room, tv)
    ready = pairing.screen in room.bazaar.screens or bool(screens_paired(request, room))
    response = web.json_response({"code": pairing.code, "ready": ready})
    remember_tv(request, room, response, tv)
    return response


async def lost_screen(request: web.Request, room: Room) -> web.Response:
    """The page of a screen that is none of the hall's, or not any more: it says so and offers to be set up anew.

    Raises:
        Problem: 404 for whoever asks for no page.
    """
    if "text/html" not in request.headers.get("Accept", ""):
        raise errors.not_found("screen")
    tv = tv_of(request)
    return _pairing_page(request, room, tv, await ask(request, room, tv), status=404)


def _pairing_page(request: web.Request, room: Room, tv: str, pairing: Pairing, *, status: int = 200) -> web.Response:
    approve_url = staff_url(request, f"{home_of(room)}/desk/screen?code={pairing.code}")
    response = render(
        request,
        "tv-code.html",
        status=status,
        bazaar=room.plan.bazaar,
        gone=status != 200,
        code=pairing.code,
        qr=inline_qr(approve_url),
        approve_url=approve_url,
        page={"base": home_of(room), "code": pairing.code, "ask_ms": ASK_MS},
    )
    remember_tv(request, room, response, tv)
    return response
