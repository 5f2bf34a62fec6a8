"""A network between client and server that can lose what a test wants lost."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

PATIENCE_S = 60.0


class Proxy:
    """Hands bytes on both ways, but for so many requests that never arrive, and so many answers to requests that did arrive.

    With the loss its connection ends.
    """

    def __init__(self, port: int) -> None:
        self.port = 0
        self.requests_to_lose = 0
        self.replies_to_lose = 0
        self._server_port = port

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side or a lost reply ends it."""
        from_server, to_server = await asyncio.open_connection("127.0.0.1", self._server_port)
        requests = asyncio.create_task(self._hand_on(reader, to_server))
        replies = asyncio.create_task(self._hand_on(from_server, writer, replies=True))
        await asyncio.wait([requests, replies], return_when=asyncio.FIRST_COMPLETED)
        for task in (requests, replies):
            task.cancel()
        for stream in (writer, to_server):
            stream.close()

    async def _hand_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, replies: bool = False) -> None:
        while data := await source.read(65536):
            if replies and self.replies_to_lose:
                self.replies_to_lose -= 1
                return
            if not replies and self.requests_to_lose:
                self.requests_to_lose -= 1
                return
            target.write(data)
            await target.drain()


@asynccontextmanager
async def proxy_to(port: int) -> AsyncIterator[Proxy]:
    """A proxy on a port of its own before the server on this port."""
    proxy = Proxy(port)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    yield proxy
    server.close()


async def until(holds: Callable[[], bool]) -> None:
    """Give the other tasks their turn until this holds; they have not for ever."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await asyncio.sleep(0.001)
