"""Times, tables and the machine: what every part of the bench tells its figures with."""

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rich import box
from rich.console import RenderableType
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


class Result(Protocol):
    """What a part of the bench measured: a frozen dataclass that JSON can hold."""

    def tables(self) -> Iterable[RenderableType]:
        """The same for a terminal."""


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


def sheet(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """A table whose first column are names and whose others are figures."""
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold", min_width=len(title))
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number else "left", no_wrap=not number)
    for row in rows:
        table.add_row(*row)
    return table


def sheet_of_times(title: str, rows: Iterable[tuple[str, Times]]) -> Table:
    """A table of times."""
    figures = ((name, *(f"{value:.1f}" for value in (times.p50_ms, times.p99_ms, times.max_ms))) for name, times in rows)
    return sheet(title, ("ms", "p50", "p99", "max"), figures)
