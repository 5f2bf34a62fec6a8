"""Officers who press and residents who take numbers over HTTP, through everything that happens to the processes.

Everybody insists as a tablet or a kiosk does: what got no answer is sent again under its `command_id`, to whichever process answers. Now
and then an officer gives up instead; what became of such a press is found out in the end.
"""

import asyncio
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import aiohttp

from tests.faults.site import Site, bearer

ANSWER_S = 10
"""After this nobody waits for an answer any more: longer than a server waits for its store."""
PAUSE_S = 0.03
ACKNOWLEDGED = (200, 201, 409)
TAPS_TWICE, TAPS_IN_A_HURRY, REPLAYS, MOVES, GIVES_UP = 0.08, 0.08, 0.15, 0.1, 0.3
"""How often a finger touches twice (the same press, or a press of its own), an old press comes again, an officer takes another process."""
SERVICES = {"A": "ktp", "B": "skck", "C": "jkn", "D": "denda"}
WHERE_PEOPLE_GO = "AAAAAABBBBCCCDDD"
"""As many to each line as its counters can serve."""
ERRANDS = (1, 1, 1, 2, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What is sent: ``path`` below the bazaar, the ``headers`` that say whose it is, the JSON ``body``."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, object]

    @property
    def id(self) -> str:
        """The command's id."""
        return str(self.body["command_id"])


@dataclass(slots=True)
class Diary:
    """Everything that was sent, and the offset of each command that was acknowledged. ``replays`` are those sent again without need.

    Commands get ids that begin with ``name``. ``answers`` are the bodies of the first answers, ``waits_s`` how long each took
    from when the command was first sent, for those that somebody waited for. ``turned_away`` counts answers that nothing was accepted,
    ``unheard`` attempts that had no answer.
    """

    name: str = "sent-command"
    sent: dict[str, Command] = field(default_factory=dict)
    offsets: dict[str, int] = field(default_factory=dict)
    answers: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    waits_s: dict[str, float] = field(default_factory=dict)
    turned_away: int = 0
    unheard: int = 0
    presses: int = 0
    replays: int = 0
    _numbers: int = 0
    _since_s: dict[str, float] = field(default_factory=dict)

    def command(self, path: str, headers: Mapping[str, str], **order: object) -> Command:
        """A command under an id of its own."""
        self._numbers += 1
        return Command(path=path, headers=headers, body={"command_id": f"{self.name}-{self._numbers:06d}", **order})

    def send(self, command: Command) -> None:
        """A command is sent, for the first time or again."""
        if command.id not in self.sent:
            self._since_s[command.id] = time.monotonic()
        self.sent[command.id] = command

    def give_up(self, command: Command) -> None:
        """Nobody waits any more for the answer to a command."""
        self._since_s.pop(command.id, None)

    def acknowledge(self, command: Command, answer: Mapping[str, Any]) -> None:
        """A command has its answer; whoever asks again must be given the same."""
        if command.id not in self.answers:
            self.answers[command.id] = answer
            if (since_s := self._since_s.get(command.id)) is not None:
                self.waits_s[command.id] = time.monotonic() - since_s
        known = self.offsets.setdefault(command.id, answer["offset"])
        assert known == answer["offset"], f"{command.id} was acknowledged at {known}, and now at {answer['offset']}"

    @property
    def seen(self) -> dict[str, str | None]:
        """Whom the officer saw at the counter, for each press by its id."""
        return {id_: cast("str | None", command.body["seen"]) for id_, command in self.sent.items() if "seen" in command.body}

    @property
    def unanswered(self) -> list[Command]:
        """What was sent and never acknowledged."""
        return [command for id_, command in self.sent.items() if id_ not in self.offsets]


class Sender:
    """Somebody who sends commands to one of the processes at ``homes``, and takes another when it does not answer, ``pause_s`` later."""

    def __init__(
        self, session: aiohttp.ClientSession, homes: Sequence[str], diary: Diary, chance: random.Random, pause_s: float = PAUSE_S
    ) -> None:
        self._session = session
        self._homes = homes
        self._diary = diary
        self._chance = chance
        self._pause_s = pause_s
        self._home = chance.choice(homes)

    def move(self) -> None:
        """Send to any of the processes from now on."""
        self._home = self._chance.choice(self._homes)

    async def ask(self, command: Command) -> Any | None:
        """Send a command once; the body of the answer, None without one: it was accepted, or it was not."""
        self._diary.send(command)
        body = await self._answer(command)
        if body is None:
            self.move()
            return None
        self._diary.acknowledge(command, body)
        return body

    async def insist(self, command: Command) -> Any:
        """Send a command again and again until it is answered."""
        while (body := await self.ask(command)) is None:
            await asyncio.sleep(self._pause_s)
        return body

    async def _answer(self, command: Command) -> Any | None:
        try:
            async with self._session.post(
                self._home + command.path, json=command.body, headers=command.headers, timeout=aiohttp.ClientTimeout(ANSWER_S)
            ) as answer:
                body = await answer.json()
        except (aiohttp.ClientError, TimeoutError):
            self._diary.unheard += 1
            return None
        if answer.status == 503:
            assert "store_unreachable" == body["code"]
            self._diary.turned_away += 1
            return None
        if answer.status == 429 and "Cookie" in command.headers and not command.path.startswith("/counter/"):
            return None  # a phone that has asked too often is served later
        assert answer.status in ACKNOWLEDGED, (answer.status, body)
        return body


class Officer:
    """Presses next at one counter, with all that fingers do. ``wanted`` is told of each person that was called: another may come."""

    def __init__(self, one: Site, counter: int, diary: Diary, chance: random.Random, wanted: asyncio.Semaphore) -> None:
        self._sender = Sender(one.session, [one.home(server) for server in one.officers], diary, chance)
        self._path = f"/counter/{counter}/commands"
        self._headers: Mapping[str, str] = bearer(one.keys["counter_keys"][str(counter)])
        self._diary = diary
        self._chance = chance
        self._wanted = wanted
        self._seen: str | None = None
        self._presses: list[Command] = []

    async def work(self, presses: int) -> None:
        """Press so many times."""
        while len(self._presses) < presses:
            await self._turn(last=len(self._presses) == presses - 1)

    async def _turn(self, *, last: bool) -> None:
        """A press, and what else comes to a finger's mind before it."""
        if self._often(MOVES):
            self._sender.move()
        if self._presses and self._often(REPLAYS):
            await self._replay(self._chance.choice(self._presses))
        await self._press(last=last)

    async def _press(self, *, last: bool) -> None:
        command = self._new()
        touches = [command]
        if self._often(TAPS_TWICE):
            touches.append(command)
            self._diary.replays += 1
        elif not last and self._often(TAPS_IN_A_HURRY):
            touches.append(self._new())
        answers = list(await asyncio.gather(*map(self._sender.ask, touches)))
        for place, answer in enumerate(answers):
            if answer is None and self._often(GIVES_UP):
                self._diary.give_up(touches[place])
            elif answer is None:
                answers[place] = await self._sender.insist(touches[place])
        known = {answer["offset"]: answer for answer in answers if answer is not None}
        for offset in sorted(known):
            self._learn(known[offset])

    async def _replay(self, press: Command) -> None:
        self._diary.replays += 1
        await self._sender.ask(press)

    def _new(self) -> Command:
        command = self._diary.command(self._path, self._headers, do="next", seen=self._seen)
        self._presses.append(command)
        self._diary.presses += 1
        return command

    def _learn(self, answer: Mapping[str, Any]) -> None:
        """Whom an answer, or a refusal, shows at the counter."""
        if "code" in answer:
            assert answer["code"] in ("stale", "line_empty"), answer
            self._seen = answer.get("serving")
            return
        called = [fields["ticket"] for name, fields in answer["events"] if name == "ticket_called"]
        self._seen = called[0] if called else None
        if called:
            self._wanted.release()

    def _often(self, share: float) -> bool:
        return self._chance.random() < share


class Kiosk:
    """Gives numbers to residents, as many as are ``wanted``; some come with several errands, some have priority, some press twice.

    ``on_visit`` is told of each visit: its token, and the lines it waits in.
    """

    def __init__(
        self,
        one: Site,
        number: int,
        diary: Diary,
        chance: random.Random,
        wanted: asyncio.Semaphore,
        on_visit: Callable[[str, Sequence[str]], None],
    ) -> None:
        self._sender = Sender(one.session, [one.home(server) for server in one.hubs], diary, chance)
        self._headers = bearer(one.keys["kiosk_keys"][str(number)])
        self._diary = diary
        self._chance = chance
        self._wanted = wanted
        self._on_visit = on_visit

    async def serve(self) -> None:
        """Give numbers for ever."""
        while True:
            lines = sorted({self._chance.choice(WHERE_PEOPLE_GO) for _ in range(self._chance.choice(ERRANDS))})
            for _ in lines:
                await self._wanted.acquire()
            lane = self._chance.choice(["regular", "regular", "regular", "priority"])
            command = self._diary.command("/tickets", self._headers, services=[SERVICES[line] for line in lines], lane=lane)
            answer = await self._sender.insist(command)
            if self._chance.random() < TAPS_TWICE:
                self._diary.replays += 1
                await self._sender.ask(command)
            self._on_visit(answer["visit"], lines)
