"""What anyone may read of a bazaar: views as JSON, frames as they come, and the log itself."""

import json
from collections.abc import AsyncIterator

from aiohttp import web

from server.hub import live
from server.hub.live import BadFollow
from server.hub.room import Room, UnknownChannel
from server.store.codec import entry_as_json
from server.store.log import PAGE_ENTRIES
from server.web import errors
from server.web.requests import check_origin, require, room_of

routes = web.RouteTableDef()

NDJSON = "application/x-ndjson"


@routes.get("/{bazaar}/live")
async def follow(request: web.Request) -> web.StreamResponse:
    """A WebSocket that brings the frames of ``channels``, but for those that the client says to ``have``."""
    check_origin(request)
    room = room_of(request)
    try:
        names = live.parse_channels(request.query.get("channels", ""))
        have = live.parse_have(request.query.get("have", ""), room.epoch)
    except BadFollow as error:
        raise errors.malformed(error.field, error.fault) from None
    for name in names:
        _check_may_follow(request, room, name)
    return await live.serve(request, room, names, have)


@routes.get("/{bazaar}/views/{channel:.+}")
async def view(request: web.Request) -> web.Response:
    """The newest frame of one channel as JSON; with the ETag that the client has, 304."""
    room = room_of(request)
    name = request.match_info["channel"]
    _check_may_follow(request, room, name)
    frame = room.frame(name)
    etag = f"{frame.epoch}:{frame.mark.offset}"
    headers = {"ETag": f'"{etag}"', "Cache-Control": "no-cache"}
    if any(known.value in (etag, "*") for known in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    return web.json_response({**frame.as_map(), "at": room.writer.fresh_at}, headers=headers)


def _check_may_follow(request: web.Request, room: Room, name: str) -> None:
    """The channel is here, for whoever asks.

    Raises:
        Problem: 401, 403, 404; 503 when it is good, but this process has not read of it yet.
    """
    try:
        kind, key = room.kind_of(name)
    except UnknownChannel:
        raise errors.not_found("channel") from None
    try:
        room.frame(name)
    except UnknownChannel:
        raise (errors.store_unreachable() if kind.by_token else errors.not_found("channel")) from None
    if kind.principals is not None:
        require(request, room, *kind.principals(key))


@routes.get("/{bazaar}/log")
async def log(request: web.Request) -> web.StreamResponse:
    """The log's entries after offset ``after``: the very bytes, or JSON lines to whoever accepts only those."""
    room = room_of(request)
    after = request.query.get("after", "0")
    if not (after.isascii() and after.isdecimal()) or len(after) > len(str(2**63)):
        raise errors.malformed("after", "no offset")
    as_lines = NDJSON in request.headers.get("Accept", "")
    response = web.StreamResponse(headers={"Content-Type": NDJSON if as_lines else "application/vnd.msgpack"})
    async for page in _pages(room, int(after)):
        if not response.prepared:
            await response.prepare(request)
        await response.write(_written(page, as_lines))
    if not response.prepared:
        await response.prepare(request)
    await response.write_eof()
    return response


async def _pages(room: Room, after: int) -> AsyncIterator[list[bytes]]:
    """The records up to the top of this moment, a page at a time."""
    top = room.offset
    while after < top:
        records = await room.read(after, min(PAGE_ENTRIES, top - after))
        if not records:
            return
        yield records
        after += len(records)


def _written(records: list[bytes], as_lines: bool) -> bytes:
    if not as_lines:
        return b"".join(records)
    return b"".join(json.dumps(entry_as_json(record), ensure_ascii=False).encode() + b"\n" for record in records)
