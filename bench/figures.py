"""What was measured, with its units, as tables and as a map for JSON."""

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table

from server.core.ranks import nearest_rank

NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How long something took in ``count`` cases, in ms. Percentiles are nearest ranks: times that were measured, nothing in between."""

    count: int
    p50_ms: float
    p99_ms: float
    max_ms: float

    @classmethod
    def of(cls, times_ns: Iterable[int]) -> "Times":
        """Of times in ns, at least one."""
        ordered = sorted(times_ns)
        p50, p99, most = (round(nearest_rank(ordered, share) / NS_PER_MS, 2) for share in (0.5, 0.99, 1.0))
        return cls(count=len(ordered), p50_ms=p50, p99_ms=p99, max_ms=most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Presses:
    """One officer presses next, now and then; each time is from just before the press.

    ``answer``: the officer has the durable answer. ``first_tv``, ``last_tv``: of the TVs. ``first_phone``, ``last_phone``: of all phones.
    ``missed`` counts phones that had not shown a press by the end; 0 unless something is wrong.
    """

    phones: int
    tvs: int
    answer: Times
    first_tv: Times
    last_tv: Times
    first_phone: Times
    last_phone: Times
    missed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Saturation:
    """The line changes as often as the hub can decide, and every phone follows it: what comes through in a second."""

    phones: int
    seconds: float
    deliveries_per_s: int
    commands_per_s: int
    answer: Times
    first_tv: Times


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """One way to bring frames to a crowd as fast as one core can; medians. ``of_floor``: of the ratios to the floor, round by round."""

    way: str
    phones: int
    deliveries_per_s: int
    of_floor: float | None
    us_per_delivery: float
    bytes_per_connection: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A log read from its first entry on, as a hub that starts does. ``bytes``: all entries; ``memory_mb``: what the process grew by."""

    entries: int
    bytes: int
    seconds: float
    memory_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One run of the bench on one machine."""

    machine: str
    presses: Presses
    saturation: Saturation
    fanout: list[Carried]
    replay: Replay

    def as_map(self) -> dict[str, object]:
        """The same as plain dicts, strings and numbers, ready for JSON."""
        return asdict(self)

    def tables(self) -> RenderableType:
        """The same for a terminal."""
        return Group(*_tables(self))


def machine() -> str:
    """What measures: cores, processor, system, Python, and how busy it is already."""
    cores, load = os.cpu_count(), os.getloadavg()[0]
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    return f"{cores} cores ({_processor()}), {system}, load {load:.1f} before"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _tables(measured: Measured) -> list[RenderableType]:
    presses, full, replay = measured.presses, measured.saturation, measured.replay
    press_rows: Sequence[tuple[str, Times]] = (
        ("durable answer", presses.answer),
        (f"first of {presses.tvs} TVs", presses.first_tv),
        ("last TV", presses.last_tv),
        (f"first of {presses.phones} phones", presses.first_phone),
        ("last phone", presses.last_phone),
    )
    full_rows = (("durable answer", full.answer), ("first TV", full.first_tv))
    title = f"Press → …  ({presses.answer.count} presses, one at a time; {presses.missed} missed)"
    full_title = (
        f"At saturation  ({full.seconds:g} s, {full.phones} phones): {full.deliveries_per_s:,} deliveries/s, "
        f"{full.commands_per_s:,} commands/s"
    )
    replayed = (
        f"Replay: {replay.entries:,} entries ({replay.bytes / 1e6:.1f} MB) in {replay.seconds:.2f} s "
        f"({replay.entries / replay.seconds:,.0f} entries/s), {replay.memory_mb:.0f} MB of memory"
    )
    return [measured.machine, "", _times(title, press_rows), _times(full_title, full_rows), _carried(measured.fanout), replayed]


def _times(title: str, rows: Iterable[tuple[str, Times]]) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold", min_width=len(title))
    table.add_column("ms")
    for head in ("p50", "p99", "max"):
        table.add_column(head, justify="right")
    for name, times in rows:
        table.add_row(name, *(f"{value:.1f}" for value in (times.p50_ms, times.p99_ms, times.max_ms)))
    return table


def _carried(ways: Sequence[Carried]) -> Table:
    table = Table(title=f"Fan-out alone  ({ways[0].phones} phones)", box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    table.add_column("way")
    for head in ("deliveries/s", "of the floor", "CPU µs each", "bytes a connection"):
        table.add_column(head, justify="right")
    for way in ways:
        of_floor = "" if way.of_floor is None else f"{way.of_floor:.2f}"
        table.add_row(way.way, f"{way.deliveries_per_s:,}", of_floor, f"{way.us_per_delivery:.1f}", f"{way.bytes_per_connection:,}")
    return table
