"""Too much at once: all phones come again, others do not read, talk nonsense or ask for numbers without end. What officers and TVs notice.

All the while an officer presses next. Before it he has pressed as often with the same phones following in peace.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import astuple, dataclass
from statistics import median

from rich.console import RenderableType

from bench.audience import Address, Audience, audience
from bench.figures import Times, sheet
from bench.officer import Officer, Press
from bench.presses import LINE, SERVICE, Screens, press_and_pause
from bench.processes import line_of, python, resident_bytes, told
from bench.servers import Say

SETTLE_S = 1.0
LOOK_S = 0.1
BYTES_PER_MB = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Troublemakers:
    """So many of each kind: see `bench.troublemakers`."""

    slow: int
    deaf: int
    nonsense: int
    greedy: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """From presses on: the officer's durable answer, and the first of the TVs."""

    answer: Times
    first_tv: Times


@dataclass(frozen=True, slots=True, kw_only=True)
class Overload:
    """``phones`` come again, all in one moment, as often as there is time; ``again_s``: until all of one time were in.

    ``posts``: answers to requests for a number, by status; ``unexplained``: refusals that did not say when to come again. ``thrown_out``:
    connections that were ended for nonsense. ``grown_mb``: by how much the hub's process grew at most.
    """

    phones: int
    trouble: Troublemakers
    quiet: Pressed
    overloaded: Pressed
    again_s: tuple[float, ...]
    posts: Mapping[str, int]
    unexplained: int
    thrown_out: int
    grown_mb: float

    def tables(self) -> Iterable[RenderableType]:
        """See Result."""
        who = self.trouble
        others = f"{who.slow} read slowly, {who.deaf} never, {who.nonsense} talk nonsense, {who.greedy} ask for numbers"
        title = f"Overload: {self.phones:,} phones come again at once, {others}"
        rows = [_row("press → durable answer", self.quiet.answer, self.overloaded.answer)]
        rows += [_row("press → first TV", self.quiet.first_tv, self.overloaded.first_tv)]
        yield sheet(title, ("ms", "in peace: p50", "p99", "in it: p50", "p99", "p50 ÷", "p99 ÷"), rows)
        again = f"{median(self.again_s):.1f} s ({max(self.again_s):.1f} at most, {len(self.again_s)} times)"
        posts = ", ".join(f"{count:,} answers {status}" for status, count in sorted(self.posts.items()))
        yield f"All phones were in again after {again}. Numbers asked for: {posts}; {self.unexplained} refusals without Retry-After."
        yield f"{self.thrown_out:,} connections were ended for nonsense; the hub's process grew by {self.grown_mb:.1f} MB at most."


def _row(name: str, quiet: Times, overloaded: Times) -> Sequence[str]:
    times = (f"{ms:.1f}" for ms in (quiet.p50_ms, quiet.p99_ms, overloaded.p50_ms, overloaded.p99_ms))
    return (name, *times, f"{overloaded.p50_ms / quiet.p50_ms:.2f}", f"{overloaded.p99_ms / quiet.p99_ms:.2f}")


async def measure_overload(officer: Officer, *, presses: int, phones: int, trouble: Troublemakers, say: Say) -> Overload:
    """Press so many times before so many phones, in peace and in the midst of all that.

    Raises:
        RuntimeError: a TV did not show a press.
    """
    screens, home = Screens(), officer.hub.home
    say(f"giving out {2 * presses} numbers, connecting {phones:,} phones")
    await officer.issue(SERVICE, 2 * presses)
    async with audience(Address.of(home, LINE), phones) as crowd:
        await screens.start(home)
        await asyncio.sleep(SETTLE_S)
        say(f"pressing {presses} times in peace")
        quiet = [await press_and_pause(officer) for _ in range(presses)]
        before = resident_bytes(officer.hub.pid)
        say(f"pressing {presses} times in the midst of it")
        counts = [str(count) for count in astuple(trouble)]
        async with python(["-m", "bench.troublemakers", home, *counts]) as makers, _watched(officer.hub.pid) as most:
            await line_of(makers)
            overloaded, again_s = await _press_meanwhile(officer, crowd, presses)
            seen = await told(makers, "")
        screens.stop()
    return Overload(
        phones=phones,
        trouble=trouble,
        quiet=_pressed(quiet, screens),
        overloaded=_pressed(overloaded, screens),
        again_s=tuple(round(seconds, 2) for seconds in again_s),
        grown_mb=round((max(most) - before) / BYTES_PER_MB, 1),
        **seen,
    )


async def _press_meanwhile(officer: Officer, crowd: Audience, presses: int) -> tuple[list[Press], list[float]]:
    """Press while all phones come again, and again; how long that took each time."""
    pressing = asyncio.create_task(_press(officer, presses))
    again_s = [await crowd.again()]
    while not pressing.done():
        again_s.append(await crowd.again())
    return await pressing, again_s


async def _press(officer: Officer, presses: int) -> list[Press]:
    return [await press_and_pause(officer) for _ in range(presses)]


@asynccontextmanager
async def _watched(pid: int) -> AsyncIterator[list[int]]:
    """How many bytes a process holds, looked at again and again as long as this lasts."""
    looks = [resident_bytes(pid)]

    async def look() -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            looks.append(resident_bytes(pid))

    looking = asyncio.create_task(look())
    try:
        yield looks
    finally:
        looking.cancel()


def _pressed(presses: Sequence[Press], screens: Screens) -> Pressed:
    return Pressed(
        answer=Times.of(press.answered_ns - press.pressed_ns for press in presses),
        first_tv=Times.of(min(screens.shown_ns(press.offset)) - press.pressed_ns for press in presses),
    )
