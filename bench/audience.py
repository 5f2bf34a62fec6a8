"""A crowd of phones in a process of its own: a program in C where there is a compiler, else one in Python, which is slower."""

from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from bench.figures import Times
from bench.processes import line_of, program, python, running, told

SUBPROTOCOL = "urut.v1.json"
MS_PER_S = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where phones go: with ``greeting``, what each says once it is in."""

    port: int
    path: str
    host: str = "127.0.0.1"
    subprotocol: str = ""
    greeting: str = ""

    @classmethod
    def of(cls, home: str, channel: str) -> Self:
        """A channel of the bazaar at this URL."""
        url = urlsplit(home)
        assert url.port is not None
        return cls(host=str(url.hostname), port=url.port, path=f"{url.path}/live?channels={channel}", subprotocol=SUBPROTOCOL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One event on its way: how many phones came to show it, or a newer one in its place, when the first and the last of them did, and
    when it was due (0: nobody said)."""

    count: int
    first_ns: int
    last_ns: int
    due_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a crowd saw within some seconds.

    ``frames_per_s``: of all phones together. ``events_per_s``: how far they came in the log, all together, whatever frames it took.
    ``lateness``: of frames, since their event was due. ``ages``: of what phones showed, looked at now and then. ``busy``: how much of its
    core the crowd itself needed. ``arrivals``: by offset. ``backwards``: frames older than the one before; 0 unless order is lost.
    """

    frames_per_s: float
    events_per_s: float
    lateness: Times
    ages: Times
    busy: float
    arrivals: Mapping[int, Arrival]
    backwards: int


class Audience:
    """A crowd that follows. ``came_s``: how long it took to let all of them in."""

    def __init__(self, process: Process, count: int, came_s: float) -> None:
        self.count = count
        self.came_s = came_s
        self._process = process

    async def begin(self, seconds: float) -> None:
        """Note anew from now on; what counts as a rate, a lateness or an age falls within so many seconds."""
        await told(self._process, f"begin {round(seconds * MS_PER_S)}")

    async def shown(self, offset: int) -> tuple[int, int]:
        """How many show this event or a newer one by now, and when the last of them began to, in ns."""
        answer = await told(self._process, f"shown {offset}")
        return answer["count"], answer["last_ns"]

    async def again(self) -> float:
        """All hang up and come again; the seconds that takes."""
        return float((await told(self._process, "again"))["seconds"])

    async def end(self) -> Seen:
        """What they saw.

        Raises:
            RuntimeError: the server hung up on some of them.
        """
        told_us = await told(self._process, "end")
        if told_us["lost"]:
            raise RuntimeError(f"the server hung up on {told_us['lost']} phones")
        return _seen(told_us)


@asynccontextmanager
async def audience(address: Address, count: int, *, deaf: bool = False, source: str = "127.0.0.1") -> AsyncIterator[Audience]:
    """So many phones that follow; deaf ones never read a byte."""
    compiled = await program("audience")
    where = [address.host, str(address.port), address.path, str(count), address.subprotocol, address.greeting]
    arguments = [*where, "deaf" if deaf else "reads", source]
    started = python(["-m", "bench.phones", *arguments]) if compiled is None else running([str(compiled), *arguments])
    async with started as process:
        yield Audience(process, count, (await line_of(process))["seconds"])


def _seen(told_us: Mapping[str, Any]) -> Seen:
    seconds = told_us["seconds"]
    names = ("count", "first_ns", "last_ns", "due_ns")
    return Seen(
        frames_per_s=told_us["frames"] / seconds,
        events_per_s=told_us["events"] / seconds,
        lateness=_times(told_us["lateness"]),
        ages=_times(told_us["ages"]),
        busy=told_us["cpu_s"] / seconds,
        arrivals={int(offset): Arrival(**dict(zip(names, arrival, strict=True))) for offset, arrival in told_us["seen"].items()},
        backwards=told_us["backwards"],
    )


def _times(figures: list[float]) -> Times:
    count, p50, p99, most = figures
    return Times(count=int(count), p50_ms=p50, p99_ms=p99, max_ms=most)
