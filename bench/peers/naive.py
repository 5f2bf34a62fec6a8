"""aiohttp as its documentation shows it: ``await ws.send_str(…)`` for one socket after the other.

python -m bench.peers.naive BYTES
"""

import asyncio
import sys

from aiohttp import WSMsgType, web

from bench.peers.publisher import obey, payload

BACKLOG = 1024


class Naive:
    """Everybody who is there, and a loop over them."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._sockets: set[web.WebSocketResponse] = set()

    async def publish(self, offset: int, due_ns: int) -> None:
        """See Server."""
        text = payload(offset, due_ns, self._size)
        for socket in list(self._sockets):
            try:
                await socket.send_str(text)
            except ConnectionError:
                self._sockets.discard(socket)

    async def handed_over(self) -> None:
        """It is once `publish` is over."""

    async def live(self, request: web.Request) -> web.WebSocketResponse:
        """Let a phone in, and keep it until it leaves."""
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        self._sockets.add(socket)
        async for message in socket:
            if message.type is WSMsgType.ERROR:
                break
        self._sockets.discard(socket)
        return socket


async def serve(size: int) -> None:
    """Serve until standard input ends."""
    naive, app = Naive(size), web.Application()
    app.router.add_get("/live", naive.live)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=BACKLOG).start()
    await obey(naive, {"port": runner.addresses[0][1]})


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
