"""A line that changes as often as the hub can decide, with a crowd of phones behind it; meanwhile an officer presses next now and then."""

import asyncio
from collections.abc import Callable

from bench.figures import Saturation, Times
from bench.officer import Officer, Press
from bench.phones import NS_PER_TENTH
from bench.presses import LINE, SCREENS, SERVICE, Screens, press_and_pause
from bench.processes import phones, seen

KIOSKS = 4
"""So many ask for a number each, and for the next one as soon as they have it."""
WARM_UP_S = 0.5
NS_PER_S = 1_000_000_000


async def measure_saturation(officer: Officer, *, seconds: float, crowd: int, say: Callable[[str], None]) -> Saturation:
    """Let the line change for so long with so many phones following it."""
    screens, home = Screens(), officer.hub.home
    say(f"connecting {crowd} phones and {len(SCREENS)} TVs")
    async with phones(home, LINE, crowd, "deliveries") as process:
        await screens.start(home)
        say(f"changing the line without a pause for {seconds} s")
        presses = await _changes(officer, seconds)
        screens.stop()
        tenths = await seen(process)
    first, last = presses[0].answered_ns // NS_PER_TENTH + 1, presses[-1].answered_ns // NS_PER_TENTH
    commands = presses[-1].offset - presses[0].offset
    return Saturation(
        phones=crowd,
        seconds=seconds,
        deliveries_per_s=round(sum(frames for tenth, frames in tenths.items() if first <= tenth < last) / (last - first) * 10),
        commands_per_s=round(commands / (presses[-1].answered_ns - presses[0].answered_ns) * NS_PER_S),
        answer=Times.of(press.answered_ns - press.pressed_ns for press in presses),
        first_tv=Times.of(min(screens.shown_ns(press.offset)) - press.pressed_ns for press in presses),
    )


async def _changes(officer: Officer, seconds: float) -> list[Press]:
    """Give out numbers without a pause, and press now and then; the presses, which begin and end the measured time."""
    async with asyncio.TaskGroup() as tasks:
        kiosks = [tasks.create_task(_take_for_ever(officer)) for _ in range(KIOSKS)]
        await asyncio.sleep(WARM_UP_S)
        presses = [await press_and_pause(officer)]
        while presses[-1].answered_ns < presses[0].answered_ns + seconds * NS_PER_S:
            presses.append(await press_and_pause(officer))
        for kiosk in kiosks:
            kiosk.cancel()
    return presses


async def _take_for_ever(officer: Officer) -> None:
    while True:
        await officer.take(SERVICE)
