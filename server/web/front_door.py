"""Straight from the door to the hub: a follower of public channels on a plain socket needs no request, no route and no task of its own.

Rule: this only ever says yes. What is not as it should be, or not for everybody, goes to aiohttp, whose handler says what is wrong.
"""

import asyncio
import socket

from aiohttp import hdrs, web
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http import HttpProcessingError, HttpRequestParser, HttpVersion11, RawRequestMessage
from aiohttp.streams import EMPTY_PAYLOAD

from server.core.values import BazaarId
from server.hub import live, upgrade
from server.hub.door import Take, is_for_requests_only
from server.hub.hub import Hub
from server.hub.live import BadFollow, Wish
from server.hub.room import UnknownChannel
from server.hub.sockets import Sockets
from server.web.limits import place_of
from server.web.requests import is_of_another_site

FIRST_WORD = b"GET /"
PLACE = "live"
READ_BYTES = 65_536


def front_door(hub: Hub, proxies: frozenset[str] = frozenset()) -> Take:
    """What the hub takes by itself, where it can watch many sockets. Whoever comes by a proxy counts for no address: it knows better."""

    def take(sock: socket.socket, head: bytes) -> bool:
        if not head.startswith(FIRST_WORD) or is_for_requests_only(sock.fileno()):
            return False
        request, early = _parsed(head)
        remote = sock.getpeername()[0]
        wish = request and _wish(hub, request, "" if remote in proxies else place_of(remote))
        if not wish or not hub.has_place_for(wish.place):
            return False
        upgrade.keep_little(sock)
        sock.recv(len(head))
        live.take_in(sock.detach(), hub.carriers.sockets, wish, early)
        return True

    return take if Sockets.can_watch() else nobody


def nobody(_sock: socket.socket, _head: bytes) -> bool:
    """A front door that takes nobody: what speaks TLS, or where sockets cannot be watched."""
    return False


def _parsed(head: bytes) -> tuple[RawRequestMessage | None, bytes]:
    """The request that these bytes are, and what stands behind it: if it is a whole one, without a body, for another protocol than HTTP."""
    loop = asyncio.get_running_loop()
    try:
        messages, upgraded, behind = HttpRequestParser(BaseProtocol(loop), loop, READ_BYTES).feed_data(head)
    except HttpProcessingError:
        return None, b""
    if not upgraded or len(messages) != 1 or messages[0][1] is not EMPTY_PAYLOAD:
        return None, b""
    return messages[0][0], behind


def _wish(hub: Hub, request: RawRequestMessage, remote: str) -> Wish | None:
    """What the request asks for, if everybody may have it."""
    bazaar, _, place = request.url.raw_path[1:].partition("/")
    room = hub.rooms.get(BazaarId(bazaar))
    headers = request.headers
    if room is None or not room.opened or place != PLACE or request.method != hdrs.METH_GET or request.version != HttpVersion11:
        return None
    if hdrs.HOST not in headers or hdrs.EXPECT in headers or is_of_another_site(headers, headers[hdrs.HOST]):
        return None
    try:
        names, have = live.parse_wish(request.url.query, room.epoch)
        if any(room.kind_of(name)[0].principals for name in names):
            return None
        return Wish.of(room, names, have, headers, request.url.query.get(live.AS, ""), remote)
    except (BadFollow, UnknownChannel, web.HTTPBadRequest):
        return None
