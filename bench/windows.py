"""A server publishes for a while, and a crowd is looked at meanwhile."""

import asyncio
import time
from dataclasses import dataclass

from bench.audience import Audience, Seen
from bench.servers import Server

WARM_UP_S = 0.3
LOOK_S = 0.02
DRAIN_S = 8.0
"""So long a server may take to bring the last event to everybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What was seen, and what it cost the server meanwhile. ``last_after_s``: when the last phone had the last event, after it was due;
    None when some had it not even `DRAIN_S` later."""

    seen: Seen
    cpu_s: float
    last_after_s: float | None


async def window(server: Server, crowd: Audience, seconds: float, *, events: int = 1, every_ms: int = 0) -> Window:
    """Publish for so long and a little longer; without a pause the server is warm before anything counts."""
    if every_ms:
        await crowd.begin(seconds)
        server.go(events=events, every_ms=every_ms)
    else:
        server.go(events=events)
        await asyncio.sleep(WARM_UP_S)
        await crowd.begin(seconds)
    cpu_s = server.cpu_s
    await asyncio.sleep(seconds)
    cpu_s = server.cpu_s - cpu_s
    offset, due_ns = await server.stop()
    last_ns = await everywhere(crowd, offset)
    return Window(seen=await crowd.end(), cpu_s=cpu_s, last_after_s=(last_ns - due_ns) / 1e9 if last_ns else None)


async def everywhere(crowd: Audience, offset: int, within_s: float = DRAIN_S) -> int | None:
    """When the last of all phones began to show this event or a newer one, in ns; None when that takes too long."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        count, last_ns = await crowd.shown(offset)
        if count == crowd.count:
            return last_ns
        await asyncio.sleep(LOOK_S)
    return None
