"""A hub that says exactly what a test tells it to, for the clients that follow one: ``static/feed.js`` and ``displays/follower.py``."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgpack
from aiohttp import web

STATIC = Path(__file__).parents[1] / "static"
PATIENCE_S = 60
Frame = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Visit:
    """One connection of a client: what it asked for, and the socket to answer on."""

    query: dict[str, str]
    socket: web.WebSocketResponse
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, *frames: Frame) -> None:
        """Write frames in the subprotocol that the client chose."""
        for frame in frames:
            if self.socket.ws_protocol == "urut.v1.msgpack":
                await self.socket.send_bytes(msgpack.packb(frame))
            else:
                await self.socket.send_str(json.dumps(frame))

    async def close(self, code: int) -> None:
        """End the connection with a close code."""
        await self.socket.close(code=code)


@dataclass(slots=True, kw_only=True)
class FakeHub:
    """Serves an empty page at ``/``, the static files, and sockets at ``/mayangan/live``."""

    url: str = ""
    status: int = 101
    visits: asyncio.Queue[Visit] = field(default_factory=asyncio.Queue)

    @property
    def home(self) -> str:
        """The bazaar's address."""
        return f"{self.url}/mayangan"

    async def visit(self) -> Visit:
        """The next connection that a client opens."""
        async with asyncio.timeout(PATIENCE_S):
            return await self.visits.get()

    async def live(self, request: web.Request) -> web.StreamResponse:
        """The socket of a client; refused when ``status`` says so."""
        if self.status != 101:
            return web.Response(status=self.status)
        socket = web.WebSocketResponse(protocols=("urut.v1.json", "urut.v1.msgpack"))
        await socket.prepare(request)
        visit = Visit(query=dict(request.query), socket=socket)
        self.visits.put_nowait(visit)
        async for _ in socket:
            pass
        visit.ended.set()
        return socket


async def _empty_page(_request: web.Request) -> web.Response:
    return web.Response(text="<!doctype html><title>empty</title>", content_type="text/html")


@asynccontextmanager
async def fake_hub() -> AsyncIterator[FakeHub]:
    """A fake hub on a free port, gone with the context."""
    hub = FakeHub()
    app = web.Application()
    app.router.add_get("/", _empty_page)
    app.router.add_get("/mayangan/live", hub.live)
    app.router.add_static("/static", STATIC)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        hub.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield hub
    finally:
        await runner.cleanup()


def frame(channel: str = "hall", offset: int = 1, *, epoch: str = "e1", at: int = 1000, view: object = None) -> Frame:
    """A frame; a heartbeat when the channel is ""."""
    position = {"channel": channel, "epoch": epoch, "offset": offset, "at": at, "head": f"{offset:08x}"}
    return position if channel == "" else {**position, "view": view}
