"""A bazaar day under fire: everybody does what they do, while something breaks all the time; then everything is checked and counted."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from displays.follower import Frame
from server.core.plan import Plan
from server.core.ranks import nearest_rank
from server.store.plan_file import read_plan
from tests.conftest import Tell
from tests.faults.aftermath import ask_again, check_commands, check_marks, expected, shown, verified
from tests.faults.audit import Log
from tests.faults.day_people import BusyOfficer, Postman, Taker, paired
from tests.faults.people import Diary, Sender
from tests.faults.processes import Server, until
from tests.faults.screens import Screen
from tests.faults.site import bearer
from tests.faults.yard import SAMPLE, Yard

KIOSKS = 4
HALLS = (["hall"], ["hall/utama", "bazaar"], ["hall/dokumen", "line/A"], ["hall/kesehatan", "line/K", "line/L"], ["bazaar"])
NO_TICKET = "X-000"
DAY_S_MAX = 1200
"""A bound for a machine with much else to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Who is there: officers at the first so many ``counters``, so many ``hands`` at kiosks, ``phones`` that take numbers, ``followers``.

    ``rests_s`` is how long officers rest between two presses, from and to; ``phone_rests_s`` the same for phones; ``waiting``: so many
    people come before the first is called.
    """

    counters: int
    hands: int
    phones: int
    followers: int
    waiting: int
    rests_s: tuple[float, float]
    phone_rests_s: tuple[float, float]


class Day:
    """``recovered_s``: for each time that something was mended, how long it took until every server had answered a press made after it."""

    def __init__(self, one: Yard, crowd: Crowd, chance: random.Random) -> None:
        self.diary = Diary()
        self._probes = Diary("probe-command")
        self.screens: list[Screen] = []
        self.followed: Sequence[dict[str, Frame]] = ()
        self.recovered_s: list[float] = []
        self.postman = Postman(one, self.diary, self._own(chance))
        self._one = one
        self._crowd = crowd
        self._chance = chance
        self._plan: Plan = read_plan(SAMPLE)
        self._watching: list[asyncio.Task[None]] = []

    async def goes_on(self, program: Callable[[], Awaitable[None]]) -> Log:
        """Let everybody act until the ``program`` is over, and everything settle; the log then. Checks all that must hold."""
        async with asyncio.timeout(DAY_S_MAX), asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            self._begin_to_watch()
            await self._act_during(program)
            await self._one.are_ready()
            for command in self.diary.unanswered:
                self.diary.give_up(command)  # whoever waited has gone home
            self.given_up = await ask_again(self._one, self.diary, self._chance)
            quiet_at = time.monotonic()
            log = Log(await self._one.log(max(self.diary.offsets.values())))
            shows = expected(self, log)
            await until(lambda: shown(self) == shows, "every follower shows the end")
            self.agreed_s = max(0.0, max(screen.newest_at for screen in self.screens) - quiet_at)
            for task in self._watching:
                task.cancel()
        await verified(self._one)
        check_commands(self.diary, log)
        check_commands(self._probes, log)
        check_marks(self, log)
        return log

    def told_waits(self) -> str:
        """How long those who pressed at counters waited for an answer, by now."""
        waits_s = [
            self.diary.waits_s[id_] for id_, command in self.diary.sent.items() if id_ in self.diary.waits_s and "/counter/" in command.path
        ]
        return f"{self.diary.presses} presses were answered after {_spread(waits_s)}"

    async def is_served(self) -> None:
        """Wait until every server has answered a press made now, and note how long that took."""
        begun = time.monotonic()
        await asyncio.gather(*map(self._press_at, self._one.servers))
        self.recovered_s.append(time.monotonic() - begun)

    def tell(self, log: Log, tell: Tell) -> None:
        """The day in a few lines. Who has come here has lost and doubled nothing; it is counted all the same."""
        diary, screens = self.diary, self.screens
        lost = sum(command not in log.offsets for command in diary.offsets)
        doubled = sum(len(offsets) > 1 for offsets in log.offsets.values())
        tell(
            f"{diary.presses} presses at {self._crowd.counters} counters, {len(diary.offsets)} commands acknowledged, {self.given_up} "
            f"of them asked for only afterwards; {diary.replays} sent twice, {self.postman.late} delivered late and {self.postman.early} "
            f"early; lost {lost}, doubled {doubled}"
        )
        tell(
            f"{len(screens)} followers in {sum(screen.visits for screen in screens)} connections were sent "
            f"{sum(screen.frames for screen in screens)} frames, none back; all agreed {self.agreed_s:.1f} s after the last command"
        )
        tell(f"{self.told_waits()}; every server served again after {_spread(self.recovered_s)}")

    def _begin_to_watch(self) -> None:
        one = self._one
        for counter in range(1, self._crowd.counters + 1):
            self._follow([f"counter/{counter}"], one.officers)
        self._follow(["desk"], one.officers)
        for number in range(self._crowd.followers // 4):
            self._follow(HALLS[number % len(HALLS)], one.hubs)
        for number in range(self._crowd.followers // 4):
            self._follow([f"line/{self._plan.lines[number % len(self._plan.lines)].prefix}"], one.hubs)

    def _follow(self, channels: Sequence[str], servers: Sequence[Server]) -> None:
        homes, headers = [self._one.home(server) for server in servers], bearer(self._one.keys["admin_key"])
        screen = Screen(homes, channels, self._own(self._chance), headers)
        self.screens.append(screen)
        self._watching.append(self._tasks.create_task(screen.run()))

    def _on_visit(self, token: str, lines: Sequence[str]) -> None:
        """The first who come follow their visit, until there are as many followers as there shall be."""
        if len(self.screens) < self._crowd.followers:
            self._follow([f"visit/{token}", *(f"line/{line}" for line in lines)], self._one.hubs)

    async def _act_during(self, program: Callable[[], Awaitable[None]]) -> None:
        crowd, wanted, over = self._crowd, asyncio.Semaphore(self._crowd.waiting), asyncio.Event()
        takers = [self._taker(wanted) for _ in range(crowd.hands + crowd.phones)]
        async with asyncio.TaskGroup() as others:
            around = [others.create_task(self.postman.deliver())]
            for number, taker in enumerate(takers):
                work = taker.at_kiosk(number % KIOSKS + 1) if number < crowd.hands else taker.on_phone(crowd.phone_rests_s)
                around.append(others.create_task(work))
            async with asyncio.TaskGroup() as officers:
                for counter in range(1, crowd.counters + 1):
                    officers.create_task((await self._officer(counter, wanted)).work_until(over))
                await program()
                over.set()
            for task in around:
                task.cancel()

    async def _officer(self, counter: int, wanted: asyncio.Semaphore) -> BusyOfficer:
        """Every other officer has a tablet that was paired; the others bring their key."""
        one = self._one
        headers = await paired(one, counter) if counter % 2 else bearer(one.keys["counter_keys"][str(counter)])
        chance = self._own(self._chance)
        return BusyOfficer(one, counter, self.diary, chance, wanted, plan=self._plan, headers=headers, rests_s=self._crowd.rests_s)

    def _taker(self, wanted: asyncio.Semaphore) -> Taker:
        return Taker(self._one, self.diary, self._own(self._chance), wanted, plan=self._plan, on_visit=self._on_visit)

    async def _press_at(self, server: Server) -> None:
        """Something that is refused wherever it comes to, so that it changes nothing but the log."""
        if server in self._one.hubs:
            headers = bearer(self._one.keys["kiosk_keys"]["1"])
            command = self._probes.command("/tickets", headers, services=["no-such-errand"])
        else:
            headers = bearer(self._one.keys["counter_keys"]["1"])
            command = self._probes.command("/counter/1/commands", headers, do="finish", ticket=NO_TICKET)
        await Sender(self._one.session, [self._one.home(server)], self._probes, self._own(self._chance)).insist(command)

    @staticmethod
    def _own(chance: random.Random) -> random.Random:
        """Chance for one of many who act at the same time, each by its own."""
        return random.Random(chance.random())  # noqa: S311  # a storm, no secret


def told(kinds: Counter[str]) -> str:
    """What happened, and how often."""
    return f"{kinds.total()} faults: " + ", ".join(f"{name} {count}" for name, count in sorted(kinds.items()))


def _spread(seconds: Iterable[float]) -> str:
    ordered = sorted(round(1000 * one) for one in seconds)
    p50, p99 = (nearest_rank(ordered, share) for share in (0.5, 0.99))
    return f"p50 {p50} ms, p99 {p99} ms, at most {ordered[-1]} ms"
