"""The lightest WebSocket client that still notes exactly what arrives and when: a thousand of them must not cost more than the hub itself.

Times are CLOCK_MONOTONIC, which on Linux is one clock for all processes.
"""

import asyncio
import base64
import os
import re
import time
from collections.abc import Callable
from urllib.parse import urlsplit

OnFrame = Callable[["Follower", int, int], None]
"""Called with the follower, the frame's offset, and the time of its arrival in ns."""

_OFFSET = b'"offset":'
_DUE = re.compile(rb'"due_ns":(\d+)')
_HEARTBEAT = b'{"channel":""'
_END_OF_HEAD = b"\r\n\r\n"
_CLOSE = 0x88
HTTP_PORT = 80


class Follower(asyncio.Protocol):
    """One screen or phone that follows one channel. ``offset`` is that of its newest frame, ``due_ns`` when the frame of a measurement says
    that it was due; ``lost`` tells that the hub hung up."""

    __slots__ = ("_on_frame", "_request", "_rest", "_upgraded", "due_ns", "first_frame", "lost", "offset", "transport")

    def __init__(self, request: bytes, on_frame: OnFrame) -> None:
        self.offset = 0
        self.due_ns = 0
        self.lost = False
        self.first_frame: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._request = request
        self._on_frame = on_frame
        self._rest = b""
        self._upgraded = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:
        """The hub hung up, or we did."""
        self.lost = True
        if not self.first_frame.done():
            self.first_frame.set_exception(ConnectionError(f"the hub hung up: {self._rest[:200]!r}"))

    def data_received(self, data: bytes) -> None:
        """Note each whole frame, and keep what is not whole yet."""
        now_ns = time.monotonic_ns()
        self._rest = data = self._rest + data if self._rest else data
        if not self._upgraded:
            head, end, data = data.partition(_END_OF_HEAD)
            if not end:
                return
            self._upgraded = head.startswith(b"HTTP/1.1 101")
            if not self._upgraded:
                self.transport.close()
                return
        self._rest = self._frames(data, now_ns)

    def _frames(self, data: bytes, now_ns: int) -> bytes:
        """Take whole frames off the front; what is left."""
        while len(data) > 1:
            start, length = 2, data[1]
            if length > 125:  # the length stands in the 2 or 8 bytes that follow
                start = 4 if length == 126 else 10
                length = int.from_bytes(data[2:start])
            if len(data) < start + length:
                break
            if data[0] != _CLOSE and not data.startswith(_HEARTBEAT, start):
                self._frame(data, start, now_ns)
            data = data[start + length :]
        return data

    def _frame(self, data: bytes, start: int, now_ns: int) -> None:
        at = data.index(_OFFSET, start) + len(_OFFSET)
        offset = int(data[at : data.index(b",", at)])
        due = _DUE.search(data, at)
        self.due_ns = int(due[1]) if due else 0
        self._on_frame(self, offset, now_ns)
        self.offset = offset
        if not self.first_frame.done():
            self.first_frame.set_result(None)


async def follow(home: str, channel: str, on_frame: OnFrame) -> Follower:
    """Follow one channel of the bazaar at ``home`` (its URL); returns once the channel's first frame is there."""
    url = urlsplit(home)
    key = base64.b64encode(os.urandom(16)).decode()
    request = (
        f"GET {url.path}/live?channels={channel} HTTP/1.1\r\nHost: {url.netloc}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: urut.v1.json\r\n\r\n"
    )
    loop = asyncio.get_running_loop()
    _, follower = await loop.create_connection(lambda: Follower(request.encode(), on_frame), url.hostname or "", url.port or HTTP_PORT)
    await follower.first_frame
    return follower
