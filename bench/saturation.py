"""A line that changes as often as the hub can decide, with a crowd of phones behind it; meanwhile an officer presses next now and then."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import RenderableType

from bench.audience import Address, audience
from bench.figures import Times, sheet_of_times
from bench.officer import Officer, Press
from bench.presses import LINE, SCREENS, SERVICE, Screens, press_and_pause
from bench.servers import Say

KIOSKS = 4
"""So many ask for a number each, and for the next one as soon as they have it."""
WARM_UP_S = 0.5
NS_PER_S = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Saturation:
    """The line changes as often as the hub can decide, and every phone follows it: what comes through in a second."""

    phones: int
    seconds: float
    deliveries_per_s: int
    commands_per_s: int
    answer: Times
    first_tv: Times

    def tables(self) -> Iterable[RenderableType]:
        """See Result."""
        rates = f"{self.deliveries_per_s:,} deliveries/s, {self.commands_per_s:,} commands/s"
        title = f"The whole hub at saturation  ({self.seconds:g} s, {self.phones:,} phones): {rates}"
        yield sheet_of_times(title, (("durable answer", self.answer), ("first TV", self.first_tv)))


async def measure_saturation(officer: Officer, *, seconds: float, phones: int, say: Say) -> Saturation:
    """Let the line change for so long with so many phones following it."""
    screens, home = Screens(), officer.hub.home
    say(f"connecting {phones:,} phones and {len(SCREENS)} TVs")
    async with audience(Address.of(home, LINE), phones) as crowd:
        await screens.start(home)
        say(f"changing the line without a pause for {seconds:g} s")
        async with asyncio.TaskGroup() as tasks:
            kiosks = [tasks.create_task(_take_for_ever(officer)) for _ in range(KIOSKS)]
            await asyncio.sleep(WARM_UP_S)
            await crowd.begin(seconds)
            presses = await _presses(officer, seconds)
            for kiosk in kiosks:
                kiosk.cancel()
        screens.stop()
        seen = await crowd.end()
    commands = presses[-1].offset - presses[0].offset
    return Saturation(
        phones=phones,
        seconds=seconds,
        deliveries_per_s=round(seen.frames_per_s),
        commands_per_s=round(commands / (presses[-1].answered_ns - presses[0].answered_ns) * NS_PER_S),
        answer=Times.of(press.answered_ns - press.pressed_ns for press in presses),
        first_tv=Times.of(min(screens.shown_ns(press.offset)) - press.pressed_ns for press in presses),
    )


async def _presses(officer: Officer, seconds: float) -> list[Press]:
    """Press now and then, from the beginning of the measured time until after its end."""
    presses = [await press_and_pause(officer)]
    while presses[-1].answered_ns < presses[0].answered_ns + seconds * NS_PER_S:
        presses.append(await press_and_pause(officer))
    return presses


async def _take_for_ever(officer: Officer) -> None:
    while True:
        await officer.take(SERVICE)
