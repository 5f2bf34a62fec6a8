"""The fan-out alone: how many frames one core brings to a crowd, how soon they are there, and what an idle connection costs.

Every server has one core to itself, the crowd another. At saturation the next event comes as soon as the kernel has all of the one before;
eight events of one turn come as soon as it has the eight before; at a pace there are two events a second.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

from rich.console import RenderableType

from bench.audience import Arrival, Seen, audience
from bench.figures import sheet
from bench.servers import FLOOR, FRAME_BYTES, Kind, Say, serving
from bench.side_by_side import Runs, by_turns, pairs
from bench.windows import window

SETTLE_S = 0.7
TURN_EVENTS = 8
PACE_MS = 500
US = 1_000_000
NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """One server with one crowd; medians of all rounds, and the hub's figures over its own, pair by pair.

    ``events_per_s``: how far all phones together came in the log when events came eight at a time. ``first_ms``, ``last_ms``: when the
    first and the last phone had an event, at two events a second; ``p50_ms`` and ``p99_ms`` of all phones.
    """

    name: str
    title: str
    deliveries_per_s: int
    deliveries_ratios: tuple[float, ...]
    events_per_s: int
    events_ratios: tuple[float, ...]
    us_per_delivery: float
    first_ms: float
    p50_ms: float
    p99_ms: float
    last_ms: float
    last_ratios: tuple[float, ...]
    bytes_per_connection: int
    crowd_busy: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fanout:
    """Servers side by side with crowds of one size."""

    phones: int
    frame_bytes: int
    carried: tuple[Carried, ...]
    failed: dict[str, str]

    def tables(self) -> Iterable[RenderableType]:
        """See Result."""
        full = [
            (one.title, f"{one.deliveries_per_s:,}", pairs(one.deliveries_ratios), f"{one.events_per_s:,}", pairs(one.events_ratios))
            for one in self.carried
        ]
        heads = ("server", "deliveries/s", "urut ÷ it, by pair", "events/s, 8 a turn", "urut ÷ it, by pair")
        yield sheet(f"Fan-out at saturation, {self.phones:,} phones, frames of {self.frame_bytes} bytes", heads, full)
        paced = [
            (one.title, *(f"{ms:.1f}" for ms in (one.first_ms, one.p50_ms, one.p99_ms, one.last_ms)), pairs(one.last_ratios))
            for one in self.carried
        ]
        yield sheet(f"Two events a second, {self.phones:,} phones: ms", ("server", "first", "p50", "p99", "last", "last: urut ÷ it"), paced)
        costs = [
            (one.title, f"{one.us_per_delivery:.1f}", f"{one.bytes_per_connection:,}", f"{one.crowd_busy:.0%}") for one in self.carried
        ]
        yield sheet("What it costs", ("server", "CPU µs a delivery", "bytes a connection", "the crowd's own core"), costs)
        yield self._proof()

    def _proof(self) -> str:
        """Whether the crowd, which takes so much from the floor, could have held the others up."""
        floor = next((one for one in self.carried if one.name == FLOOR), None)
        if floor is None:
            return "Without the floor nothing shows that the crowd was not the slower part."
        most = max(one.deliveries_per_s for one in self.carried if one.name != FLOOR)
        capacity = round(floor.deliveries_per_s / max(floor.crowd_busy, 0.01))
        verdict = "it held nobody up" if capacity > most and floor.crowd_busy < 1 else "it may have been the slower part"
        took = f"The crowd took {floor.deliveries_per_s:,} frames a second from the floor with {floor.crowd_busy:.0%} of its core"
        return f"{took}, so it could take {capacity:,}; the fastest of the others gave {most:,}: {verdict}."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    full: Seen
    eight: Seen
    paced: Seen
    us_per_delivery: float
    bytes_per_connection: float
    phones: int

    @property
    def first_ms(self) -> float:
        return median((at.first_ns - at.due_ns) / NS_PER_MS for at in self._whole)

    @property
    def last_ms(self) -> float:
        return median((at.last_ns - at.due_ns) / NS_PER_MS for at in self._whole)

    @property
    def _whole(self) -> list[Arrival]:
        arrivals = [arrival for arrival in self.paced.arrivals.values() if arrival.due_ns]
        if not arrivals or any(arrival.count < self.phones for arrival in arrivals):
            raise RuntimeError("some phones never had an event")
        return arrivals


async def measure_fanout(*, kinds: Sequence[Kind], phones: int, seconds: float, rounds: int, say: Say) -> Fanout:
    """Let each server bring events to so many phones, in turn."""
    runs = await by_turns(kinds, rounds, f"fan-out to {phones:,} phones", partial(_measure, phones, seconds), say)
    return Fanout(phones=phones, frame_bytes=FRAME_BYTES, carried=tuple(_carried(kind, runs) for kind in runs.of), failed={**runs.failed})


async def _measure(phones: int, seconds: float, kind: Kind) -> _Run:
    async with serving(kind) as server:
        before = server.resident_bytes
        async with audience(server.address, phones) as crowd:
            await asyncio.sleep(SETTLE_S)
            grown = server.resident_bytes - before
            full = await window(server, crowd, seconds)
            eight = await window(server, crowd, seconds, events=TURN_EVENTS)
            paced = await window(server, crowd, 2 * seconds, every_ms=PACE_MS)
            return _Run(
                full=full.seen,
                eight=eight.seen,
                paced=paced.seen,
                us_per_delivery=full.cpu_s / (full.seen.frames_per_s * seconds) * US,
                bytes_per_connection=grown / phones,
                phones=phones,
            )


def _carried(kind: Kind, runs: Runs[_Run]) -> Carried:
    def figures(run: _Run) -> float:
        return run.full.frames_per_s

    return Carried(
        name=kind.name,
        title=kind.title,
        deliveries_per_s=round(runs.medians(kind, figures)),
        deliveries_ratios=runs.ratios(kind, figures),
        events_per_s=round(runs.medians(kind, lambda run: run.eight.events_per_s)),
        events_ratios=runs.ratios(kind, lambda run: run.eight.events_per_s),
        us_per_delivery=round(runs.medians(kind, lambda run: run.us_per_delivery), 2),
        first_ms=round(runs.medians(kind, lambda run: run.first_ms), 2),
        p50_ms=round(runs.medians(kind, lambda run: run.paced.lateness.p50_ms), 1),
        p99_ms=round(runs.medians(kind, lambda run: run.paced.lateness.p99_ms), 1),
        last_ms=round(runs.medians(kind, lambda run: run.last_ms), 1),
        last_ratios=runs.ratios(kind, lambda run: run.last_ms),
        bytes_per_connection=round(runs.medians(kind, lambda run: run.bytes_per_connection)),
        crowd_busy=round(runs.medians(kind, lambda run: run.full.busy), 2),
    )
