"""A hub with nothing behind it: its store is a log in memory, its line's view of one length, so that the fan-out is what is measured.

    python -m bench.lone_hub plain|transports|folded BYTES

publishes as every server of a measurement does (`bench.peers.publisher`). An event is a number given out in line A: a command, decided,
with an entry of its own, whose view every phone follows; frames are some BYTES long. ``plain`` is the hub as it is on plain sockets,
``transports`` as it is behind TLS; with ``folded`` events say that they were due when their view was folded.
"""

import asyncio
import socket
import sys
import time
from collections.abc import Callable
from typing import cast

from aiohttp import web

from bench.peers.publisher import obey
from bench.replay import PLAN_FILE, START_MS, without_quotas
from server.core.bazaar import Bazaar
from server.core.values import CommandId
from server.hub.channels import ChannelKind, View
from server.hub.door import Door
from server.hub.hub import Hub
from server.hub.loop import new_loop
from server.hub.room import Room
from server.hub.sockets import Sockets
from server.store.log import MemoryStore
from server.store.opening import open_log
from server.store.plan_file import read_plan
from server.web.app import make_app
from server.web.front_door import front_door
from server.web.keys import HUB, Addresses
from server.web.limits import Limits

SERVICE = "ktp"
AROUND_THE_VIEW = 150
"""So many bytes of a frame are not the filling of its view."""

EVERYBODY = 1_000_000
"""All phones of a measurement come from one address."""


class LoneHub:
    """The hub of one bazaar. The view of its line tells when the newest event was due."""

    def __init__(self, size: int, way: str) -> None:
        self._way = way
        self._filling = "." * (size - AROUND_THE_VIEW)
        self._due_ns = [0, 0]
        """By offset, on which the publisher and the log agree: the opening is entry 1."""
        self._written_by_then = 0

    async def start(self) -> int:
        """Serve; the port."""
        plan, store = without_quotas(read_plan(PLAN_FILE)), MemoryStore()
        await open_log(store.log(plan.bazaar.id), plan, by="admin", now_ms=START_MS, command_id=CommandId("opens-the-measurement"))
        await store.register(plan.bazaar.id)
        line = ChannelKind(name="line", rank=1, touched=lambda _bazaar, _event: ("A",), view=self._view)
        app = make_app(Hub(store, [line], lambda: START_MS), b"of a measurement", [], Addresses(), Limits(burst=1, per_minute=1))
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        self._hub = app[HUB]
        self._hub.followers_per_address = EVERYBODY
        listening = socket.create_server(("127.0.0.1", 0))
        take = front_door(self._hub) if self._way != "transports" else _nobody
        Door(listening, take, cast(Callable[[], asyncio.Protocol], runner.server)).open()
        while (room := self._hub.rooms.get(plan.bazaar.id)) is None or not room.ready:
            await asyncio.sleep(0)
        self._room: Room = room
        return int(listening.getsockname()[1])

    async def publish(self, offset: int, due_ns: int) -> None:
        """See Server."""
        self._due_ns.append(due_ns)
        self._written_by_then = self._hub.counts.frames_written + len(self._room.fanout)
        order = {"do": "issue", "by": "desk", "services": [SERVICE]}
        await self._room.submit({"command_id": f"of-the-measurement-{offset:08d}", **order})

    async def handed_over(self) -> None:
        """Wait until so many frames are written as there are followers."""
        while self._hub.counts.frames_written < self._written_by_then:
            await asyncio.sleep(0)

    def _view(self, bazaar: Bazaar, _key: str) -> View:
        due_ns = time.monotonic_ns() if self._way == "folded" else self._due_ns[bazaar.offset]
        return {"due_ns": due_ns, "line": self._filling}


def _nobody(_sock: socket.socket, _head: bytes) -> bool:
    """Who is to be carried by transports comes in by aiohttp."""
    return False


async def serve(size: int, way: str) -> None:
    """Serve until standard input ends."""
    hub = LoneHub(size, way)
    await obey(hub, {"port": await hub.start()})


if __name__ == "__main__":
    if sys.argv[1] == "transports":
        setattr(Sockets, "copy_of", lambda _sockets, _transport: None)  # noqa: B010  # a method given a new value
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(serve(int(sys.argv[2]), sys.argv[1]))
