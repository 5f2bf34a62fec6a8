"""One WebSocket: what it asks to follow, what it says to have, and how it comes from aiohttp to `Fanout`."""

import asyncio
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from aiohttp import web
from aiohttp.http_websocket import WebSocketReader

from server.core.values import natural
from server.hub import upgrade
from server.hub.carrier import Carrier
from server.hub.channels import Subprotocol
from server.hub.follower import Follower
from server.hub.roll import Channel
from server.hub.room import Room
from server.hub.sockets import Sockets
from server.hub.transports import Transports

CHANNELS_MAX = 64
NAME_CHARACTERS_MAX = 200
OFFSET_DIGITS_MAX = 19
AS = "as"
"""The parameter by which a client says what it is."""
CALLED = ("kiosk",)
"""What may stand there: whatever its channels do not tell."""


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


def parse_wish(query: Mapping[str, str], epoch: str) -> tuple[list[str], dict[str, int]]:
    """What an address asks to follow, and what it says to have; raises `BadFollow`."""
    return parse_channels(query.get("channels", "")), parse_have(query.get("have", ""), epoch)


@dataclass(frozen=True, slots=True)
class Carriers:
    """How connections of this process are carried: as plain sockets where that can be, else as asyncio's transports."""

    sockets: Sockets = field(default_factory=Sockets)
    transports: Transports = field(default_factory=Transports)


@dataclass(frozen=True, slots=True)
class Wish:
    """A request to follow that can be granted: these channels of a room, offsets that the client has, and the answer to its handshake.

    ``kind`` and ``place`` are those of the follower.
    """

    room: Room
    channels: Sequence[Channel]
    have: Mapping[str, int]
    subprotocol: Subprotocol
    answer: bytes
    kind: str
    place: str = ""

    @classmethod
    def of(
        cls, room: Room, names: Sequence[str], have: Mapping[str, int], headers: Mapping[str, str], called: str = "", place: str = ""
    ) -> "Wish":
        """Of a request with these headers; ``called`` is what the client calls itself, if it does.

        Raises:
            HTTPBadRequest: it is for no WebSocket.
            UnknownChannel: one of the names.
        """
        accept, subprotocol = upgrade.accept_key(headers), upgrade.chosen(headers)
        channels, answer = room.channels(names), upgrade.answer(accept, subprotocol)
        kind = called if called in CALLED else channels[0].kind.follower
        return cls(room, channels, have, subprotocol or Subprotocol.JSON, answer, kind, place)

    def follower(self, fd: int, carrier: Carrier) -> Follower:
        """Whoever wishes it, as soon as they are carried."""
        return Follower(fd, carrier, self.subprotocol, self.room.fanout, self.kind, self.place)

    def grant(self, follower: Follower) -> None:
        """Let them follow. The answer and the first frames go out together."""
        self.room.follow(follower, self.channels, self.have, greeting=self.answer)


def take_in(fd: int, sockets: Sockets, wish: Wish, early: bytes) -> None:
    """Grant the wish on a plain socket, which is ours from now on; ``early`` is what the client sent behind its request."""
    follower = wish.follower(fd, sockets)
    sockets.carry(fd, follower)
    wish.grant(follower)
    if early:
        follower.received(early)


async def serve(request: web.Request, carriers: Carriers, wish: Wish) -> web.StreamResponse:
    """Grant a request its wish, and send frames until the client leaves. The response is to nobody: aiohttp's part is over."""
    transport = request.transport
    if transport is None:
        return web.Response()
    if (sock := transport.get_extra_info("socket")).family in (socket.AF_INET, socket.AF_INET6):
        upgrade.keep_little(sock)
    fd = None if transport.get_write_buffer_size() else carriers.sockets.copy_of(transport)
    if fd is not None:
        take_in(fd, carriers.sockets, wish, early=_taken_over(request.protocol, transport))
        return web.Response()
    follower = wish.follower(sock.fileno(), carriers.transports)
    ear = carriers.transports.carry(follower.fd, transport, follower)
    wish.grant(follower)
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
