"""Plain TCP sockets that the hub writes itself: one system call for a frame, one epoll for all, no object of asyncio's for each.

A socket is taken from aiohttp once its handshake is written. What aiohttp and asyncio kept for it is then free, some 13 KB.
"""

import asyncio
import os
import select
import socket

from server.hub.carrier import Listener

READ_BYTES = 4096
EVENTS_MAX = 16
"""So many connections are heard in one turn of the loop: a hall that hangs up takes as long as a slice then."""
PARTING_S = 2.0
"""How long a client has to hang up after the hub has. A socket that is closed while something that it got is unread is reset, and the
goodbye is lost on the way."""


class Sockets:
    """The sockets of this process, by file descriptor."""

    def __init__(self) -> None:
        self.write = os.write
        self._listeners: dict[int, Listener] = {}
        self._parting: dict[int, asyncio.TimerHandle] = {}
        self._epoll: select.epoll | None = None

    @staticmethod
    def can_watch() -> bool:
        """Whether the system has what it takes."""
        return hasattr(select, "epoll")

    def copy_of(self, transport: asyncio.Transport) -> int | None:
        """A file descriptor of our own for the transport's socket; None when it is no plain TCP socket, or there is no other to be had."""
        sock = transport.get_extra_info("socket")
        is_plain = sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6) and transport.get_extra_info("sslcontext") is None
        if not is_plain or not self.can_watch():
            return None
        try:
            return os.dup(sock.fileno())
        except OSError:
            return None

    def carry(self, fd: int, listener: Listener) -> None:
        """Hear this connection from now on; it is ours to close. It does not block: asyncio has seen to that."""
        if self._epoll is None:
            self._epoll = select.epoll()
            asyncio.get_running_loop().add_reader(self._epoll.fileno(), self._hear, self._epoll)
        self._epoll.register(fd, select.EPOLLIN)
        self._listeners[fd] = listener

    def await_room(self, fd: int) -> None:
        """See Carrier."""
        self._watch(fd, select.EPOLLIN | select.EPOLLOUT)

    def room_came(self, fd: int) -> None:
        """See Carrier."""
        self._watch(fd, select.EPOLLIN)

    def end(self, fd: int) -> None:
        """See Carrier. The file descriptor stays taken until the client hangs up too, or its time is over."""
        if self._epoll is None or self._listeners.pop(fd, None) is None:
            return
        self._epoll.modify(fd, select.EPOLLIN)
        self._parting[fd] = asyncio.get_running_loop().call_later(PARTING_S, self._close, fd)
        if not _hung_up(fd):
            self._close(fd)

    def close(self) -> None:
        """End what is left, when this process stops serving."""
        for fd in (*self._listeners, *self._parting):
            self._close(fd)
        if self._epoll is not None:
            asyncio.get_running_loop().remove_reader(self._epoll.fileno())
            self._epoll.close()
            self._epoll = None

    def _close(self, fd: int) -> None:
        self._listeners.pop(fd, None)
        if timer := self._parting.pop(fd, None):
            timer.cancel()
        if self._epoll is not None:
            self._epoll.unregister(fd)  # by itself it would only forget it with asyncio's copy
        os.close(fd)

    def _watch(self, fd: int, events: int) -> None:
        if self._epoll is not None and fd in self._listeners:
            self._epoll.modify(fd, events)

    def _hear(self, epoll: select.epoll) -> None:
        for fd, events in epoll.poll(0, EVENTS_MAX):
            if events & select.EPOLLOUT and (listener := self._listeners.get(fd)):
                listener.has_room()
            if events & ~select.EPOLLOUT:
                self._read(fd)

    def _read(self, fd: int) -> None:
        try:
            data = os.read(fd, READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        listener = self._listeners.get(fd)
        if listener and data:
            listener.received(data)
        elif listener:
            listener.gone()
        elif not data and fd in self._parting:
            self._close(fd)


def _hung_up(fd: int) -> bool:
    """Say that nothing more will be written; whether anybody could be told."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=fd)
    try:
        sock.shutdown(socket.SHUT_WR)
    except OSError:
        return False
    finally:
        sock.detach()
    return True
