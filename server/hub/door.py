"""The door of a listening socket: lets connections in, a few in each turn of the loop, and shows each the way that is its own.

Rule: whoever comes is looked at once, and nothing of what they sent is taken from the socket meanwhile. So a connection that is not taken
straight in goes to aiohttp as it came, and there is one place only that answers whatever is wrong with a request.
"""

import asyncio
import errno
import logging
import os
import resource
import socket
import ssl
from collections.abc import Callable

ACCEPTS = 4
"""So many connections are let in in one turn of the loop, which takes as long as a slice of a sweep: when a whole hall comes back at once,
each has every other turn, and neither stops the other."""
BACKLOG = 4096
"""So many wait outside; the kernel keeps them. Who comes when all places are taken tries again a second later by itself."""
SILENT_S = 10
"""A connection that has said nothing is the kernel's for so long, and takes no file descriptor here."""
HEAD_BYTES = 8192
"""No longer a request's head is looked at."""
OWN_FILES = 100
"""Open files that are no follower: the store, what listens, requests, connections on their way from aiohttp to the hub."""
SPARE_FILES = 20
"""Of these the last few are never a request's: the way back to a store that was away needs one."""
REST_S = 1.0
"""For so long nobody is let in when the system has no file or no memory for one more."""
TLS_HELLO = b"\x16"
"""The first byte of whoever speaks TLS; no method of HTTP begins so."""
HANDSHAKE_S = 10.0
"""TLS has to be agreed on for so long; behind it waits whoever holds a file descriptor with nothing to say."""
NO_PLACE = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM))
FULL = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

Take = Callable[[socket.socket, bytes], bool]
"""Takes a connection over, if it is one for that, by the first bytes that it sent, which are still to be read; whether it has."""

logger = logging.getLogger(__name__)


def is_for_requests_only(fd: int) -> bool:
    """Whether so many files are open that no more followers are taken. A file descriptor is the lowest number free: it tells how many."""
    return fd >= files_max() - OWN_FILES


def files_max() -> int:
    """So many files this process may have open."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


class Door:
    """Lets in who comes to a bound socket: ``take`` has the first look, ``others`` makes the protocol for whom it does not take.

    With ``tls`` whoever speaks TLS is heard so, and whoever does not, plainly: ``others`` sees which it was, and sends them there.
    """

    def __init__(self, sock: socket.socket, take: Take, others: Callable[[], asyncio.Protocol], tls: ssl.SSLContext | None = None) -> None:
        self._sock = sock
        self._take = take
        self._others = others
        self._tls = tls
        self._loop = asyncio.get_running_loop()
        self._shown_on: set[asyncio.Task[None]] = set()
        self._resting: asyncio.TimerHandle | None = None
        self._was_full = False
        self._fd_max = files_max() - SPARE_FILES

    def open(self) -> None:
        """Let people in from now on."""
        self._sock.setblocking(False)
        if hasattr(socket, "TCP_DEFER_ACCEPT"):
            self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, SILENT_S)
        self._sock.listen(BACKLOG)
        self._loop.add_reader(self._sock, self._admit)

    def close(self) -> None:
        """Let in nobody any more."""
        self._loop.remove_reader(self._sock)
        if self._resting is not None:
            self._resting.cancel()
        for task in self._shown_on:
            task.cancel()
        self._sock.close()

    def _admit(self) -> None:
        for _ in range(ACCEPTS):
            try:
                sock, _ = self._sock.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in NO_PLACE:
                    self._rest(error)
                    return
                continue  # that one has hung up meanwhile
            sock.setblocking(False)
            self._show_in(sock)

    def _show_in(self, sock: socket.socket) -> None:
        try:
            if sock.fileno() >= self._fd_max:
                self._send_away(sock)
                return
            self._was_full = False
            words = _first_words(sock)
            if self._take(sock, words):
                return
        except OSError:
            sock.close()
            return
        task = self._loop.create_task(self._show_on(sock, self._tls if not words or words.startswith(TLS_HELLO) else None))
        self._shown_on.add(task)
        task.add_done_callback(self._shown_on.discard)

    async def _show_on(self, sock: socket.socket, tls: ssl.SSLContext | None) -> None:
        try:
            await self._loop.connect_accepted_socket(self._others, sock, ssl=tls, ssl_handshake_timeout=HANDSHAKE_S if tls else None)
        except OSError:
            sock.close()

    def _send_away(self, sock: socket.socket) -> None:
        """Say that there is no place. What was sent is read first: a socket that is closed over it is reset, and the answer lost."""
        _first_words(sock, 0)
        sock.send(FULL)
        sock.close()
        self._tell_full("all files that this process may open are open")

    def _rest(self, error: OSError) -> None:
        """Look again a little later: who waits outside would wake this loop in every turn, for nothing."""
        self._tell_full(os.strerror(error.errno or 0))
        self._loop.remove_reader(self._sock)
        self._resting = self._loop.call_later(REST_S, self._loop.add_reader, self._sock, self._admit)

    def _tell_full(self, why: str) -> None:
        if not self._was_full:
            logger.error("no place for more connections: %s", why)
        self._was_full = True


def _first_words(sock: socket.socket, flags: int = socket.MSG_PEEK) -> bytes:
    try:
        return sock.recv(HEAD_BYTES, flags)
    except BlockingIOError:
        return b""
