"""The fan-out alone: how many frames one core brings to a crowd, and what an idle connection costs, beside the floor.

The floor is a program in C that writes a ready frame of the same size to the same crowd. Every figure is of one core: hub or floor have one
to themselves, the crowd another.
"""

import asyncio
import os
import resource
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.figures import Carried
from bench.phones import NS_PER_TENTH
from bench.presses import LINE
from bench.processes import line_of, on_a_core_of_its_own, phones, program, python, running, seen

FLOOR = "floor in C"
WAYS = {"hub, plain sockets": "plain", "hub, transports": "transports"}
FRAME_BYTES = 370
"""A frame of line A with some sixty people waiting."""
SETTLE_S = 1.0
TENTHS_OFF = 3
"""So many tenths of a second at either end of a run are not counted."""
US = 1_000_000


@dataclass(slots=True, kw_only=True)
class Run:
    """One run of one way."""

    deliveries_per_s: float
    us_per_delivery: float
    bytes_per_connection: float


async def measure_fanout(*, seconds: float, crowd: int, rounds: int, say: Callable[[str], None]) -> list[Carried]:
    """Let each way bring frames to so many phones as fast as it can, in turn, and give the medians."""
    runs: dict[str, list[Run]] = {}
    for number in range(rounds):
        for name in (FLOOR, *WAYS) if number % 2 == 0 else (*WAYS, FLOOR):
            if name == FLOOR and await program("floor") is None:
                say("no C compiler here: no floor")
                continue
            say(f"fan-out to {crowd} phones: {name}, {number + 1} of {rounds}")
            run = _floor(seconds, crowd) if name == FLOOR else _hub(WAYS[name], seconds, crowd)
            runs.setdefault(name, []).append(await run)
    return [_carried(name, crowd, of_way, runs.get(FLOOR)) for name, of_way in runs.items()]


def _carried(name: str, crowd: int, runs: list[Run], floor: list[Run] | None) -> Carried:
    ratios = [run.deliveries_per_s / beside.deliveries_per_s for run, beside in zip(runs, floor, strict=True)] if floor else None
    return Carried(
        way=name,
        phones=crowd,
        deliveries_per_s=round(median(run.deliveries_per_s for run in runs)),
        of_floor=round(median(ratios), 2) if ratios else None,
        us_per_delivery=round(median(run.us_per_delivery for run in runs), 2),
        bytes_per_connection=round(median(run.bytes_per_connection for run in runs)),
    )


async def _hub(way: str, seconds: float, crowd: int) -> Run:
    async with python(["-m", "bench.lone_hub", way], quiet=True) as process:
        home = (await line_of(process))["home"]
        with on_a_core_of_its_own(process):
            before = _resident(process.pid)
            async with phones(home, LINE, crowd, "deliveries") as people:
                await asyncio.sleep(SETTLE_S)
                grown = _resident(process.pid) - before
                assert process.stdin is not None
                process.stdin.write(b"\n")
                await asyncio.sleep(seconds)
                process.stdin.write(b"\n")
                told = await line_of(process)
                rate = _rate(await seen(people))
    return Run(deliveries_per_s=rate, us_per_delivery=told["cpu_s"] / told["frames"] * US, bytes_per_connection=grown / crowd)


async def _floor(seconds: float, crowd: int) -> Run:
    async with _floor_running(crowd) as (pid, home), phones(home, LINE, crowd, "deliveries") as people:
        before = _cpu_s(pid)
        await asyncio.sleep(seconds)
        cpu_s = _cpu_s(pid) - before
        tenths = await seen(people)
    return Run(deliveries_per_s=_rate(tenths), us_per_delivery=cpu_s / sum(tenths.values()) * US, bytes_per_connection=0)


@asynccontextmanager
async def _floor_running(crowd: int) -> AsyncIterator[tuple[int, str]]:
    """The floor's process id and address."""
    async with running([str(await program("floor")), str(crowd), str(FRAME_BYTES)], quiet=True) as process:
        port = (await line_of(process))["port"]
        with on_a_core_of_its_own(process):
            yield process.pid, f"http://127.0.0.1:{port}"


def _rate(tenths: Mapping[int, int]) -> float:
    """Deliveries a second, in the middle of the run."""
    first, last = min(tenths) + TENTHS_OFF, max(tenths) - TENTHS_OFF
    return sum(frames for tenth, frames in tenths.items() if first <= tenth < last) / max(last - first, 1) * US * 1000 / NS_PER_TENTH


def _resident(pid: int) -> int:
    """Bytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()


def _cpu_s(pid: int) -> float:
    """Seconds that a process has computed, in its own name and in the system's."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
