"""The ticket kiosk: its page, the number it shows, and what it says of itself to the desk. Works without scripts too."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from aiohttp import web

from displays.kiosk.printing import PRINTING, print_taken
from displays.offer import offices
from displays.tickets import Resident, issue, labels_of
from displays.visit import OwnTicket, own_tickets
from displays.visit_pages import known_visit, visit_path
from server.hub.devices import DeviceState
from server.hub.room import Room
from server.store.command_ids import new_command_id
from server.web import errors
from server.web.addresses import home_of, public_url
from server.web.credentials import ADMIN, SUPERVISOR, kiosk_principal
from server.web.errors import Problem
from server.web.keys import DEVICES
from server.web.pages import fault_in, render
from server.web.qr import inline_qr
from server.web.requests import Form, check_origin, form_body, json_body, require, room_of, see_other, text_in, visit_token

routes = web.RouteTableDef()

KIOSK = "/{bazaar}/kiosk/{number:[0-9]{1,4}}"
IDLE_S, WARNING_S = 45, 15
"""After so long without a touch the kiosk belongs to the next person; the last seconds of it are counted down."""
TIMES = {"idle_s": IDLE_S, "warning_s": WARNING_S, "report_ms": 15_000, "print_look_ms": 1000, "help_ms": 5 * 60_000}
"""What the page's script is told: how often it says that it is there, looks after the paper, and how long a call for an officer stands."""
TICKETS_MAX = 20


@routes.get(KIOSK)
async def kiosk(request: web.Request) -> web.Response:
    """Office, errand, number: for a paired kiosk. ``?help=1`` says that an officer was called."""
    room = room_of(request)
    return _page(request, room, _number(request, room))


@routes.get(KIOSK + "/visit/{token}")
async def number(request: web.Request) -> web.Response:
    """The numbers that were taken here, for a browser that runs no scripts."""
    room = room_of(request)
    kiosk_number = _number(request, room)
    visit = known_visit(request, room)
    link = public_url(request, visit_path(room, request.match_info["token"]))
    return _page(request, room, kiosk_number, _Shown(tickets=own_tickets(room.bazaar, visit), link=link))


@routes.post(KIOSK + "/tickets")
async def take(request: web.Request) -> web.Response:
    """Take numbers by a form: the way to the page that shows them, or the form again and what was wrong."""
    room = room_of(request)
    check_origin(request)
    kiosk_number = _number(request, room)
    principal = kiosk_principal(kiosk_number)
    form = await form_body(request)
    wish: dict[str, object] = {name: form[name][-1] for name in ("command_id", "lane") if name in form}
    wish["representing"] = "representing" in form
    try:
        if "services" not in form:
            raise Problem(422, "malformed", "Tick at least one errand.", field="services")
        before = room.offset
        visit, entry = await issue(request, room, Resident(by=principal, device=principal), {**wish, "services": form["services"]})
    except Problem as problem:
        fault = fault_in(request, problem)
        return _page(request, room, kiosk_number, _Shown(status=problem.status, fault=fault, form=form))
    print_taken(request, room, principal, labels_of(entry, visit), copy=entry.offset <= before)
    return see_other(f"{_path(room, kiosk_number)}/visit/{visit_token(request, room, visit)}")


@routes.post(KIOSK + "/help")
async def call_officer(request: web.Request) -> web.Response:
    """Call an officer by a form: the desk sees it."""
    room = room_of(request)
    check_origin(request)
    kiosk_number = _number(request, room)
    await _report(request, room, kiosk_number, helps=True)
    return see_other(f"{_path(room, kiosk_number)}?help=1")


@routes.post(KIOSK + "/report")
async def report(request: web.Request) -> web.Response:
    """Hear from the kiosk's page, which says whether somebody there calls an officer: ``{help}``. The answer is how its printer is."""
    room = room_of(request)
    check_origin(request)
    kiosk_number = _number(request, room)
    helps = (await json_body(request)).get("help")
    if not isinstance(helps, bool):
        raise errors.malformed("help", "not true or false")
    await _report(request, room, kiosk_number, helps=helps)
    return web.json_response({"printer": _printer(request, kiosk_number)})


@routes.get(KIOSK + "/prints")
async def prints(request: web.Request) -> web.Response:
    """What became of these tickets on paper: ``?ticket=A-001&ticket=…``, answered with ``{label: state}``."""
    room = room_of(request)
    kiosk_number = _number(request, room)
    printing = request.app.get(PRINTING)
    labels = request.query.getall("ticket", [])[:TICKETS_MAX]
    return web.json_response(printing.states(room, kiosk_number, labels) if printing else {})


async def _report(request: web.Request, room: Room, kiosk_number: int, *, helps: bool) -> None:
    """Tell the desk; raises `StoreUnreachable`."""
    state = DeviceState.HELP if helps else DeviceState.OK
    await request.app[DEVICES].report(room.plan.bazaar.id, kiosk_principal(kiosk_number), state)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What a page shows beside the choice: how a form was filled in and what was wrong with it, or the numbers that were taken.

    ``link`` is the address of their visit's page.
    """

    status: int = 200
    fault: str = ""
    form: Form = field(default_factory=dict)
    tickets: Sequence[OwnTicket] = ()
    link: str = ""


def _page(request: web.Request, room: Room, kiosk_number: int, shown: _Shown | None = None) -> web.Response:
    """The kiosk's page."""
    shown, path, frame = shown or _Shown(), _path(room, kiosk_number), room.frame("bazaar").as_map()
    return render(
        request,
        "kiosk.html",
        status=shown.status,
        here=path if shown.fault else "",
        bazaar=room.plan.bazaar,
        number=kiosk_number,
        path=path,
        closed=room.bazaar.closed,
        offices=offices(room.bazaar),
        command_id=new_command_id(),
        chosen=shown.form.get("services", ()),
        lane=text_in(shown.form, "lane") or "regular",
        representing="representing" in shown.form,
        fault=shown.fault,
        helped="help" in request.query,
        tickets=shown.tickets,
        qr=inline_qr(shown.link) if shown.link else "",
        printer=_printer(request, kiosk_number),
        idle_s=IDLE_S,
        page={**TIMES, "base": home_of(room), "kiosk": path, "first_language": room.plan.bazaar.languages[0], "frame": frame},
    )


def _number(request: web.Request, room: Room) -> int:
    """The kiosk that the path names, for itself and for the organiser; raises `Problem` 401, 403."""
    kiosk_number = int(request.match_info["number"])
    require(request, room, kiosk_principal(kiosk_number), ADMIN, SUPERVISOR)
    return kiosk_number


def _path(room: Room, kiosk_number: int) -> str:
    return f"{home_of(room)}/{kiosk_principal(kiosk_number)}"


def _printer(request: web.Request, kiosk_number: int) -> str | None:
    """The condition of the kiosk's printer as it was last, None where it has none or was not asked yet."""
    printing = request.app.get(PRINTING)
    queue = printing.of(kiosk_number) if printing else None
    return queue.condition.value if queue and queue.condition else None
