"""The hub of `bench.deciding`: serves what a store holds, and notes the longest time for which its loop was held.

    python -m bench.deciding_hub URL BAZAARS

prints ``{"home"}`` when it is ready with so many bazaars, and ``{"longest_hold_ms"}`` since the last time after each line on standard
input; with its end it ends.
"""

import asyncio
import json
import sys
import time

from server.cli.wiring import STAFF_PARTS, application, listening
from server.store.redis import connect
from server.web.keys import HUB, Addresses

SECRET = b"of a measurement"


class Holds:
    """The longest time between two turns of the loop, ms."""

    def __init__(self) -> None:
        self.longest_ms = 0.0

    async def note(self) -> None:
        """Come by in every turn of the loop, for ever. That keeps a core busy: nothing else may be measured on it meanwhile."""
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(0)
            self.longest_ms = max(self.longest_ms, (time.perf_counter() - begun) * 1000)


async def serve(url: str, bazaars: int) -> None:
    """Serve, and tell when asked to."""
    store = connect(url)
    app = application(store, SECRET, STAFF_PARTS, Addresses())
    async with listening(app, "127.0.0.1", 0) as home:
        hub = app[HUB]
        while len(hub.rooms) < bazaars or not hub.ready or any(not room.bazaar.tickets for room in hub.rooms.values()):
            await asyncio.sleep(0.01)
        print(json.dumps({"home": home}), flush=True)
        noting: asyncio.Task[None] | None = None
        holds = Holds()
        while await asyncio.to_thread(sys.stdin.readline):
            longest, holds.longest_ms = holds.longest_ms, 0.0
            noting = noting or asyncio.create_task(holds.note())
            print(json.dumps({"longest_hold_ms": round(longest, 2)}), flush=True)
        if noting is not None:
            noting.cancel()
    await store.close()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
