"""The pages of those who serve: a counter's tablet, the organiser's desk and the sheet of pairing codes; and what is pressed there."""

from aiohttp import web

from counters import orders
from counters.pairing_sheet import pairing_codes
from counters.screens import devices_known
from counters.sentences import EVENT_SENTENCES
from counters.takeover import may_be_taken_by, taken
from server.core.entry import Entry
from server.core.values import CounterNumber, Label, label_of
from server.hub.room import Room
from server.store.bounds import ANNOUNCEMENT_CHARS_MAX, REASON_CHARS_MAX, SCREEN_NAME_CHARS_MAX
from server.store.command_ids import new_command_id
from server.web import errors
from server.web.addresses import home_of, public_url
from server.web.credentials import ADMIN, SUPERVISOR
from server.web.day_code import day_code_of
from server.web.errors import Problem
from server.web.pages import fault_in, render, said, words_of
from server.web.pairing import keep_paired
from server.web.requests import answer_of, form_body, is_form, principals_of, require, room_of, see_other, text_in

routes = web.RouteTableDef()

NUMBER = "{number:[1-9][0-9]{0,3}}"
ANNOUNCEMENT_MINUTES = 15


@routes.get("/{bazaar}/counter/" + NUMBER)
async def counter(request: web.Request) -> web.Response:
    """A counter's tablet."""
    room = room_of(request)
    number = _number(request, room)
    require(request, room, *orders.officers_of(number))
    return _counter_page(request, room, number)


@routes.post("/{bazaar}/counter/" + NUMBER + "/commands")
async def press_at_counter(request: web.Request) -> web.Response:
    """A command of the counter. JSON is answered with ``{offset, events}``, a form with the tablet's page."""
    room = room_of(request)
    number = _number(request, room)
    require(request, room, *orders.officers_of(number))
    try:
        entry = await orders.press_at_counter(request, room, number, await orders.wish_of(request))
    except Problem as problem:
        if not is_form(request):
            raise
        return _counter_page(request, room, number, problem)
    return _answer(request, entry)


@routes.post("/{bazaar}/counter/" + NUMBER + "/taken")
async def take_over(request: web.Request) -> web.Response:
    """An officer works at this counter from now on: their device becomes its tablet."""
    room = room_of(request)
    return taken(request, room, _number(request, room))


@routes.get("/{bazaar}/desk")
async def desk(request: web.Request) -> web.Response:
    """The organiser's page; a supervisor's too."""
    room = room_of(request)
    require(request, room, ADMIN, SUPERVISOR)
    return await _desk_page(request, room)


@routes.post("/{bazaar}/desk/commands")
async def press_at_desk(request: web.Request) -> web.Response:
    """A command of the organiser or a supervisor, answered as at a counter."""
    room = room_of(request)
    require(request, room, ADMIN, SUPERVISOR)
    try:
        entry = await orders.press_at_desk(request, room, await orders.wish_of(request))
    except Problem as problem:
        if not is_form(request):
            raise
        return await _desk_page(request, room, problem)
    return _answer(request, entry)


@routes.get("/{bazaar}/pair")
async def pair(request: web.Request) -> web.Response:
    """The sheet to print: a QR code for every counter and kiosk, which makes a device what it says."""
    room = room_of(request)
    require(request, room, ADMIN)
    return _pairing_sheet(request, room)


@routes.post("/{bazaar}/pair")
async def renew(request: web.Request) -> web.Response:
    """A device is lost: ``{device, command_id}`` as a form. Its key opens nothing any more, and the sheet shows the new one."""
    room = room_of(request)
    require(request, room, ADMIN)
    form = await form_body(request)
    device = text_in(form, "device")
    try:
        await orders.press_at_desk(request, room, {"do": "renew_key", "device": device, "command_id": text_in(form, "command_id")})
    except Problem as problem:
        return _pairing_sheet(request, room, problem)
    response = see_other(f"{home_of(room)}/pair#{device.replace('/', '-')}")
    if device == ADMIN:
        keep_paired(request, room, ADMIN, response)  # whoever renews the organiser's key stays the organiser
    return response


