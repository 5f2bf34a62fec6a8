"""Opening a pairing link makes a device what the link says: a counter's tablet, a kiosk, the organiser's desk."""

from collections.abc import Iterable

from aiohttp import web

from server.hub.room import Room
from server.web import errors
from server.web.addresses import home_of
from server.web.credentials import ADMIN, COOKIE_S, SUPERVISOR, cookie_name
from server.web.keys import CREDENTIALS
from server.web.requests import is_secure, room_of, scope_of_room, see_other

routes = web.RouteTableDef()


@routes.get("/{bazaar}/pair/{key}")
async def pair(request: web.Request) -> web.Response:
    """Set the signed cookie of the key's principal and go to its page."""
    room = room_of(request)
    principal = request.app[CREDENTIALS].principal_of_key(scope_of_room(room), request.match_info["key"], room.bazaar.renewals)
    if principal is None:
        raise errors.no_credential()
    return paired(request, room, principal)


def paired(request: web.Request, room: Room, principal: str, instead_of: Iterable[str] = ()) -> web.Response:
    """Send the device to the principal's page with its cookie, which takes the place of those of the others."""
    response = see_other(page_of(room, principal))
    for other in instead_of:
        response.del_cookie(cookie_name(other), path=home_of(room))
    keep_paired(request, room, principal, response)
    return response


def keep_paired(request: web.Request, room: Room, principal: str, response: web.StreamResponse) -> None:
    """Give the device the principal's cookie of now."""
    name, value = request.app[CREDENTIALS].cookie(scope_of_room(room), principal, room.bazaar.renewals.get(principal, 0))
    response.set_cookie(name, value, max_age=COOKIE_S, path=home_of(room), httponly=True, samesite="Lax", secure=is_secure(request))


def pairing_path(request: web.Request, room: Room, principal: str) -> str:
    """The path that pairs a device as this principal of the bazaar: whoever knows it is let in."""
    key = request.app[CREDENTIALS].key(scope_of_room(room), principal, room.bazaar.renewals.get(principal, 0))
    return f"{home_of(room)}/pair/{key}"


def page_of(room: Room, principal: str) -> str:
    """Where somebody works: the path of the counter's, the kiosk's or the organiser's page."""
    return f"{home_of(room)}/{'desk' if principal in (ADMIN, SUPERVISOR) else principal}"
