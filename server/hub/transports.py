"""Connections that stay with asyncio's transports: TLS, and whatever else is no plain TCP socket.

A transport takes one frame at most: as long as any of it is in its buffer, nothing else is written.
"""

import asyncio
from asyncio.sslproto import SSLProtocol

from server.hub.carrier import Listener

LOOK_AGAIN_S = 0.05
"""How often a transport that was full is looked at again."""

TLS_BUFFER_BYTES = 16 * 1024
"""No record of TLS is longer. asyncio has 256 KB ready for what each connection may send, and clients of ours send next to nothing."""


def keep_little_for_tls() -> None:
    """Have a TLS connection cost some 50 KB instead of 290, from now on."""
    SSLProtocol.max_size = TLS_BUFFER_BYTES


class Transports:
    """The transports of this process, by the file descriptor of their sockets."""

    def __init__(self) -> None:
        self._transports: dict[int, tuple[asyncio.Transport, Listener]] = {}
        self._full: dict[int, int] = {}
        self._looking: asyncio.TimerHandle | None = None

    def carry(self, fd: int, transport: asyncio.Transport, listener: Listener) -> "Ear":
        """Carry this connection; the ear is to be given what arrives, as aiohttp gives it."""
        self._transports[fd] = transport, listener
        return Ear(listener)

    def write(self, fd: int, data: bytes) -> int:
        """See Carrier."""
        if fd not in self._transports or (transport := self._transports[fd][0]).is_closing():
            raise BrokenPipeError
        if transport.get_write_buffer_size():
            raise BlockingIOError
        transport.write(data)
        return len(data)

    def await_room(self, fd: int) -> None:
        """See Carrier."""
        self._full[fd] = self._transports[fd][0].get_write_buffer_size()
        if self._looking is None:
            self._looking = asyncio.get_running_loop().call_later(LOOK_AGAIN_S, self._look)

    def room_came(self, fd: int) -> None:
        """See Carrier."""
        self._full.pop(fd, None)

    def end(self, fd: int) -> None:
        """See Carrier."""
        is_full = self._full.pop(fd, None) is not None
        transport, _ = self._transports.pop(fd, (None, None))
        if transport is not None:
            (transport.abort if is_full else transport.close)()

    def _look(self) -> None:
        """Tell those for whom something has gone out since the last look."""
        self._looking = None
        for fd, before in list(self._full.items()):
            transport, listener = self._transports[fd]
            left = transport.get_write_buffer_size()
            if left == 0 or left < before:
                self._full[fd] = left
                listener.has_room()
        if self._full and self._looking is None:
            self._looking = asyncio.get_running_loop().call_later(LOOK_AGAIN_S, self._look)


class Ear:
    """Hears one connection after its handshake, in the form that aiohttp has for it; ``ended`` is done when nothing more comes."""

    def __init__(self, listener: Listener) -> None:
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._listener = listener

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        """The client sent this; nothing of it is given back."""
        self._listener.received(data)
        return False, b""

    def feed_eof(self) -> None:
        """The connection is lost. The listener hears it at once: the file descriptor is free for another connection from now on."""
        self._listener.gone()
        if not self.ended.done():
            self.ended.set_result(None)
