"""A hub with nothing behind it: its store is a log in memory, so that a measurement of it measures the fan-out.

    python -m bench.lone_hub plain|transports

prints ``{"home"}`` when it serves. After a line on standard input its line A changes as soon as everybody has the change before. After a
second one it stops that and prints ``{"frames", "cpu_s"}`` of the time between them; with the end of standard input it ends.
"""

import asyncio
import json
import sys
import time

from bench.replay import PLAN_FILE, without_quotas
from server.cli.wiring import PUBLIC_PARTS, application, listening, open_bazaar_log
from server.hub.hub import Hub
from server.hub.room import Room
from server.hub.sockets import Sockets
from server.store.log import MemoryStore
from server.store.plan_file import read_plan
from server.web.keys import HUB, Addresses

SECRET = b"of a measurement"
SERVICE = "ktp"
WAITING = 60
"""So many people wait in the line before it is measured."""


async def serve() -> None:
    """Serve, and change the line when told to."""
    plan, store = without_quotas(read_plan(PLAN_FILE)), MemoryStore()
    await open_bazaar_log(store, plan, new_edition=False)
    app = application(store, SECRET, PUBLIC_PARTS, Addresses())
    async with listening(app, "127.0.0.1", 0) as url:
        hub = app[HUB]
        while (room := hub.rooms.get(plan.bazaar.id)) is None or not room.ready:
            await asyncio.sleep(0)
        for number in range(WAITING):
            await take(room, number)
        print(json.dumps({"home": f"{url}/{plan.bazaar.id}"}), flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        frames, cpu_s = hub.counts.frames_written, time.process_time()
        changing = asyncio.create_task(change(hub, room))
        await asyncio.to_thread(sys.stdin.readline)
        changing.cancel()
        print(json.dumps({"frames": hub.counts.frames_written - frames, "cpu_s": time.process_time() - cpu_s}), flush=True)
        await asyncio.to_thread(sys.stdin.read)


async def take(room: Room, number: int) -> None:
    """Give out one number of the line."""
    await room.submit({"command_id": f"of-the-measurement-{number:08d}", "do": "issue", "by": "desk", "services": [SERVICE]})


async def change(hub: Hub, room: Room) -> None:
    """Change the line, and again when so many frames are written as there are followers, for ever."""
    number = WAITING
    while True:
        due = hub.counts.frames_written + len(room.fanout)
        await take(room, number)
        number += 1
        while hub.counts.frames_written < due:
            await asyncio.sleep(0)


if __name__ == "__main__":
    if sys.argv[1] == "transports":
        setattr(Sockets, "copy_of", staticmethod(lambda _transport: None))  # noqa: B010  # a method given a new value
    asyncio.run(serve())
