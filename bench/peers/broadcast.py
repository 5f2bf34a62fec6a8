"""The package ``websockets`` with its ``broadcast()``, which waits for nobody.

python -m bench.peers.broadcast BYTES
"""

import asyncio
import sys

from websockets.asyncio.server import ServerConnection
from websockets.asyncio.server import broadcast as to_all
from websockets.asyncio.server import serve as listen

from bench.peers.publisher import obey, payload

BACKLOG = 1024


class Broadcast:
    """Everybody who is there."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._connections: set[ServerConnection] = set()

    async def publish(self, offset: int, due_ns: int) -> None:
        """See Server."""
        to_all(self._connections, payload(offset, due_ns, self._size))

    async def handed_over(self) -> None:
        """Wait until no transport holds anything back."""
        while any(connection.transport.get_write_buffer_size() for connection in self._connections):
            await asyncio.sleep(0)

    async def live(self, connection: ServerConnection) -> None:
        """Keep a phone until it leaves."""
        self._connections.add(connection)
        try:
            await connection.wait_closed()
        finally:
            self._connections.discard(connection)


async def serve(size: int) -> None:
    """Serve until standard input ends."""
    server = Broadcast(size)
    async with listen(server.live, "127.0.0.1", 0, compression=None, ping_interval=None, backlog=BACKLOG) as listening:
        await obey(server, {"port": listening.sockets[0].getsockname()[1]})


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
