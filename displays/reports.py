"""What TVs say of themselves, over HTTP: whether there is sound, which page they run and how far it has read."""

from aiohttp import web

from server.hub.devices import Devices, DeviceState
from server.hub.room import Room
from server.web import errors
from server.web.backlogs import UNSAID_MAX
from server.web.day_code import day_code_of
from server.web.keys import DEVICES, METRICS, REPORTS
from server.web.limits import place_of
from server.web.pages import VERSION
from server.web.requests import check_origin, json_body, origin_of, room_of
from server.web.screen_pairing import TV_COOKIE, fingerprint_of, screens_paired

routes = web.RouteTableDef()

STATES = (DeviceState.OK, DeviceState.SOUND_LOCKED, DeviceState.NO_SOUND)
"""What a browser can say of itself."""
TVS_PER_SCREEN_MAX = 8
"""So many TVs of one screen are told apart. Anybody may look at a screen's page: they shall not fill the desk."""
STRANGERS_MAX = 100
"""So many TVs that were not paired have a place on the board, of all screens together: the rest of it is for devices that were."""
OFFSET_MAX = 2**53 - 1
_FINGERPRINT_CHARS = 8


@routes.post("/{bazaar}/devices")
async def report(request: web.Request) -> web.Response:
    """``{device: "screen/utama", state, version, offset, unsaid?}`` → ``{day_code}``, which only a TV that was paired is told."""
    check_origin(request)
    room = room_of(request)
    wait_s = request.app[REPORTS].wait_s(place_of(origin_of(request)))
    if wait_s:
        raise errors.too_many(wait_s)
    body = await json_body(request)
    kind, _, which = str(body.get("device", "")).partition("/")
    if kind != "screen":
        raise errors.malformed("device", "is no screen")
    state, facts = _state(body), {"old": body.get("version") != request.app[VERSION], "offset": _count(body, "offset", OFFSET_MAX)}
    unsaid = _count({"unsaid": 0, **body}, "unsaid", UNSAID_MAX)
    devices, bazaar = request.app[DEVICES], room.plan.bazaar.id
    paired = which in [screen.code for screen in screens_paired(request, room)]
    name = _tv_name(request, room, which)
    if paired or await _has_room(devices, room, name):
        await devices.report(bazaar, name, state, {**facts, "paired": paired})
        if (screen := room.bazaar.screens[which]).speaks:
            request.app[METRICS].backlogs.tell(bazaar, screen.zone, name, unsaid, paired=paired)
    return web.json_response({"day_code": day_code_of(request, room) if paired else ""})


def _state(body: dict[str, object]) -> DeviceState:
    for state in STATES:
        if body.get("state") == state:
            return state
    raise errors.malformed("state", f"is none of {', '.join(STATES)}")


def _count(body: dict[str, object], field: str, most: int) -> int:
    count = body.get(field)
    if type(count) is not int or not 0 <= count <= most:
        raise errors.malformed(field, f"is no number from 0 to {most}")
    return count


def _tv_name(request: web.Request, room: Room, code: str) -> str:
    """Several TVs may show one screen: each is told apart by what its cookie is known as. Raises `Problem` 404."""
    if code not in room.bazaar.screens:
        raise errors.not_found("screen")
    tv = request.cookies.get(TV_COOKIE)
    return f"screen/{code}/{fingerprint_of(request, room, tv)[:_FINGERPRINT_CHARS] if tv else 'nameless'}"


async def _has_room(devices: Devices, room: Room, name: str) -> bool:
    """Whether this TV is known, or may become one more of its screen."""
    screen = name.rpartition("/")[0]
    known = {report.name: report for report in await devices.all(room.plan.bazaar.id) if report.kind == "screen"}
    of_screen = [other for other in known if other.rpartition("/")[0] == screen]
    strangers = [other for other, report in known.items() if not report.detail.get("paired")]
    return name in known or (len(of_screen) < TVS_PER_SCREEN_MAX and len(strangers) < STRANGERS_MAX)
