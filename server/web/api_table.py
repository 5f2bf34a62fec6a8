"""What every address takes and gives, by method and path: the table from which the OpenAPI document is made.

Rule: a route without a row here fails a test. What a row says is tried with random requests (`make fuzz`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from server.core.values import Lane
from server.web.api_shapes import (
    ANY,
    COMMAND_ID,
    FORM,
    HTML,
    JSON,
    NUMBER,
    OFFSET,
    SVG,
    TEXT,
    YES,
    Schema,
    fields,
    many,
    of,
    one_of,
    orders,
    texts,
)

NONE: Mapping[str, Schema] = MappingProxyType({})
PAGE: Mapping[str, Schema] = {HTML: TEXT}
DONE: Mapping[str, Schema] = {JSON: of("Done")}
CONTACTS: Mapping[str, Schema] = {JSON: of("Contacts")}
LANES = texts(*Lane)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path: ``answers`` by status and ``body`` by media type, ``query`` by name.

    ``paired``: it is for devices that bring a key or a cookie. Faults (4XX, 503) need not be said: they have one shape everywhere.
    """

    answers: Mapping[int, Mapping[str, Schema]]
    body: Mapping[str, Schema] = field(default_factory=dict)
    query: Mapping[str, Schema] = field(default_factory=dict)
    paired: bool = False


def _page(*, paired: bool = False, elsewhere: int = 0, **query: Schema) -> Operation:
    """A page, or the way to another one."""
    return Operation(answers={200: PAGE, **({elsewhere: NONE} if elsewhere else {})}, query=query, paired=paired)


def _json(schema: Schema, *, status: int = 200, body: Schema | None = None, paired: bool = False, **query: Schema) -> Operation:
    """JSON, for JSON where the address takes a body."""
    return Operation(answers={status: {JSON: schema}}, body={JSON: body} if body else {}, query=query, paired=paired)


def _form(form: Schema, *, paired: bool = False, page: bool = False) -> Operation:
    """A form, answered with the way to a page, or with a page."""
    return Operation(answers={303: NONE, **({200: PAGE} if page else {})}, body={FORM: form}, paired=paired)


def _both(body: Schema, answers: Mapping[int, Mapping[str, Schema]], *, paired: bool = False) -> Operation:
    """JSON, answered with JSON; or a form of the same fields, answered with the way to a page."""
    return Operation(answers={**answers, 303: NONE}, body={JSON: body, FORM: {"type": "object"}}, paired=paired)


_WISH = fields(
    "lane",
    "representing",
    "code",
    "visit",
    services=many(TEXT),
    command_id=COMMAND_ID,
    lane=LANES,
    representing=YES,
    code=one_of(TEXT, {"type": "null"}),
    visit=one_of(TEXT, {"type": "null"}),
)
_SCREEN = one_of(
    fields("agencies", "zone", "speaks", code=TEXT, command_id=COMMAND_ID, name=TEXT, agencies=many(TEXT), zone=TEXT, speaks=YES),
    fields(code=TEXT, screen=TEXT),
)
_REPORT = fields("version", device=TEXT, state=texts("ok", "sound_locked", "no_sound"), version=TEXT, offset=OFFSET)
_PUSH = fields(endpoint=TEXT, keys=fields(p256dh=TEXT, auth=TEXT))
_CONTACT = one_of(fields("ahead", ahead=NUMBER, push=_PUSH), fields("ahead", ahead=NUMBER, phone=TEXT))
_SLIDES = fields(slides=many(fields(kind=TEXT, url=TEXT)))
_SOUND = Operation(answers={200: {"audio/wav": ANY, "audio/mpeg": ANY}})
_LOG = {"application/vnd.msgpack": ANY, "application/x-ndjson": ANY}
_SHEET = {"from": NUMBER, "to": NUMBER, "lane": LANES, "format": TEXT}
_LIVE = Operation(answers={101: NONE}, query={"channels": TEXT, "have": TEXT})

