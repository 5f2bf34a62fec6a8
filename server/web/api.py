"""What anyone may read of a bazaar: views as JSON, frames as they come, and the log itself."""

import json

from aiohttp import web

from server.hub import live
from server.hub.channels import Frame
from server.hub.door import is_for_requests_only
from server.hub.live import BadFollow, Wish
from server.hub.room import Room, UnknownChannel
from server.store.codec import entry_as_json
from server.web import errors
from server.web.keys import HUB, PROXIES
from server.web.limits import place_of
from server.web.packing import pack
from server.web.requests import check_origin, require, room_of

routes = web.RouteTableDef()

NDJSON = "application/x-ndjson"
PLACE_RETRY_S = 5
"""When an address that has all its connections may look again."""


@routes.get("/{bazaar}/live")
async def follow(request: web.Request) -> web.StreamResponse:
    """A WebSocket that brings the frames of ``channels``, but for those that the client says to ``have``."""
    check_origin(request)
    room = room_of(request)
    try:
        names, have = live.parse_wish(request.query, room.epoch)
    except BadFollow as error:
        raise errors.malformed(error.field, error.fault) from None
    for name in names:
        _frame_for(request, room, name)
    if is_for_requests_only(request.transport.get_extra_info("socket").fileno() if request.transport else 0):
        raise errors.no_place()
    hub = request.app[HUB]
    is_counted = request.remote not in request.app[PROXIES] and not any(room.kind_of(name)[0].principals for name in names)
    place = place_of(request.remote) if is_counted else ""
    if not hub.has_place_for(place):
        raise errors.too_many(PLACE_RETRY_S)
    wish = Wish.of(room, names, have, request.headers, request.query.get(live.AS, ""), place)
    return await live.serve(request, hub.carriers, wish)


@routes.get("/{bazaar}/views/{channel:.+}")
async def view(request: web.Request) -> web.Response:
    """The newest frame of one channel as JSON; with the client's own ETag 304. ``Urut-At`` says when it was last known to hold."""
    room = room_of(request)
    frame = _frame_for(request, room, request.match_info["channel"])
    etag = f"{frame.epoch}:{frame.mark.offset}"
    known = frame.as_map()
    headers = {"ETag": f'"{etag}"', "Cache-Control": "no-cache", "Urut-At": str(known["at"])}
    if any(tag.value in (etag, "*") for tag in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    return pack(request, web.json_response(known, headers=headers))


def _frame_for(request: web.Request, room: Room, name: str) -> Frame:
    """The newest frame of a channel, if it is here, and for whoever asks.

    Raises:
        Problem: 401, 403, 404; 503 when it is good, but this process has not read of it yet.
    """
    try:
        kind, key = room.kind_of(name)
    except UnknownChannel:
        raise errors.not_found("channel") from None
    try:
        frame = room.frame(name)
    except UnknownChannel:
        raise (errors.store_unreachable() if kind.by_token else errors.not_found("channel")) from None
    if kind.principals is not None:
        require(request, room, *kind.principals(key))
    return frame


@routes.get("/{bazaar}/log")
async def log(request: web.Request) -> web.StreamResponse:
    """The log's entries after offset ``after``: the very bytes, or JSON lines to whoever accepts only those."""
    room = room_of(request)
    after = live.parse_offset(request.query.get("after", "0"))
    if after is None:
        raise errors.malformed("after", "no offset")
    as_lines = NDJSON in request.headers.get("Accept", "")
    response = web.StreamResponse(headers={"Content-Type": NDJSON if as_lines else "application/vnd.msgpack"})
    async for page in room.pages(after):
        if not response.prepared:
            await response.prepare(request)
        await response.write(_written(page, as_lines))
    if not response.prepared:
        await response.prepare(request)
    await response.write_eof()
    return response


def _written(records: list[bytes], as_lines: bool) -> bytes:
    if not as_lines:
        return b"".join(records)
    return b"".join(json.dumps(entry_as_json(record), ensure_ascii=False).encode() + b"\n" for record in records)
