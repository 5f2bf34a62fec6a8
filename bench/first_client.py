"""The first phone of a sweep: how soon after a frame is published it is there, whatever crowd stands behind it.

Everywhere else an event counts from when it was due; here from the moment at which the hub folded the line's new view.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace

from rich.console import RenderableType

from bench.audience import audience
from bench.figures import Times, sheet_of_times
from bench.servers import HUB, KINDS, Say, hub_command, serving
from bench.windows import window

EVERY_MS = 250
SETTLE_S = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstClient:
    """Of so many events before so many phones: when the first and when the last phone had the frame."""

    phones: int
    first: Times
    last: Times

    def tables(self) -> Iterable[RenderableType]:
        """See Result."""
        title = f"From a frame's publishing to …, {self.phones:,} phones, {self.first.count} events"
        yield sheet_of_times(title, (("first phone", self.first), ("last phone", self.last)))


async def measure_first_client(*, phones: int, seconds: float, say: Say) -> FirstClient:
    """Bring a few events a second to so many phones."""
    say(f"the first of {phones:,} phones")
    async with serving(replace(KINDS[HUB], command=hub_command("folded"))) as server, audience(server.address, phones) as crowd:
        await asyncio.sleep(SETTLE_S)
        arrivals = (await window(server, crowd, seconds, every_ms=EVERY_MS)).seen.arrivals.values()
    whole = [arrival for arrival in arrivals if arrival.due_ns]
    return FirstClient(
        phones=phones,
        first=Times.of(arrival.first_ns - arrival.due_ns for arrival in whole),
        last=Times.of(arrival.last_ns - arrival.due_ns for arrival in whole),
    )
