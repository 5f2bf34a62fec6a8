"""A storm: a crowd loses its connections in one moment and comes again, while another crowd goes on following."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from rich.console import RenderableType

from bench.audience import Audience, Seen, audience
from bench.figures import sheet
from bench.servers import Kind, Say, Server, serving
from bench.side_by_side import Runs, by_turns, pairs
from bench.windows import everywhere

PACE_MS = 500
SETTLE_S = 0.7
CALM_S = 3.0
MARGIN_S = 60.0
SOURCE = "127.0.1.1"
"""Those who come again come from other addresses than those who stay: one address has too few ports for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stormed:
    """One server; medians of all rounds. ``upgrades_per_s``: phones let in a second, by one core, while nothing else happens;
    ``storm_per_s``: the same while two events a second go to the crowd that stays, for whom frames were so late before and in the storm.
    """

    name: str
    title: str
    upgrades_per_s: int
    upgrades_ratios: tuple[float, ...]
    storm_per_s: int
    p99_before_ms: float
    p99_in_storm_ms: float
    max_in_storm_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """Servers side by side."""

    staying: int
    coming: int
    stormed: tuple[Stormed, ...]
    failed: dict[str, str]

    def tables(self) -> Iterable[RenderableType]:
        """See Result."""
        title = f"Storm: {self.coming:,} phones come again, {self.staying:,} stay and follow two events a second"
        heads = (
            "server",
            "upgrades/s, calm",
            "urut ÷ it, by pair",
            "upgrades/s in the storm",
            "p99 before, ms",
            "p99 in it, ms",
            "max in it, ms",
        )
        yield sheet(title, heads, [_row(one) for one in self.stormed])


def _row(one: Stormed) -> Sequence[str]:
    times = (f"{ms:.0f}" for ms in (one.p99_before_ms, one.p99_in_storm_ms, one.max_in_storm_ms))
    return (one.title, f"{one.upgrades_per_s:,}", pairs(one.upgrades_ratios), f"{one.storm_per_s:,}", *times)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    upgrades_per_s: float
    storm_per_s: float
    before: Seen
    meanwhile: Seen


async def measure_storm(*, kinds: Sequence[Kind], staying: int, coming: int, rounds: int, say: Say) -> Storm:
    """Let each server have its storm, in turn."""
    runs = await by_turns(kinds, rounds, f"a storm of {coming:,} phones", partial(_measure, staying, coming), say)
    return Storm(staying=staying, coming=coming, stormed=tuple(_stormed(kind, runs) for kind in runs.of), failed={**runs.failed})


async def _measure(staying: int, coming: int, kind: Kind) -> _Run:
    async with (
        serving(kind) as server,
        audience(server.address, staying) as crowd,
        audience(server.address, coming, source=SOURCE) as others,
    ):
        await asyncio.sleep(SETTLE_S)
        await crowd.begin(CALM_S)
        server.go(every_ms=PACE_MS)
        await asyncio.sleep(CALM_S)
        before = await _seen(server, crowd)
        await crowd.begin(MARGIN_S)
        server.go(every_ms=PACE_MS)
        again_s = await others.again()
        meanwhile = await _seen(server, crowd)
        return _Run(upgrades_per_s=coming / others.came_s, storm_per_s=coming / again_s, before=before, meanwhile=meanwhile)


async def _seen(server: Server, crowd: Audience) -> Seen:
    offset, _ = await server.stop()
    await everywhere(crowd, offset)
    return await crowd.end()


def _stormed(kind: Kind, runs: Runs[_Run]) -> Stormed:
    return Stormed(
        name=kind.name,
        title=kind.title,
        upgrades_per_s=round(runs.medians(kind, lambda run: run.upgrades_per_s)),
        upgrades_ratios=runs.ratios(kind, lambda run: run.upgrades_per_s),
        storm_per_s=round(runs.medians(kind, lambda run: run.storm_per_s)),
        p99_before_ms=round(runs.medians(kind, lambda run: run.before.lateness.p99_ms), 1),
        p99_in_storm_ms=round(runs.medians(kind, lambda run: run.meanwhile.lateness.p99_ms), 1),
        max_in_storm_ms=round(runs.medians(kind, lambda run: run.meanwhile.lateness.max_ms), 1),
    )