OPERATIONS: Mapping[tuple[str, str], Operation] = {
    ("GET", "/healthz"): _json(fields(alive=YES)),
    ("GET", "/readyz"): Operation(answers={200: {JSON: of("Ready")}, 503: {JSON: of("Ready")}}),
    ("GET", "/metrics"): Operation(answers={200: {"text/plain": TEXT}}),
    ("GET", "/openapi.json"): _json({"type": "object"}),
    ("GET", "/"): _page(elsewhere=302),
    ("GET", "/tv"): _page(elsewhere=302),
    ("GET", "/{bazaar}"): _page(lang=TEXT),
    ("GET", "/{bazaar}/tv/{screen}"): _page(turn=TEXT),
    ("GET", "/{bazaar}/order"): _page(),
    ("GET", "/{bazaar}/join"): _page(),
    ("GET", "/{bazaar}/worker.js"): Operation(answers={200: {"text/javascript": TEXT}}),
    ("GET", "/{bazaar}/tv"): _page(elsewhere=303),
    ("GET", "/{bazaar}/tv-code"): _json(fields(code=TEXT, ready=YES)),
    ("GET", "/{bazaar}/slides"): Operation(answers={200: {JSON: _SLIDES}, 304: NONE}),
    ("GET", "/{bazaar}/slides/{version}/{name}"): Operation(answers={200: {"image/*": ANY, "video/*": ANY}, 206: NONE}),
    ("GET", "/{bazaar}/voice/{version}/{name}.wav"): _SOUND,
    ("GET", "/{bazaar}/voice/{version}/{language}/{label}/{counter}/{form}.{kind}"): _SOUND,
    ("GET", "/{bazaar}/log"): Operation(answers={200: _LOG}, query={"after": OFFSET}),
    ("GET", "/{bazaar}/live"): _LIVE,
    ("GET", "/{bazaar}/views/{channel}"): Operation(answers={200: {JSON: of("Frame")}, 304: NONE}),
    ("POST", "/{bazaar}/tickets"): _both(_WISH, {201: {JSON: of("Tickets")}}),
    ("POST", "/{bazaar}/devices"): _json(fields(day_code=TEXT), body=_REPORT),
    # By a secret
    ("GET", "/{bazaar}/visit/{token}"): _page(),
    ("GET", "/{bazaar}/visit/{token}/join"): _page(),
    ("GET", "/{bazaar}/visit/{token}/qr.svg"): Operation(answers={200: {SVG: TEXT}}),
    ("GET", "/{bazaar}/visit/{token}/data.json"): _json(of("Held")),
    ("GET", "/{bazaar}/visit/{token}/alerts"): _json(of("Contacts")),
    ("POST", "/{bazaar}/visit/{token}/commands"): _both(orders("counter", only=("hold", "return", "cancel")), {200: DONE}),
    ("POST", "/{bazaar}/visit/{token}/alerts"): _both(_CONTACT, {201: CONTACTS}),
    ("POST", "/{bazaar}/visit/{token}/alerts/erase"): _both({"type": "object"}, {200: CONTACTS}),
    ("DELETE", "/{bazaar}/visit/{token}/alerts"): _json(of("Contacts")),
    ("GET", "/{bazaar}/paper/{paper}"): _page(elsewhere=303),
    ("POST", "/{bazaar}/paper/{paper}"): _form(fields(command_id=COMMAND_ID), page=True),
    ("GET", "/{bazaar}/pair/{key}"): Operation(answers={303: NONE}),
    # Staff
    ("GET", "/{bazaar}/kiosk/{number}"): _page(paired=True),
    ("GET", "/{bazaar}/kiosk/{number}/visit/{token}"): _page(paired=True),
    ("POST", "/{bazaar}/kiosk/{number}/tickets"): _form(fields(services=TEXT, command_id=COMMAND_ID), paired=True),
    ("POST", "/{bazaar}/kiosk/{number}/help"): _form({"type": "object"}, paired=True),
    ("POST", "/{bazaar}/kiosk/{number}/report"): _json(fields(printer=ANY), body=fields(help=YES), paired=True),
    ("GET", "/{bazaar}/kiosk/{number}/prints"): _json({"type": "object"}, paired=True, ticket=many(TEXT)),
    ("GET", "/{bazaar}/counter/{number}"): _page(paired=True),
    ("POST", "/{bazaar}/counter/{number}/commands"): _both(orders("counter"), {200: DONE}, paired=True),
    ("POST", "/{bazaar}/counter/{number}/taken"): _form({"type": "object"}, paired=True),
    ("GET", "/{bazaar}/desk"): _page(paired=True),
    ("POST", "/{bazaar}/desk/commands"): _both(orders(), {200: DONE}, paired=True),
    ("GET", "/{bazaar}/desk/screen"): _page(paired=True, code=TEXT),
    ("POST", "/{bazaar}/desk/screen"): _both(_SCREEN, {200: {JSON: fields(screen=TEXT, offset=NUMBER)}}, paired=True),
    ("GET", "/{bazaar}/devices"): _json(of("Devices"), paired=True),
    ("GET", "/{bazaar}/desk/printing"): _page(paired=True),
    ("POST", "/{bazaar}/desk/printing"): _both(fields(kiosk=NUMBER, ticket=TEXT), {202: {JSON: fields(sent=TEXT)}}, paired=True),
    ("GET", "/{bazaar}/rolls"): _page(paired=True),
    ("POST", "/{bazaar}/rolls"): _form(fields(line=TEXT, lane=LANES, first=TEXT, count=TEXT, command_id=COMMAND_ID), paired=True),
    ("GET", "/{bazaar}/rolls/{line}"): Operation(answers={200: PAGE}, query=_SHEET, paired=True),
    ("GET", "/{bazaar}/pair"): _page(paired=True),
    ("POST", "/{bazaar}/pair"): _form(fields(device=TEXT, command_id=COMMAND_ID), paired=True),
}
