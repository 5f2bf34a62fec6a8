"""The pages of those who take numbers and follow their turn on their own phones."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from aiohttp import web

from displays.offer import offices, precheck
from displays.visit import lines_followed, live_labels, own_tickets
from server.core.values import Label, TicketState, VisitId
from server.hub.room import Room
from server.store.command_ids import new_command_id
from server.web import errors
from server.web.addresses import home_of, public_url
from server.web.credentials import COOKIE_S, DEVICE_COOKIE, new_device
from server.web.keys import CREDENTIALS, CROWD, MESSAGES
from server.web.limits import place_of
from server.web.pages import FILES, local_time, render
from server.web.qr import qr_picture
from server.web.requests import Form, device_of, is_secure, origin_of, principals_of, room_of, scope_of_room, text_in, visit_of

routes = web.RouteTableDef()

NO_FORM: Form = MappingProxyType({})
VISIT_COOKIE = "urut-visit"
"""The token of the visit that a phone followed last, so that whoever lost the page finds it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """The numbers that somebody has already: where their page is, and those that still count."""

    path: str
    labels: Sequence[Label]


@routes.get("/{bazaar}/join")
async def join(request: web.Request) -> web.Response:
    """Take numbers on the phone. The phone gets a name of its own: with it a press that is sent twice gives the same numbers."""
    response = join_page(request, room_of(request))
    if not device_of(request) and request.app[CROWD].admits(place_of(origin_of(request))):
        cookie = request.app[CREDENTIALS].device_cookie(new_device())
        response.set_cookie(DEVICE_COOKIE, cookie, max_age=COOKIE_S, path="/", httponly=True, samesite="Lax", secure=is_secure(request))
    return response


@routes.get("/{bazaar}/visit/{token}")
async def visit(request: web.Request) -> web.Response:
    """All tickets of one visit, for whoever has its token. A phone keeps it; what is paired as a device of the hall is many people's."""
    room = room_of(request)
    response = visit_page(request, room, known_visit(request, room))
    if not principals_of(request, room):
        token, path = request.match_info["token"], home_of(room)
        response.set_cookie(VISIT_COOKIE, token, max_age=COOKIE_S, path=path, httponly=True, samesite="Lax", secure=is_secure(request))
    return response


@routes.get("/{bazaar}/visit/{token}/join")
async def add(request: web.Request) -> web.Response:
    """Take more numbers for a visit."""
    room = room_of(request)
    known_visit(request, room)
    return join_page(request, room)


@routes.get("/{bazaar}/worker.js")
async def worker(request: web.Request) -> web.Response:
    """The script that keeps a phone's visits for where there is no network: below the bazaar, for it works only there."""
    room_of(request)
    headers = {"Content-Type": "text/javascript", "Cache-Control": "no-cache"}
    return web.Response(body=request.app[FILES].plain("worker.js"), headers=headers)


@routes.get("/{bazaar}/visit/{token}/qr.svg")
async def qr(request: web.Request) -> web.Response:
    """The visit page's address as a QR code."""
    room = room_of(request)
    known_visit(request, room)
    picture = qr_picture(public_url(request, visit_path(room, request.match_info["token"])))
    return web.Response(body=picture, content_type="image/svg+xml")


def join_page(request: web.Request, room: Room, *, status: int = 200, fault: str = "", form: Form = NO_FORM) -> web.Response:
    """The page to take numbers; with what was filled in and why it did not work when it comes back."""
    offered = offices(room.bazaar)
    visit = request.match_info.get("token", "") or text_in(form, "visit")
    return render(
        request,
        "join.html",
        status=status,
        here=f"{visit_path(room, visit)}/join" if visit else f"{home_of(room)}/join",
        bazaar=room.plan.bazaar,
        closed=room.bazaar.closed,
        offices=offered,
        precheck=precheck(room.bazaar, offered),
        visit=visit,
        followed=None if visit else followed_by(request, room),
        chosen=form.get("services", ()),
        lane=text_in(form, "lane") or "regular",
        representing="representing" in form,
        asks_code=room.plan.bazaar.day_code and not visit,
        code=text_in(form, "code"),
        fault=fault,
        command_id=new_command_id(),
        page={"base": home_of(room), "frame": room.frame("bazaar").as_map()},
    )


def visit_page(request: web.Request, room: Room, visit: VisitId, *, status: int = 200, fault: str = "", fault_of: str = "") -> web.Response:
    """The page of a visit; ``fault`` says what went wrong with its ticket ``fault_of``."""
    token = request.match_info["token"]
    channel = f"visit/{token}"
    tickets = own_tickets(room.bazaar, visit)
    frames = [room.frame(name).as_map() for name in (channel, *(f"line/{line}" for line in lines_followed(room.bazaar, visit)))]
    return render(
        request,
        "visit.html",
        status=status,
        here=visit_path(room, token),
        bazaar=room.plan.bazaar,
        token=token,
        tickets=tickets,
        called=next((own.ticket for own in tickets if own.ticket.state is TicketState.CALLED), None),
        closed=room.bazaar.closed,
        fault=fault,
        fault_of=fault_of,
        link=public_url(request, visit_path(room, token)),
        time=local_time(room, room.writer.fresh_at).strftime("%H.%M"),
        frame=frames[0],
        new_command_id=new_command_id,
        messages=request.app.get(MESSAGES, False),
        page={"base": home_of(room), "channel": channel, "frames": frames, "worker": f"{home_of(room)}/worker.js"},
    )


def known_visit(request: web.Request, room: Room) -> VisitId:
    """The visit whose token the path names.

    Raises:
        Problem: 404 for a token that opens nothing; 503 when it is good, but this process has not read of its tickets yet.
    """
    visit = visit_of(request, room, request.match_info["token"])
    if visit not in room.bazaar.visits:
        raise errors.store_unreachable()
    return visit


def followed_by(request: web.Request, room: Room) -> Followed | None:
    """What this phone followed last here, None when none of it counts any more."""
    token = request.cookies.get(VISIT_COOKIE, "")
    visit = request.app[CREDENTIALS].visit_of_token(scope_of_room(room), token)
    labels = live_labels(room.bazaar, visit) if visit else []
    return Followed(path=visit_path(room, token), labels=labels) if labels else None


def visit_path(room: Room, token: str) -> str:
    """The path of a visit's page."""
    return f"{home_of(room)}/visit/{token}"
