"""From an HTTP request to a WebSocket (RFC 6455, section 4.2): the handshake, without aiohttp's own reader and writer of frames."""

import base64
import hashlib
import socket
from collections.abc import Mapping

from aiohttp import hdrs, web

from server.hub.channels import Subprotocol

VERSION = "13"
KEY_BYTES = 16
SEND_BUFFER_BYTES = 32 * 1024
"""Little is kept in the kernel for a slow reader, so that what it reads is never old."""
USER_TIMEOUT_MS = 40_000
"""A peer that acknowledges nothing for so long is gone: its device left the hall without a goodbye."""

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept_key(headers: Mapping[str, str]) -> str:
    """The handshake's answer to the client's key.

    Raises:
        HTTPBadRequest: the request asks for no WebSocket of this version.
    """
    key = headers.get(hdrs.SEC_WEBSOCKET_KEY, "")
    if headers.get(hdrs.UPGRADE, "").strip().lower() != "websocket" or "upgrade" not in headers.get(hdrs.CONNECTION, "").lower():
        raise web.HTTPBadRequest(text="This address is for WebSockets.")
    if headers.get(hdrs.SEC_WEBSOCKET_VERSION) != VERSION or not _is_key(key):
        raise web.HTTPBadRequest(text=f"The WebSocket's version is not {VERSION}, or its key is none.")
    return base64.b64encode(hashlib.sha1(key.encode() + _GUID).digest()).decode()  # noqa: S324  # as the protocol has it


def chosen(headers: Mapping[str, str]) -> Subprotocol | None:
    """The first subprotocol the client names that there is."""
    named = (name.strip() for name in headers.get(hdrs.SEC_WEBSOCKET_PROTOCOL, "").split(","))
    return next((Subprotocol(name) for name in named if name in Subprotocol.__members__.values()), None)


def answer(accept: str, subprotocol: Subprotocol | None) -> bytes:
    """The response that ends the handshake."""
    lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Accept: {accept}"]
    if subprotocol is not None:
        lines.append(f"Sec-WebSocket-Protocol: {subprotocol}")
    return "\r\n".join([*lines, "", ""]).encode()


def keep_little(sock: socket.socket) -> None:
    """Bound what the kernel keeps for a TCP connection, and how long it believes in a silent peer."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) == KEY_BYTES
    except ValueError:  # no base64, or not even ASCII
        return False
