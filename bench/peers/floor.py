"""The floor where there is no C compiler: one write of a ready frame to each socket, from Python.

python -m bench.peers.floor BYTES
"""

import asyncio
import socket
import sys

from bench.peers.publisher import obey, payload

ANSWER = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
SEND_BUFFER_BYTES = 32 * 1024
REQUEST_BYTES = 2048
BACKLOG = 1024


class Floor:
    """Everybody who is there."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._phones: list[socket.socket] = []
        self._newest = self._frame(1, 0)

    async def publish(self, offset: int, due_ns: int) -> None:
        """See Server. Whoever has no room is passed over."""
        self._newest = self._frame(offset, due_ns)
        for phone in list(self._phones):
            try:
                phone.send(self._newest)
            except BlockingIOError:
                continue
            except OSError:
                self._phones.remove(phone)

    async def handed_over(self) -> None:
        """It is once `publish` is over."""

    async def let_in(self, listening: socket.socket) -> None:
        """Let in whoever comes, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            phone, _ = await loop.sock_accept(listening)
            phone.setblocking(False)
            phone.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
            phone.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await loop.sock_recv(phone, REQUEST_BYTES)
            phone.send(ANSWER + self._newest)
            self._phones.append(phone)

    def _frame(self, offset: int, due_ns: int) -> bytes:
        return b"\x81\x7e" + self._size.to_bytes(2) + payload(offset, due_ns, self._size).encode()


async def serve(size: int) -> None:
    """Serve until standard input ends."""
    floor, listening = Floor(size), socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
    listening.setblocking(False)
    coming = asyncio.create_task(floor.let_in(listening))
    await obey(floor, {"port": listening.getsockname()[1]})
    coming.cancel()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
