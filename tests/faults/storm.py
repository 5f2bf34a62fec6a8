"""Everything at once: officers press, people come, screens watch, and meanwhile something breaks again and again."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from displays.follower import Follower, Frame
from tests.faults.people import Diary, Kiosk, Officer
from tests.faults.processes import until
from tests.faults.screens import Screen
from tests.faults.site import COUNTERS, Site, bearer

PEOPLE_WAITING = 150
KIOSKS = (1, 1, 2, 2, 3, 3, 4, 4)
"""Each sends two at a time."""
VISITS_FOR_A_PHONE = 100
"""One in so many visits follows its own page."""
SCREENS = (["hall"], ["hall/utama", "bazaar"], ["hall/barat", "line/A"], ["line/A", "line/B", "line/C", "line/D"], ["hall", "line/C"])
FOLLOWED = ["hall", "line/A"]

Fault = Callable[[], Awaitable[None]]
"""Breaks something and mends it, or has it mended."""


class Storm:
    """``screens`` watch as any program may, ``followed`` holds the newest frames, by channel, of the clients that `urut tv` is made of."""

    def __init__(self, one: Site, chance: random.Random) -> None:
        self.diary = Diary()
        self.screens: list[Screen] = []
        self.followed: list[dict[str, Frame]] = []
        self._one = one
        self._chance = chance
        self._watching: list[asyncio.Task[None]] = []
        self._visits = 0

    def watch(self, tasks: asyncio.TaskGroup) -> None:
        """Let screens, the desk, tablets and followers watch from now on; phones join them as people come."""
        self._tasks = tasks
        for channels in SCREENS:
            self._follow(channels)
        for counter in COUNTERS:
            self._follow([f"counter/{counter}", "desk"])
        for hub in self._one.hubs:
            newest: dict[str, Frame] = {}
            self.followed.append(newest)
            self._watching.append(tasks.create_task(Follower(self._one.home(hub), FOLLOWED, _keep(newest)).run()))

    async def rage(self, presses: int, faults: Sequence[Fault]) -> None:
        """All presses from the first to the last, and between them all faults, evenly spread."""
        wanted = asyncio.Semaphore(PEOPLE_WAITING)
        async with asyncio.TaskGroup() as others:
            kiosks = [Kiosk(self._one, number, self.diary, self._own_chance(), wanted, self._on_visit) for number in KIOSKS]
            around = [others.create_task(kiosk.serve()) for kiosk in kiosks]
            around.append(others.create_task(self._break(presses, faults)))
            async with asyncio.TaskGroup() as officers:
                for counter in COUNTERS:
                    officer = Officer(self._one, counter, self.diary, self._own_chance(), wanted)
                    officers.create_task(officer.work(presses // len(COUNTERS)))
            for task in around:
                task.cancel()

    def end_watching(self) -> None:
        """Let nobody watch any longer."""
        for task in self._watching:
            task.cancel()

    async def _break(self, presses: int, faults: Sequence[Fault]) -> None:
        for number, fault in enumerate(faults, start=1):
            await until(partial(self._have_pressed, number * presses // (len(faults) + 1)), "officers press")
            await fault()

    def _have_pressed(self, often: int) -> bool:
        return self.diary.presses >= often

    def _on_visit(self, token: str, lines: Sequence[str]) -> None:
        self._visits += 1
        if self._visits % VISITS_FOR_A_PHONE == 1:
            self._follow([f"visit/{token}", *(f"line/{line}" for line in lines)])

    def _follow(self, channels: Sequence[str]) -> None:
        screen = Screen([self._one.home(hub) for hub in self._one.hubs], channels, self._own_chance(), bearer(self._one.keys["admin_key"]))
        self.screens.append(screen)
        self._watching.append(self._tasks.create_task(screen.run()))

    def _own_chance(self) -> random.Random:
        """Chance for one of many who act at the same time, each by its own."""
        return random.Random(self._chance.random())  # noqa: S311  # a storm, no secret


def _keep(newest: dict[str, Frame]) -> Callable[[Frame], None]:
    return lambda frame: newest.update({frame["channel"]: frame})
