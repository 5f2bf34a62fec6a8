"""Whoever is at the bazaar on a day under fire: officers with all their buttons, residents at kiosks and on phones, and late post."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import aiohttp

from server.core.plan import Plan
from server.core.values import BazaarId
from server.simulate.residents import errands
from server.store.codec import command_from_map, encode_command
from server.store.errors import StoreUnreachable
from server.store.redis import connect
from tests.faults.people import TAPS_TWICE, Command, Diary, Officer, Sender
from tests.faults.processes import pass_by
from tests.faults.site import Site, bearer

OTHER_BUTTONS = 0.25
WITH_SOMEBODY = ("recall", "hold", "absent", "finish", "undo", "transfer")
GOES_AWAY, COMES_BACK = 0.03, 0.3
"""How often an officer with nobody at the counter pauses it, or presses Return for somebody who was sent away."""
ENDS = ("ticket_served", "ticket_held", "ticket_absent", "call_undone", "ticket_transferred", "ticket_cancelled")
SHOWS_WHO_IS_THERE = ("stale", "line_empty", "not_at_counter")
PRIORITY_SHARE, FIRST_LINE_SHARE, SECOND_THOUGHTS = 0.1, 1 / 3, 0.4
REFUSED_S = 0.2
"""A rest after a refusal, or without an answer: a line whose quota is used up refuses everybody."""
PHONE_PAUSE_S = 3.0
"""People press again less often than machines, and a phone may not ask more than a few times a minute."""
POST_S = (0.02, 0.3)

OnVisit = Callable[[str, Sequence[str]], None]
"""Is told of each visit: its token, and the lines it waits in."""


class BusyOfficer(Officer):
    """Presses everything that a tablet has at one counter, and rests between two presses for some time of ``rests_s``.

    ``headers`` say who it is: a key, or the cookie of a tablet that was paired.
    """

    def __init__(
        self,
        one: Site,
        counter: int,
        diary: Diary,
        chance: random.Random,
        wanted: asyncio.Semaphore,
        *,
        plan: Plan,
        headers: Mapping[str, str],
        rests_s: tuple[float, float],
    ) -> None:
        super().__init__(one, counter, diary, chance, wanted)
        self._headers = headers
        self._rests_s = rests_s
        self._services = [service.code for service in plan.services]
        self._is_open = False
        self._away: list[str] = []

    async def work_until(self, over: asyncio.Event) -> None:
        """Press until the day is over."""
        while not over.is_set():
            await self._turn(last=False)
            await pass_by(self._chance.uniform(*self._rests_s))

    def _new(self) -> Command:
        if not self._is_open:
            return self._pressed("open_counter")
        if self._seen is not None and self._often(OTHER_BUTTONS):
            do = self._chance.choice(WITH_SOMEBODY)
            order = {"service": self._chance.choice(self._services)} if do == "transfer" else {}
            return self._pressed(do, ticket=self._seen, **order)
        if self._seen is None and self._often(GOES_AWAY):
            return self._pressed("pause_counter", reason="salat")
        if self._away and self._often(COMES_BACK):
            return self._pressed("return", ticket=self._away.pop())
        return super()._new()

    def _pressed(self, do: str, **order: object) -> Command:
        command = self._diary.command(self._path, self._headers, do=do, **order)
        self._presses.append(command)
        self._diary.presses += 1
        return command

    def _learn(self, answer: Mapping[str, Any]) -> None:
        if "code" in answer:
            self._is_open = answer["code"] != "counter_closed"
            if answer["code"] in SHOWS_WHO_IS_THERE:
                self._seen = answer.get("serving")
            return
        for name, fields in answer["events"]:
            if name == "ticket_called":
                self._seen = fields["ticket"]
                self._wanted.release()
            elif name in ENDS and fields["ticket"] == self._seen:
                self._seen = None
                self._away += [fields["ticket"]] if name in ("ticket_held", "ticket_absent") else []
            elif name in ("counter_opened", "counter_paused"):
                self._is_open = name == "counter_opened"


class Taker:
    """Takes numbers, as many as are ``wanted``, for residents with an errand or several."""

    def __init__(self, one: Site, diary: Diary, chance: random.Random, wanted: asyncio.Semaphore, *, plan: Plan, on_visit: OnVisit) -> None:
        self._one = one
        self._homes = [one.home(server) for server in one.hubs]
        self._at_kiosk = Sender(one.session, self._homes, diary, chance)
        self._on_phone = Sender(one.session, self._homes, diary, chance, PHONE_PAUSE_S)
        self._diary = diary
        self._chance = chance
        self._wanted = wanted
        self._plan = plan
        self._on_visit = on_visit

    async def at_kiosk(self, number: int) -> None:
        """Give numbers at a kiosk for ever."""
        while True:
            await self._take(self._at_kiosk, bearer(self._one.keys["kiosk_keys"][str(number)]))

    async def on_phone(self, rests_s: tuple[float, float]) -> None:
        """Somebody else comes with a phone again and again; some hold, return or cancel a number afterwards."""
        while True:
            cookie = await self._named()
            answer = await self._take(self._on_phone, cookie)
            if "visit" in answer and self._chance.random() < SECOND_THOUGHTS:
                path, ticket = f"/visit/{answer['visit']}/commands", answer["tickets"][0]["label"]
                for do in self._chance.choice((["cancel"], ["hold", "return"])):
                    await self._on_phone.insist(self._diary.command(path, cookie, do=do, ticket=ticket))
            await pass_by(self._chance.uniform(*rests_s))

    async def _take(self, sender: Sender, headers: Mapping[str, str]) -> Mapping[str, Any]:
        services = errands(self._plan, self._chance, FIRST_LINE_SHARE)
        for _ in services:
            await self._wanted.acquire()
        lane = "priority" if self._chance.random() < PRIORITY_SHARE else "regular"
        command = self._diary.command("/tickets", headers, services=services, lane=lane)
        answer: Mapping[str, Any] = await sender.insist(command)
        if self._chance.random() < TAPS_TWICE:
            self._diary.replays += 1
            await sender.ask(command)
        if "visit" in answer:
            self._on_visit(answer["visit"], [ticket["line"] for ticket in answer["tickets"]])
        else:
            await pass_by(REFUSED_S)
            for _ in services:
                self._wanted.release()
        return answer

    async def _named(self) -> Mapping[str, str]:
        """The cookie by which a hub knows a phone that opens the page to take numbers."""
        while True:
            with suppress(aiohttp.ClientError, TimeoutError):
                async with self._one.session.get(f"{self._chance.choice(self._homes)}/join", timeout=aiohttp.ClientTimeout(5)) as page:
                    if page.ok:
                        return _cookies(page)
            await pass_by(REFUSED_S)


class Postman:
    """Delivers what officers have sent once more, or twice more at once, to the store itself, sooner or later.

    ``late`` counts what had been answered by then, ``early`` what had not.
    """

    def __init__(self, one: Site, diary: Diary, chance: random.Random) -> None:
        self.late = 0
        self.early = 0
        self._one = one
        self._diary = diary
        self._chance = chance

    async def deliver(self) -> None:
        """Deliver for ever."""
        store = connect(self._one.redis_url)
        log = store.log(BazaarId(self._one.keys["bazaar"]))
        try:
            while True:
                await pass_by(self._chance.uniform(*POST_S))
                if (command := self._any_command()) is None:
                    continue
                with suppress(StoreUnreachable):
                    self.late += command.id in self._diary.offsets
                    self.early += command.id not in self._diary.offsets
                    await log.publish(*[_as_published(command)] * self._chance.choice((1, 2)))
        finally:
            await store.close()

    def _any_command(self) -> Command | None:
        """Something that was sent to a counter: half of the time it has no answer yet, if there is such a thing."""
        sent, unanswered = [*self._diary.sent.values()], self._diary.unanswered
        of_counters = [command for command in (unanswered if self._chance.random() < 0.5 else sent) if command.path.startswith("/counter/")]
        return self._chance.choice(of_counters) if of_counters else None


async def paired(one: Site, counter: int) -> Mapping[str, str]:
    """The cookie of a tablet that was paired as this counter's."""
    home, key = one.home(one.officers[counter % len(one.officers)]), one.keys["counter_keys"][str(counter)]
    async with one.session.get(f"{home}/pair/{key}", allow_redirects=False) as answer:
        assert 303 == answer.status, answer
        return _cookies(answer)


def _cookies(answer: aiohttp.ClientResponse) -> Mapping[str, str]:
    return {"Cookie": "; ".join(f"{name}={cookie.value}" for name, cookie in answer.cookies.items())}


def _as_published(command: Command) -> bytes:
    """As a client that publishes to the store by itself would send what was pressed at a counter."""
    number = command.path.split("/")[2]
    return encode_command(command_from_map({**command.body, "counter": int(number), "by": f"counter/{number}"}))
