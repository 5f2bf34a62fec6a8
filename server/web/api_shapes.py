"""What goes in and out over HTTP, as JSON Schema: small pieces, and the commands as the store reads them."""

from collections.abc import Mapping
from typing import Any

from server.core.commands import COMMANDS
from server.core.values import COMMAND_ID_PATTERN
from server.store.bounds import COMMAND_BOUNDS
from server.store.shapes import schema

Schema = Mapping[str, Any]

JSON, FORM, HTML, SVG = "application/json", "application/x-www-form-urlencoded", "text/html", "image/svg+xml"
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
OFFSET: Schema = {"type": "integer", "minimum": 0, "maximum": 2**53 - 1}
YES: Schema = {"type": "boolean"}
COMMAND_ID: Schema = {"type": "string", "pattern": f"^{COMMAND_ID_PATTERN}$"}
ANY: Schema = {}


def texts(*closed: str) -> Schema:
    """One text of a closed list."""
    return {"type": "string", "enum": list(closed)}


def many(item: Schema) -> Schema:
    """A list of them."""
    return {"type": "array", "items": item}


def one_of(*schemas: Schema) -> Schema:
    """Any of these."""
    return {"anyOf": list(schemas)}


def of(name: str) -> Schema:
    """A component by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def fields(*optional: str, **known: Schema) -> Schema:
    """A map with these fields, all but ``optional`` required; others may be there, and are passed over."""
    required = [name for name in known if name not in optional]
    return {"type": "object", "properties": dict(known), **({"required": required} if required else {})}


def orders(*without: str, only: tuple[str, ...] = ()) -> Schema:
    """Any command (`commands`), or ``only`` these; fields ``without`` may be left out, for the address says them."""
    names = only or tuple(COMMANDS)
    return {"anyOf": [_sent(do, without) for do in names]}


def _sent(do: str, without: tuple[str, ...]) -> Schema:
    known = dict(schema(COMMANDS[do], COMMAND_BOUNDS))
    known.pop("$defs", None)
    left = [name for name in known.get("required", ()) if name not in without]
    properties = {"do": {"const": do}, "command_id": COMMAND_ID, **known.get("properties", {})}
    return {"type": "object", "title": do, "properties": properties, "required": ["do", "command_id", *left]}


def components() -> dict[str, Schema]:
    """What several answers share, and the closed lists of the commands."""
    closed: dict[str, Schema] = {}
    for cls in COMMANDS.values():
        closed |= schema(cls, COMMAND_BOUNDS).get("$defs", {})
    return {**closed, **_SHARED}


_TICKET = fields(label=TEXT, line=TEXT, services=many(TEXT), ahead={"type": ["integer", "null"]})
_CONTACTS = many({"type": "object"})
_SHARED: Mapping[str, Schema] = {
    "Problem": fields("field", code=TEXT, sentence=TEXT, field=TEXT),
    "Done": fields(offset=NUMBER, events=many({"type": "array", "minItems": 2, "maxItems": 2})),
    "Frame": fields(channel=TEXT, epoch=TEXT, offset=NUMBER, at=NUMBER, view={"type": "object"}),
    "Tickets": fields(tickets=many(_TICKET), visit=TEXT, url=TEXT, offset=NUMBER, printing=YES),
    "Contacts": fields("key", "gateway", key=TEXT, gateway=YES, contacts=_CONTACTS),
    "Held": fields(bazaar=TEXT, visit=TEXT, tickets=many({"type": "object"}), alerts=_CONTACTS, alerts_kept_until=ANY),
    "Devices": fields(devices=many(fields(device=TEXT, kind=TEXT, state=TEXT, light=TEXT)), day_code=TEXT),
    "Ready": fields(ready=YES, store=YES, bazaars={"type": "object", "additionalProperties": fields(ready=YES, offset=NUMBER)}),
}
