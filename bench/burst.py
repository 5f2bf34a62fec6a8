"""A burst: events come faster than anybody can bring them to the crowd. How old is what the phones show, and when is it over?

Frames that hold the whole truth need no queue: the age should stay within a few sweeps, whatever the rate and however long. A sweep is what
the same server took, just before, to bring one event to the whole crowd.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from rich.console import RenderableType

from bench.audience import audience
from bench.figures import Times, sheet
from bench.servers import Kind, Say, serving
from bench.side_by_side import Runs, by_turns
from bench.windows import window

EVERY_MS = 10
SETTLE_S = 0.7
SWEEPS_S, SWEEP_EVERY_MS = 3.0, 600
MS_PER_S = 1000
BYTES_PER_MB = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Aged:
    """One server; medians of all rounds. ``sweep_ms``: one event to all phones, alone. ``p50_ms``, ``p99_ms``: the age of what phones
    showed. ``last_after_ms``: from the last event until everybody had it; None when not everybody ever had. ``grown_mb``: by how much the
    process grew."""

    name: str
    title: str
    sweep_ms: float
    p50_ms: float
    p99_ms: float
    last_after_ms: float | None
    grown_mb: float
    backwards: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """Servers side by side."""

    phones: int
    seconds: float
    aged: tuple[Aged, ...]
    failed: dict[str, str]

    def tables(self) -> Iterable[RenderableType]:
        """See Result."""
        title = f"{MS_PER_S / EVERY_MS:.0f} events a second for {self.seconds:g} s, {self.phones:,} phones: age of what they show"
        heads = (
            "server",
            "a sweep, ms",
            "p50, ms",
            "p99, ms",
            "p99 in sweeps",
            "last event everywhere after, ms",
            "… in sweeps",
            "grown by, MB",
        )
        yield sheet(title, heads, [_row(one) for one in self.aged])


def _row(one: Aged) -> Sequence[str]:
    ages = (f"{one.sweep_ms:.0f}", f"{one.p50_ms:.0f}", f"{one.p99_ms:.0f}", f"{one.p99_ms / one.sweep_ms:.1f}")
    last = ("never", "") if one.last_after_ms is None else (f"{one.last_after_ms:.0f}", f"{one.last_after_ms / one.sweep_ms:.1f}")
    return (one.title, *ages, *last, f"{one.grown_mb:.1f}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    sweep_ms: float
    p50_ms: float
    p99_ms: float
    last_after_s: float | None
    grown_bytes: int
    backwards: int


async def measure_burst(*, kinds: Sequence[Kind], phones: int, seconds: float, rounds: int, say: Say) -> Burst:
    """Let each server have its burst, in turn."""
    runs = await by_turns(kinds, rounds, f"a burst before {phones:,} phones", partial(_measure, phones, seconds), say)
    return Burst(phones=phones, seconds=seconds, aged=tuple(_aged(kind, runs) for kind in runs.of), failed={**runs.failed})


async def _measure(phones: int, seconds: float, kind: Kind) -> _Run:
    async with serving(kind) as server, audience(server.address, phones) as crowd:
        await asyncio.sleep(SETTLE_S)
        alone = (await window(server, crowd, SWEEPS_S, every_ms=SWEEP_EVERY_MS)).seen.arrivals.values()
        before = server.resident_bytes
        burst = await window(server, crowd, seconds, every_ms=EVERY_MS)
        return _Run(
            sweep_ms=Times.of(at.last_ns - at.due_ns for at in alone if at.due_ns).p50_ms,
            p50_ms=burst.seen.ages.p50_ms,
            p99_ms=burst.seen.ages.p99_ms,
            last_after_s=burst.last_after_s,
            grown_bytes=server.resident_bytes - before,
            backwards=burst.seen.backwards,
        )


def _aged(kind: Kind, runs: Runs[_Run]) -> Aged:
    everywhere = [run.last_after_s for run in runs.of[kind]]
    return Aged(
        name=kind.name,
        title=kind.title,
        sweep_ms=round(runs.medians(kind, lambda run: run.sweep_ms), 1),
        p50_ms=round(runs.medians(kind, lambda run: run.p50_ms), 1),
        p99_ms=round(runs.medians(kind, lambda run: run.p99_ms), 1),
        last_after_ms=None if None in everywhere else round(max(after or 0 for after in everywhere) * MS_PER_S, 1),
        grown_mb=round(runs.medians(kind, lambda run: run.grown_bytes) / BYTES_PER_MB, 1),
        backwards=sum(run.backwards for run in runs.of[kind]),
    )
