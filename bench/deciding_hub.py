"""The hub of `bench.deciding`: serves what a store holds, and notes the longest time for which its loop was held.

    python -m bench.deciding_hub URL BAZAARS

prints ``{"home"}`` when it is ready with so many bazaars, and ``{"longest_hold_ms"}`` since the last time after each line on standard
input; with its end it ends.
"""

import asyncio
import json
import sys
import time

from aiohttp import web

import counters.channels
import counters.pages
import displays.channels
from bench.figures import NS_PER_MS
from server.hub.hub import Hub
from server.hub.loop import new_loop, spare_the_collector
from server.store.redis import connect
from server.web.app import make_app
from server.web.credentials import Credentials
from server.web.keys import Addresses
from server.web.limits import Limits

SECRET = b"of a measurement"
BACKLOG = 1000
"""Connections that may come at once."""


class Holds:
    """The longest time between two turns of the loop, ms: by the clock, and what this process computed in one of them.

    By the clock a turn is also as long as somebody else has the core.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self.longest_ms = self.longest_cpu_ms = 0.0

    async def note(self) -> None:
        """Come by in every turn of the loop, for ever. That keeps a core busy: nothing else may be measured on it meanwhile."""
        while True:
            begun, computed = time.perf_counter(), time.thread_time()
            await asyncio.sleep(0)
            self.longest_ms = max(self.longest_ms, (time.perf_counter() - begun) * 1000)
            self.longest_cpu_ms = max(self.longest_cpu_ms, (time.thread_time() - computed) * 1000)


async def serve(url: str, bazaars: int) -> None:
    """Serve, and tell when asked to."""
    store = connect(url)
    kinds = (*displays.channels.kinds(Credentials(SECRET)), *counters.channels.kinds())
    hub = Hub(store, kinds, lambda: time.time_ns() // NS_PER_MS)
    app = make_app(hub, SECRET, [counters.pages.routes], Addresses(), Limits(burst=1, per_minute=1))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=BACKLOG).start()
    while len(hub.rooms) < bazaars or not hub.ready or not all(room.bazaar.tickets for room in hub.rooms.values()):
        await asyncio.sleep(0.01)
    spare_the_collector()
    print(json.dumps({"home": f"http://127.0.0.1:{runner.addresses[0][1]}"}), flush=True)
    await _tell_holds()
    await runner.cleanup()
    await store.close()


async def _tell_holds() -> None:
    """From the first line on, until standard input ends."""
    holds, noting = Holds(), None
    while await asyncio.to_thread(sys.stdin.readline):
        noting = noting or asyncio.create_task(holds.note())
        longest = {"longest_hold_ms": round(holds.longest_ms, 2), "longest_hold_cpu_ms": round(holds.longest_cpu_ms, 2)}
        print(json.dumps(longest), flush=True)
        holds.forget()
    if noting is not None:
        noting.cancel()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(serve(sys.argv[1], int(sys.argv[2])))
