"""What the hub is to reach, held against what was measured: one line for each goal of which there is a figure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from rich.table import Table

from bench.burst import Burst
from bench.deciding import Deciding
from bench.fanout import Carried, Fanout
from bench.figures import Result, sheet
from bench.first_client import FirstClient
from bench.many import Many
from bench.presses import Presses
from bench.servers import FLOOR, HUB
from bench.slow_readers import SlowReaders
from bench.storm import Storm

LEVEL = ("uwebsockets",)
"""With these the hub is to be level: a difference below 15 % is noise. The other peers it is to be ahead of."""
LARGE = 5_000
"""Crowds of so many, and larger ones, are what the goals of the fan-out speak of."""


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal: a figure that is to be at least or at most so much."""

    what: str
    figure: float
    least: float | None = None
    most: float | None = None

    @property
    def reached(self) -> bool:
        """Whether it is."""
        return (self.least is None or self.figure >= self.least) and (self.most is None or self.figure <= self.most)

    @property
    def limit(self) -> str:
        """What it is to be."""
        return f"≥ {self.least:g}" if self.least is not None else f"≤ {self.most:g}"


def goals_table(results: Iterable[Result]) -> Table:
    """All goals of which these results have a figure."""
    rows = [(goal.what, goal.limit, f"{goal.figure:,.2f}", "yes" if goal.reached else "no") for goal in goals(results)]
    return sheet("Goals", ("goal", "is to be", "is", "reached"), rows)


def goals(results: Iterable[Result]) -> Iterator[Goal]:
    """Each with its figure."""
    fanouts: dict[int, Mapping[str, Carried]] = {}
    for result in results:
        match result:
            case Fanout():
                fanouts[result.phones] = {one.name: one for one in result.carried}
                yield from _of_fanout(result)
            case Burst():
                yield from _of_burst(result)
            case SlowReaders():
                yield from _of_slow_readers(result)
            case Storm():
                yield from (Goal("upgrades/s on one core", one.upgrades_per_s, least=5_000) for one in result.stormed if one.name == HUB)
            case Many():
                yield Goal(f"phones reached of {result.phones:,} over {len(result.hubs)} processes", result.reached, least=result.phones)
            case Presses():
                yield from _of_presses(result)
            case Deciding():
                yield Goal("press → durable answer: p50, of the bare append's", result.ratio, most=2)
            case FirstClient():
                yield Goal("first phone after a frame's publishing, ms p50", result.first.p50_ms, most=0.2)
    yield from _of_cost(fanouts)


def _of_fanout(fanout: Fanout) -> Iterator[Goal]:
    if fanout.phones < LARGE:
        return
    where = f"{fanout.phones:,} phones"
    for one in fanout.carried:
        if one.name == HUB:
            yield Goal(f"{where}: bytes of an idle connection", one.bytes_per_connection, most=2_048)
        elif one.name == FLOOR:
            yield Goal(f"{where}: deliveries/s, of the floor's", median(one.deliveries_ratios), least=0.9)
            yield Goal(f"{where}: last phone, of the floor's time", median(one.last_ratios), most=1.3)
        else:
            least = 0.85 if one.name in LEVEL else 1.0
            yield Goal(f"{where}: deliveries/s, of {one.title}'s", median(one.deliveries_ratios), least=least)
            yield Goal(f"{where}: events/s, eight a turn, of {one.title}'s", median(one.events_ratios), least=4)


def _of_burst(burst: Burst) -> Iterator[Goal]:
    for one in burst.aged:
        if one.name == HUB:
            yield Goal("burst: p99 age, in sweeps", one.p99_ms / one.sweep_ms, most=3)
            yield Goal("burst: MB grown", one.grown_mb, most=2)
            if one.last_after_ms is not None:
                yield Goal("burst: last event everywhere, in sweeps", one.last_after_ms / one.sweep_ms, most=2)


def _of_slow_readers(slow: SlowReaders) -> Iterator[Goal]:
    for one in slow.held:
        if one.name == HUB:
            yield Goal(f"{slow.deaf} that never read: MB grown", one.grown_beside_mb, most=2)
            yield Goal(f"{slow.deaf} that never read: p99 of the others, of that without", one.p99_beside_ms / one.p99_alone_ms, most=1.2)


def _of_presses(presses: Presses) -> Iterator[Goal]:
    none, most = presses.before[0], presses.before[-1]
    if none.phones == 0 < most.phones:
        yield Goal(
            f"press → TV beside {most.phones:,} phones: p99, of that with none", most.first_tv.p99_ms / none.first_tv.p99_ms, most=1.5
        )


def _of_cost(fanouts: Mapping[int, Mapping[str, Carried]]) -> Iterator[Goal]:
    """How a delivery's cost changes with the crowd, beside the floor's own change: larger crowds cost the kernel more, too."""
    beside = {phones: carried for phones, carried in fanouts.items() if FLOOR in carried}
    if len(beside) > 1:
        small, large = min(beside), max(beside)
        hubs, floors = (beside[large][name].us_per_delivery / beside[small][name].us_per_delivery for name in (HUB, FLOOR))
        yield Goal(f"CPU a delivery, {large:,} phones to {small:,}, of the floor's own change", hubs / floors, most=1.2)
