"""One WebSocket: what it asks to follow and what it says to have; the rest is `Fanout`'s."""

from collections.abc import Mapping, Sequence

from aiohttp import web

from server.hub.channels import Subprotocol
from server.hub.outbox import Outbox
from server.hub.room import Room

CHANNELS_MAX = 64
NAME_CHARACTERS_MAX = 200
OFFSET_DIGITS_MAX = 19
MESSAGE_BYTES_MAX = 4096
"""Followers have nothing to say; what they send is read and dropped, and too much of it ends the connection."""


class BadFollow(Exception):
    """A request to follow that makes no sense: ``field`` is the parameter at fault, ``fault`` what is wrong with it."""

    def __init__(self, field: str, fault: str) -> None:
        self.field = field
        self.fault = fault
        super().__init__(f"{field}: {fault}")


def parse_channels(text: str) -> list[str]:
    """``a,b,…`` as a list of distinct names, in order; raises `BadFollow`."""
    names = list(dict.fromkeys(text.split(",")))
    if not text:
        raise BadFollow("channels", "name at least one channel")
    if len(names) > CHANNELS_MAX:
        raise BadFollow("channels", f"at most {CHANNELS_MAX} channels")
    if "" in names or any(len(name) > NAME_CHARACTERS_MAX for name in names):
        raise BadFollow("channels", "a name is empty or too long")
    return names


def parse_have(text: str, epoch: str) -> dict[str, int]:
    """``channel@epoch:offset,…`` as offsets by channel, those of another epoch left out; raises `BadFollow`."""
    have = {}
    for item in filter(None, text.split(",")):
        name, at, position = item.rpartition("@")
        of_epoch, colon, offset = position.partition(":")
        known = parse_offset(offset)
        if not (at and colon and name) or known is None:
            raise BadFollow("have", f"{item[:NAME_CHARACTERS_MAX]!r} is not channel@epoch:offset")
        if of_epoch == epoch:
            have[name] = known
    return have


def parse_offset(text: str) -> int | None:
    """The offset that stands in an address, None when it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= OFFSET_DIGITS_MAX else None


async def serve(request: web.Request, room: Room, names: Sequence[str], have: Mapping[str, int]) -> web.WebSocketResponse:
    """Upgrade the request and send the room's frames until the client leaves."""
    socket = web.WebSocketResponse(protocols=tuple(Subprotocol), compress=False, max_msg_size=MESSAGE_BYTES_MAX)
    await socket.prepare(request)
    transport = request.transport
    if transport is None:
        return socket
    outbox = Outbox(transport, Subprotocol(socket.ws_protocol or Subprotocol.JSON))
    room.follow(outbox, names, have)
    try:
        async for _ in socket:
            pass
    finally:
        room.leave(outbox)
    return socket
