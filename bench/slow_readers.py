"""Phones that never read a byte, among those that do: what they cost the server, and what they cost the others."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from rich.console import RenderableType

from bench.audience import Address, audience
from bench.figures import sheet
from bench.servers import Kind, Say, serving
from bench.side_by_side import Runs, by_turns
from bench.windows import Window, window

FRAME_BYTES = 4096
"""Larger than a line's, so that the kernel's buffers are full soon."""
EVERY_MS = 125
SETTLE_S = 0.7
BYTES_PER_MB = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One server; medians of all rounds. How late frames were for those who read, without and with the others, and by how much the process
    grew in either run. ``everywhere``: whether the last event reached all who read, with the others there."""

    name: str
    title: str
    p99_alone_ms: float
    p99_beside_ms: float
    grown_alone_mb: float
    grown_beside_mb: float
    everywhere: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowReaders:
    """Servers side by side."""

    phones: int
    deaf: int
    seconds: float
    held: tuple[Held, ...]
    failed: dict[str, str]

    def tables(self) -> Iterable[RenderableType]:
        """See Result."""
        title = f"{self.deaf} that never read beside {self.phones:,} that do, 8 frames of 4 KB a second for {self.seconds:g} s"
        heads = (
            "server",
            "p99 without, ms",
            "p99 with, ms",
            "with ÷ without",
            "grown without, MB",
            "grown with, MB",
            "last event everywhere",
        )
        yield sheet(title, heads, [_row(one) for one in self.held])


def _row(one: Held) -> Sequence[str]:
    times = (f"{one.p99_alone_ms:.0f}", f"{one.p99_beside_ms:.0f}", f"{one.p99_beside_ms / max(one.p99_alone_ms, 0.1):.2f}")
    return (one.title, *times, f"{one.grown_alone_mb:.1f}", f"{one.grown_beside_mb:.1f}", "yes" if one.everywhere else "no")


@dataclass(frozen=True, slots=True)
class _Run:
    alone: Window
    beside: Window
    grown_alone: int
    grown_beside: int


async def measure_slow_readers(*, kinds: Sequence[Kind], phones: int, deaf: int, seconds: float, rounds: int, say: Say) -> SlowReaders:
    """Let each server have both runs, in turn."""
    runs = await by_turns(kinds, rounds, f"{deaf} slow readers", partial(_measure, phones, deaf, seconds), say)
    held = tuple(_held(kind, runs) for kind in runs.of)
    return SlowReaders(phones=phones, deaf=deaf, seconds=seconds, held=held, failed={**runs.failed})


async def _measure(phones: int, deaf: int, seconds: float, kind: Kind) -> _Run:
    alone, grown_alone = await _run(phones, 0, seconds, kind)
    beside, grown_beside = await _run(phones, deaf, seconds, kind)
    return _Run(alone, beside, grown_alone, grown_beside)


async def _run(phones: int, deaf: int, seconds: float, kind: Kind) -> tuple[Window, int]:
    """One run in a process of its own; by how many bytes that grew."""
    async with serving(kind, FRAME_BYTES) as server, audience(server.address, phones) as crowd, _deaf(server.address, deaf):
        await asyncio.sleep(SETTLE_S)
        before = server.resident_bytes
        seen = await window(server, crowd, seconds, every_ms=EVERY_MS)
        return seen, server.resident_bytes - before


@asynccontextmanager
async def _deaf(address: Address, count: int) -> AsyncIterator[None]:
    """So many who never read, if any."""
    if not count:
        yield
        return
    async with audience(address, count, deaf=True):
        yield


def _held(kind: Kind, runs: Runs[_Run]) -> Held:
    return Held(
        name=kind.name,
        title=kind.title,
        p99_alone_ms=round(runs.medians(kind, lambda run: run.alone.seen.lateness.p99_ms), 1),
        p99_beside_ms=round(runs.medians(kind, lambda run: run.beside.seen.lateness.p99_ms), 1),
        grown_alone_mb=round(runs.medians(kind, lambda run: run.grown_alone) / BYTES_PER_MB, 1),
        grown_beside_mb=round(runs.medians(kind, lambda run: run.grown_beside) / BYTES_PER_MB, 1),
        everywhere=all(run.beside.last_after_s is not None for run in runs.of[kind]),
    )