def _pairing_sheet(request: web.Request, room: Room, problem: Problem | None = None) -> web.Response:
    """The sheet; ``problem`` is why a key could not be renewed."""
    return render(
        request,
        "pair.html",
        status=problem.status if problem else 200,
        here=f"{home_of(room)}/pair",
        fault=fault_in(request, problem),
        bazaar=room.plan.bazaar,
        codes=list(pairing_codes(request, room)),
        closed=room.bazaar.closed,
        new_command_id=new_command_id,
    )


def _answer(request: web.Request, entry: Entry) -> web.Response:
    """What was pressed has happened. A page without scripts goes back to where it came from and shows it."""
    if not is_form(request):
        return answer_of(entry)
    return see_other(request.path.removesuffix("/commands"))


def _counter_page(request: web.Request, room: Room, number: CounterNumber, problem: Problem | None = None) -> web.Response:
    """The tablet as the server draws it; ``problem`` is what went wrong with the press that brought the page."""
    plan, path = room.plan, f"{home_of(room)}/counter/{number}"
    by_chief = not principals_of(request, room).isdisjoint({SUPERVISOR, ADMIN})
    return render(
        request,
        "counter.html",
        status=problem.status if problem else 200,
        fault=fault_in(request, problem),
        agency=plan.agency_of_counter(number),
        agencies=plan.agencies,
        supervisor=by_chief,
        services=[service for prefix in plan.counter(number).lines for service in plan.line(prefix).services],
        takeable=may_be_taken_by(plan, number, by_chief=by_chief),
        stands=room.bazaar.counters,
        waiting=_waiting(room, number),
        reason_max=REASON_CHARS_MAX,
        commands=f"{path}/commands",
        new_command_id=new_command_id,
        page={
            "base": home_of(room),
            "commands": f"{path}/commands",
            "frame": room.frame(f"counter/{number}").as_map(),
            "events": _event_sentences(request),
            "timezone": plan.bazaar.timezone,
        },
    )


async def _desk_page(request: web.Request, room: Room, problem: Problem | None = None) -> web.Response:
    """The desk as the server draws it; ``problem`` as above."""
    plan, path = room.plan, f"{home_of(room)}/desk"
    devices = await devices_known(request, room)
    return render(
        request,
        "desk.html",
        status=problem.status if problem else 200,
        here=path,
        fault=fault_in(request, problem),
        bazaar=plan.bazaar,
        agencies=plan.agencies,
        screens=list(room.bazaar.screens.values()),
        devices=devices,
        day_code=day_code_of(request, room),
        name_max=SCREEN_NAME_CHARS_MAX,
        organiser=ADMIN in principals_of(request, room),
        public=public_url(request, home_of(room)),
        text_max=ANNOUNCEMENT_CHARS_MAX,
        minutes=ANNOUNCEMENT_MINUTES,
        commands=f"{path}/commands",
        new_command_id=new_command_id,
        page={
            "base": home_of(room),
            "commands": f"{path}/commands",
            "frame": room.frame("desk").as_map(),
            "events": _event_sentences(request),
            "timezone": plan.bazaar.timezone,
            "agencies": {agency.code: words_of(request, agency.name) for agency in plan.agencies},
        },
    )


def _number(request: web.Request, room: Room) -> CounterNumber:
    """The counter that the path names; raises `Problem` 404."""
    number = CounterNumber(int(request.match_info["number"]))
    if number not in room.bazaar.counters:
        raise errors.not_found("counter")
    return number


def _event_sentences(request: web.Request) -> dict[str, str]:
    """By event, what the page says when a press has brought it about; its fields stand as ``%(name)s``."""
    return {name: said(request, sentence, {}) for name, sentence in EVENT_SENTENCES.items()}


def _waiting(room: Room, number: CounterNumber) -> list[Label]:
    """The tickets that wait in the counter's lines, by lane."""
    lines = (room.bazaar.lines[prefix] for prefix in room.plan.counter(number).lines)
    return [
        label_of(line.plan.prefix_of(lane), waiting) for line in lines for lane, state in line.lanes.items() for waiting in state.waiting
    ]
