"""What waits for one connection: at most the newest frame of each channel it follows; and the channels, with who follows them.

Rule: no connection is waited for. What does not fit in its socket now is written when there is room, and by then it is the newest.
"""

import asyncio
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from server.hub.channels import ChannelKind, Frame, Subprotocol

SEND_BUFFER_BYTES = 32 * 1024
"""Little is kept in the kernel for a slow reader, so that what it reads is never old."""
SLOW_S = 30.0
"""A connection that took nothing for so long is closed."""
USER_TIMEOUT_MS = 40_000
"""A peer that acknowledges nothing for so long is gone: its device left the hall without a goodbye."""


@dataclass(slots=True, eq=False)
class Channel:
    """One channel that somebody follows: its newest frame, and the outboxes of its followers in the order in which they came."""

    name: str
    kind: ChannelKind
    key: str
    frame: Frame
    followers: dict["Outbox", None] = field(default_factory=dict)


class Outbox:
    """The sending side of one WebSocket. ``sent`` holds the offset of the newest frame that each channel's client has."""

    __slots__ = ("_left", "_left_since", "_transport", "channels", "sent", "subprotocol", "waiting", "written_since_beat")

    def __init__(self, transport: asyncio.Transport, subprotocol: Subprotocol) -> None:
        self.subprotocol = subprotocol
        self.channels: Sequence[Channel] = ()
        self.sent: dict[str, int] = {}
        self.waiting: dict[Channel, None] = {}
        self.written_since_beat = False
        self._transport = transport
        self._left = 0
        self._left_since = 0.0
        _keep_little(transport)

    def offer(self, channel: Channel) -> bool:
        """Write the channel's newest frame if the client lacks it; with a full socket it waits. True when it was written."""
        frame = channel.frame
        if frame.mark.offset <= self.sent.get(channel.name, 0):
            return False
        if not self._is_empty():
            self.waiting[channel] = None
            return False
        self._write(frame)
        self.sent[channel.name] = frame.mark.offset
        return True

    def flush(self) -> int:
        """Write what waits as far as there is room; the number of frames written."""
        written = 0
        while self.waiting and self._is_empty():
            channel = next(iter(self.waiting))
            del self.waiting[channel]
            written += self.offer(channel)
        return written

    def heartbeat(self, frame: Frame) -> None:
        """Write a heartbeat, unless something was written since the last one or the socket is full."""
        if not self.written_since_beat and self._is_empty():
            self._write(frame)
        self.written_since_beat = False

    def is_slow(self) -> bool:
        """Whether the client has read nothing for `SLOW_S` although something waits for it."""
        left = self._transport.get_write_buffer_size()
        now = time.monotonic()
        if left == 0 or left != self._left:
            self._left, self._left_since = left, now
        return now - self._left_since > SLOW_S

    def close(self, code: int) -> None:
        """Write a close frame (RFC 6455, section 5.5.1) and end the connection when it is sent."""
        if not self._transport.is_closing():
            self._transport.write(b"\x88\x02" + code.to_bytes(2))
            self._transport.close()

    def abort(self) -> None:
        """End the connection at once; what it has not read is lost."""
        self._transport.abort()

    def _is_empty(self) -> bool:
        return self._transport.get_write_buffer_size() == 0

    def _write(self, frame: Frame) -> None:
        if not self._transport.is_closing():
            self._transport.write(frame.encoded(self.subprotocol))
            self.written_since_beat = True


def _keep_little(transport: asyncio.Transport) -> None:
    """Bound what the kernel keeps for a connection, and how long it believes in a silent peer."""
    sock = transport.get_extra_info("socket")
    if sock is None or sock.family not in (socket.AF_INET, socket.AF_INET6):
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)
