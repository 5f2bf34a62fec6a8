"""From one press to every screen: an officer presses next, TVs and a crowd of phones follow.

TVs are followed from this process, which is idle when their frame comes, phones from another one.
"""

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rich.console import RenderableType

from bench.audience import Address, Arrival, Audience, audience
from bench.figures import Times, sheet_of_times
from bench.follower import Follower, follow
from bench.officer import Officer, Press
from bench.servers import Say
from bench.windows import everywhere

SERVICE = "ktp"
"""An errand of line A, which counter 1 serves."""
LINE = "line/A"
SCREENS = ("hall/utama", "hall/dokumen", "hall")
"""Each of them shows counter 1."""
PAUSE_S = (0.06, 0.12)
"""Between presses, at random, so that they do not fall in step with anything."""
WARM_UP = 5
SHOWN_S = 5.0
"""So long a press may take to be shown by every phone before the next one comes all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """Presses before a crowd of one size, each time from just before the press.

    ``answer``: the officer has the durable answer. ``first_tv``, ``last_tv``: of the TVs. ``first_phone``, ``last_phone``: of all phones,
    where there are any. ``missed`` counts phones that had not shown a press in time; 0 unless something is wrong.
    """

    phones: int
    answer: Times
    first_tv: Times
    last_tv: Times
    first_phone: Times | None
    last_phone: Times | None
    missed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Presses:
    """One officer presses next, now and then, before crowds of several sizes."""

    tvs: int
    before: tuple[Before, ...]

    def tables(self) -> Iterable[RenderableType]:
        """See Result."""
        for before in self.before:
            rows = [("durable answer", before.answer), (f"first of {self.tvs} TVs", before.first_tv), ("last TV", before.last_tv)]
            if before.first_phone and before.last_phone:
                rows += [("first phone", before.first_phone), ("last phone", before.last_phone)]
            title = f"Press → …, {before.phones:,} phones  ({before.answer.count} presses, one at a time; {before.missed} missed)"
            yield sheet_of_times(title, rows)
        none, most = self.before[0], self.before[-1]
        if none.phones == 0 < most.phones:
            ratio = most.first_tv.p99_ms / none.first_tv.p99_ms
            yield f"Press → first TV with {most.phones:,} phones on the same line: p99 {ratio:.2f} times the one with none."


class Screens:
    """The TVs of the hall. ``frames`` are (offset, ns) for each of them, in the order in which they came."""

    def __init__(self) -> None:
        self.frames: list[list[tuple[int, int]]] = []
        self._followers: list[Follower] = []

    async def start(self, home: str) -> None:
        """Follow the hall on every screen."""
        for channel in SCREENS:
            frames: list[tuple[int, int]] = []
            self.frames.append(frames)
            self._followers.append(await follow(home, channel, _noting(frames)))

    def stop(self) -> None:
        """Hang up."""
        for follower in self._followers:
            follower.transport.close()

    def shown_ns(self, offset: int) -> list[int]:
        """When each TV first showed this offset or something newer."""
        shown = [next((at for newest, at in frames if newest >= offset), None) for frames in self.frames]
        if None in shown:
            raise RuntimeError(f"a TV does not show entry {offset}")
        return [at for at in shown if at is not None]


async def measure_presses(officer: Officer, *, count: int, crowds: Sequence[int], say: Say) -> Presses:
    """Press so many times before each of these crowds, which follow the line."""
    say(f"giving out {len(crowds) * (count + WARM_UP)} numbers")
    await officer.issue(SERVICE, len(crowds) * (count + WARM_UP))
    return Presses(tvs=len(SCREENS), before=tuple([await _before(officer, count, phones, say) for phones in crowds]))


async def _before(officer: Officer, count: int, phones: int, say: Say) -> Before:
    screens, home = Screens(), officer.hub.home
    say(f"connecting {phones:,} phones and {len(SCREENS)} TVs")
    async with audience(Address.of(home, LINE), phones) as crowd:
        await screens.start(home)
        say(f"pressing next {count} times")
        for _ in range(WARM_UP):
            await _press(officer, crowd)
        await crowd.begin(1)
        presses = [await _press(officer, crowd) for _ in range(count)]
        screens.stop()
        return _figures(presses, screens, (await crowd.end()).arrivals, phones)


async def _press(officer: Officer, crowd: Audience) -> Press:
    """One press, shown by everybody before the next comes."""
    press = await press_and_pause(officer)
    if crowd.count:
        await everywhere(crowd, press.offset, SHOWN_S)
    return press


async def press_and_pause(officer: Officer) -> Press:
    """One press, and a moment for its frames to arrive."""
    press = await officer.press()
    await asyncio.sleep(random.uniform(*PAUSE_S))  # noqa: S311  # a pace, no secret
    return press


def _figures(presses: Sequence[Press], screens: Screens, arrivals: Mapping[int, Arrival], phones: int) -> Before:
    """All times from the press on."""
    tvs = [(press.pressed_ns, screens.shown_ns(press.offset)) for press in presses]
    crowds = [(press.pressed_ns, arrivals[press.offset]) for press in presses if press.offset in arrivals]
    return Before(
        phones=phones,
        answer=Times.of(press.answered_ns - press.pressed_ns for press in presses),
        first_tv=Times.of(min(shown) - pressed for pressed, shown in tvs),
        last_tv=Times.of(max(shown) - pressed for pressed, shown in tvs),
        first_phone=Times.of(arrival.first_ns - pressed for pressed, arrival in crowds) if crowds else None,
        last_phone=Times.of(arrival.last_ns - pressed for pressed, arrival in crowds) if crowds else None,
        missed=len(presses) * phones - sum(arrival.count for _, arrival in crowds),
    )


def _noting(frames: list[tuple[int, int]]) -> Callable[[Follower, int, int], None]:
    return lambda _, offset, now_ns: frames.append((offset, now_ns))
