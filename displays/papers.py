"""The page behind the QR code of a printed number: the way to its visit, and what to do while nobody was given it yet."""

from aiohttp import web

from displays.visit_pages import visit_path
from server.core.values import Prefix
from server.hub.room import Room
from server.store.command_ids import new_command_id
from server.web import errors
from server.web.addresses import home_of
from server.web.errors import Problem
from server.web.keys import CREDENTIALS
from server.web.pages import fault_in, render
from server.web.requests import carry_out, check_limit, check_origin, form_body, room_of, scope_of_room, see_other, text_in, visit_token
from server.web.rolls import Paper, hand_out, paper_of, papers_of

routes = web.RouteTableDef()

AHEAD_MAX = 3
"""Who holds one of the next so many numbers may begin it without staff: papers get swapped in a crowd, but not across half a roll."""


@routes.get("/{bazaar}/paper/{paper}")
async def show(request: web.Request) -> web.Response:
    """To the visit's page once the number is handed out; before, what to do."""
    room = room_of(request)
    paper = _paper(request, room)
    return _to_visit(request, room, paper) or _page(request, room, paper)


@routes.post("/{bazaar}/paper/{paper}")
async def begin(request: web.Request) -> web.Response:
    """Whoever holds one of the next numbers begins it; numbers before it on the roll are begun with it."""
    room = room_of(request)
    check_origin(request)
    paper = _paper(request, room)
    form = await form_body(request)
    try:
        check_limit(request, room, known=f"paper {paper.label}")
        ahead = _ahead(room, paper)
        if 1 <= ahead <= AHEAD_MAX:
            line = room.plan.line(paper.line)
            row = papers_of(line, paper.lane, paper.number - ahead + 1, paper.number)
            command = hand_out(request.app[CREDENTIALS], scope_of_room(room), row, text_in(form, "command_id"))
            await carry_out(request, room, command, "phone")
    except Problem as problem:
        fault = fault_in(request, problem)
        return _to_visit(request, room, paper) or _page(request, room, paper, status=problem.status, fault=fault)
    return _to_visit(request, room, paper) or _page(request, room, paper)


def _page(request: web.Request, room: Room, paper: Paper, *, status: int = 200, fault: str = "") -> web.Response:
    ahead = _ahead(room, paper)
    return render(
        request,
        "paper.html",
        status=status,
        bazaar=room.plan.bazaar,
        paper=paper,
        agency=room.plan.agency_of(paper.line),
        may_begin=1 <= ahead <= AHEAD_MAX,
        closed=room.bazaar.closed,
        fault=fault,
        command_id=new_command_id(),
        page={"base": home_of(room), "frame": room.frame(f"line/{paper.line}").as_map()},
    )


def _ahead(room: Room, paper: Paper) -> int:
    """How many numbers of the roll would be handed out with this one: 1 for the very next, 0 or less for one that is out."""
    return paper.number - room.bazaar.lines[Prefix(paper.line)].lanes[paper.lane].issued


def _to_visit(request: web.Request, room: Room, paper: Paper) -> web.Response | None:
    visit = request.app[CREDENTIALS].paper_visit(scope_of_room(room), paper.label)
    if visit not in room.bazaar.visits:
        return None
    return see_other(visit_path(room, visit_token(request, room, visit)))


def _paper(request: web.Request, room: Room) -> Paper:
    """The paper that the path names; raises `Problem` 404."""
    paper = paper_of(room.plan, request.app[CREDENTIALS], scope_of_room(room), request.match_info["paper"])
    if paper is None:
        raise errors.not_found("number")
    return paper
