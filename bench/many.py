"""More phones than one process may have files for: several hubs, each with as many as it can hold. Are all held, and all reached?"""

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from rich.console import RenderableType

from bench.audience import Audience, audience
from bench.figures import sheet
from bench.processes import phones_max
from bench.servers import HUB, KINDS, Say, Server, serving
from bench.windows import everywhere

EVENTS, EVERY_MS = 3, 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One hub: how many phones it holds, how many have every event, and what each connection costs."""

    phones: int
    reached: int
    bytes_per_connection: int
    resident_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """Hubs beside each other, on as many cores as there are."""

    hubs: tuple[Holding, ...]

    def tables(self) -> Iterable[RenderableType]:
        """See Result."""
        phones, reached = sum(hub.phones for hub in self.hubs), sum(hub.reached for hub in self.hubs)
        rows = [
            (f"hub {number}", f"{hub.phones:,}", f"{hub.reached:,}", f"{hub.bytes_per_connection:,}", f"{hub.resident_mb:.0f}")
            for number, hub in enumerate(self.hubs, 1)
        ]
        title = f"Many: {phones:,} phones over {len(self.hubs)} hubs, {reached:,} reached by all of {EVENTS} events"
        yield sheet(title, ("process", "phones", "reached", "bytes a connection", "process, MB"), rows)


async def measure_many(*, phones: int, hubs: int, held_s: float, say: Say) -> Many:
    """Fill so many hubs with so many phones, hold them for so long, and bring them a few events."""
    share = -(-phones // hubs)
    if share > phones_max():
        say(f"{phones:,} phones over {hubs} hubs are more than this machine's limit of files allows: {hubs * phones_max():,} it is")
        share = phones_max()
    async with AsyncExitStack() as stack:
        filled = []
        for number in range(1, hubs + 1):
            say(f"connecting {share:,} phones to hub {number} of {hubs}")
            server = await stack.enter_async_context(serving(KINDS[HUB]))
            before = server.resident_bytes
            crowd = await stack.enter_async_context(audience(server.address, share))
            filled.append((server, crowd, before))
        say(f"holding all of them for {held_s:g} s")
        await asyncio.sleep(held_s)
        return Many(hubs=tuple([await _reach(*one) for one in filled]))


async def _reach(server: Server, crowd: Audience, before: int) -> Holding:
    """Bring this hub's phones a few events."""
    grown = server.resident_bytes - before
    await crowd.begin(1)
    server.go(every_ms=EVERY_MS)
    await asyncio.sleep((EVENTS - 0.5) * EVERY_MS / 1000)
    offset, _ = await server.stop()
    await everywhere(crowd, offset)
    arrivals = (await crowd.end()).arrivals.values()
    return Holding(
        phones=crowd.count,
        reached=min((arrival.count for arrival in arrivals), default=0) if len(arrivals) == EVENTS else 0,
        bytes_per_connection=round(grown / crowd.count),
        resident_mb=round(server.resident_bytes / 1e6, 1),
    )
