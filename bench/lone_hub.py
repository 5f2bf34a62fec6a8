"""A hub with nothing behind it: its store is a log in memory, its line's view of one length, so that the fan-out is what is measured.

    python -m bench.lone_hub plain|transports

prints ``{"home"}`` when it serves. After a line on standard input its line A changes as soon as everybody has the change before. After a
second one it stops that and prints ``{"frames", "cpu_s"}`` of the time between them; with the end of standard input it ends.
"""

import asyncio
import json
import sys
import time

from aiohttp import web

from bench.replay import PLAN_FILE, START_MS, without_quotas
from server.core.bazaar import Bazaar
from server.core.values import CommandId
from server.hub.channels import ChannelKind, View
from server.hub.hub import Hub
from server.hub.room import Room
from server.hub.sockets import Sockets
from server.store.log import MemoryStore
from server.store.opening import open_log
from server.store.plan_file import read_plan
from server.web.app import make_app
from server.web.keys import HUB, Addresses
from server.web.limits import Limits

SERVICE = "ktp"
VIEW_CHARACTERS = 240
"""As many as the view of a line with some sixty people waiting has."""


async def serve() -> None:
    """Serve, and change the line when told to."""
    plan, store = without_quotas(read_plan(PLAN_FILE)), MemoryStore()
    await open_log(store.log(plan.bazaar.id), plan, by="admin", now_ms=START_MS, command_id=CommandId("opens-the-measurement"))
    await store.register(plan.bazaar.id)
    line = ChannelKind(name="line", rank=1, touched=lambda _bazaar, _event: ("A",), view=_view)
    app = make_app(Hub(store, [line], lambda: START_MS), b"of a measurement", [], Addresses(), Limits(burst=1, per_minute=1))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hub = app[HUB]
    while (room := hub.rooms.get(plan.bazaar.id)) is None or not room.ready:
        await asyncio.sleep(0)
    print(json.dumps({"home": f"http://127.0.0.1:{runner.addresses[0][1]}/{plan.bazaar.id}"}), flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    frames, cpu_s = hub.counts.frames_written, time.process_time()
    changing = asyncio.create_task(_change(hub, room))
    await asyncio.to_thread(sys.stdin.readline)
    changing.cancel()
    print(json.dumps({"frames": hub.counts.frames_written - frames, "cpu_s": time.process_time() - cpu_s}), flush=True)
    await asyncio.to_thread(sys.stdin.read)


def _view(bazaar: Bazaar, _key: str) -> View:
    return {"line": f"{bazaar.offset}".rjust(VIEW_CHARACTERS, ".")}


async def _change(hub: Hub, room: Room) -> None:
    """Change the line, and again when so many frames are written as there are followers, for ever."""
    while True:
        due = hub.counts.frames_written + len(room.fanout)
        order = {"do": "issue", "by": "desk", "services": [SERVICE]}
        await room.submit({"command_id": f"of-the-measurement-{room.offset:08d}", **order})
        while hub.counts.frames_written < due:
            await asyncio.sleep(0)


if __name__ == "__main__":
    if sys.argv[1] == "transports":
        setattr(Sockets, "copy_of", lambda _sockets, _transport: None)  # noqa: B010  # a method given a new value
    asyncio.run(serve())
