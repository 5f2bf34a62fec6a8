"""One WebSocket: what it asks to follow, what it says to have, and how it comes from aiohttp to `Fanout`."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast

from aiohttp import web
from aiohttp.http_websocket import WebSocketReader

from server.core.values import natural
from server.hub import upgrade
from server.hub.channels import Subprotocol
from server.hub.follower import Follower
from server.hub.room import Room
from server.hub.sockets import Sockets
from server.hub.transports import Transports

CHANNELS_MAX = 64
NAME_CHARACTERS_MAX = 200
OFFSET_DIGITS_MAX = 19


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
    return natural(text, OFFSET_DIGITS_MAX)


@dataclass(frozen=True, slots=True)
class Carriers:
    """How connections of this process are carried: as plain sockets where that can be, else as asyncio's transports."""

    sockets: Sockets = field(default_factory=Sockets)
    transports: Transports = field(default_factory=Transports)


async def serve(request: web.Request, carriers: Carriers, room: Room, names: Sequence[str], have: Mapping[str, int]) -> web.StreamResponse:
    """Upgrade the request, and send the room's frames until the client leaves. The response is to nobody: aiohttp's part is over.

    Raises:
        HTTPBadRequest: the request is for no WebSocket.
    """
    accept, subprotocol = upgrade.accept_key(request.headers), upgrade.chosen(request.headers)
    transport = request.transport
    if transport is None:
        return web.Response()
    upgrade.keep_little(transport.get_extra_info("socket"))
    transport.write(upgrade.answer(accept, subprotocol))
    made = partial(Follower, subprotocol=subprotocol or Subprotocol.JSON, host=room.fanout)
    fd = None if transport.get_write_buffer_size() else carriers.sockets.copy_of(transport)
    if fd is not None:
        follower = made(fd, carriers.sockets)
        early = _taken_over(request.protocol, transport)
        carriers.sockets.carry(fd, follower)
        room.follow(follower, names, have)
        follower.received(early)
        return web.Response()
    follower = made(transport.get_extra_info("socket").fileno(), carriers.transports)
    ear = carriers.transports.carry(follower.fd, transport, follower)
    room.follow(follower, names, have)
    request.protocol.set_parser(cast(WebSocketReader, ear))
    try:
        await ear.ended
    finally:
        follower.gone()
    return web.Response()


def _taken_over(protocol: web.RequestHandler, transport: asyncio.Transport) -> bytes:
    """End aiohttp's part in the connection, of which there is a copy; what it has read by now behind the request."""
    early = _Early()
    protocol.set_parser(cast(WebSocketReader, early))
    transport.abort()
    return early.data


class _Early:
    """What a client sent right behind its request, from aiohttp's hands."""

    def __init__(self) -> None:
        self.data = b""

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        """Keep it; nothing of it is given back."""
        self.data += data
        return False, b""

    def feed_eof(self) -> None:
        """Of aiohttp's copy of the socket, which says nothing about ours."""
