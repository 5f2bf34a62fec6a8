"""From one press to every screen: an officer presses next, TVs and a crowd of phones follow.

TVs are followed from this process, which is idle when their frame comes, phones from another one.
"""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence

from bench.figures import Presses, Times
from bench.follower import Follower, follow
from bench.officer import Officer, Press
from bench.processes import phones, seen

SERVICE = "ktp"
"""An errand of line A, which counter 1 serves."""
LINE = "line/A"
SCREENS = ("hall/utama", "hall/dokumen", "hall")
"""Each of them shows counter 1."""
PAUSE_S = (0.06, 0.12)
"""Between presses, at random, so that they do not fall in step with anything; long enough for every frame to arrive."""
WARM_UP = 5
LAST_FRAMES_S = 0.5


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


async def measure_presses(officer: Officer, *, count: int, crowd: int, say: Callable[[str], None]) -> Presses:
    """Press so many times, with so many phones following the line."""
    screens, home = Screens(), officer.hub.home
    say(f"giving out {count + WARM_UP} numbers")
    await officer.issue(SERVICE, count + WARM_UP)
    say(f"connecting {crowd} phones and {len(SCREENS)} TVs")
    async with phones(home, LINE, crowd, "arrivals") as process:
        await screens.start(home)
        say(f"pressing next {count} times")
        for _ in range(WARM_UP):
            await officer.press()
        presses = [await press_and_pause(officer) for _ in range(count)]
        await asyncio.sleep(LAST_FRAMES_S)
        screens.stop()
        arrivals = await seen(process)
    return _figures(presses, screens, arrivals, crowd)


async def press_and_pause(officer: Officer) -> Press:
    """One press, and a moment for its frames to arrive."""
    press = await officer.press()
    await asyncio.sleep(random.uniform(*PAUSE_S))  # noqa: S311  # a pace, no secret
    return press


def _figures(presses: Sequence[Press], screens: Screens, arrivals: Mapping[int, list[int]], crowd: int) -> Presses:
    """All times from the press on. Arrivals are what `bench.phones.Arrivals` notes."""
    tvs = [(press.pressed_ns, screens.shown_ns(press.offset)) for press in presses]
    crowds = [(press.pressed_ns, *arrivals[press.offset]) for press in presses]
    return Presses(
        phones=crowd,
        tvs=len(SCREENS),
        answer=Times.of(press.answered_ns - press.pressed_ns for press in presses),
        first_tv=Times.of(min(shown) - pressed for pressed, shown in tvs),
        last_tv=Times.of(max(shown) - pressed for pressed, shown in tvs),
        first_phone=Times.of(first - pressed for pressed, _, first, _ in crowds),
        last_phone=Times.of(last - pressed for pressed, _, _, last in crowds),
        missed=sum(crowd - reached for _, reached, _, _ in crowds),
    )


def _noting(frames: list[tuple[int, int]]) -> Callable[[Follower, int, int], None]:
    return lambda _, offset, now_ns: frames.append((offset, now_ns))
