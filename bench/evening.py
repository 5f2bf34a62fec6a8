"""One simulated evening at a bazaar, in virtual time: every press goes through the core that a hub runs, and nothing sleeps.

Rule: chance and minutes of people stand in `bench.crowd`; here is only the clock on which they act.
"""

import random
from collections.abc import Callable, Generator
from heapq import heappop, heappush
from itertools import count

from server.core.bazaar import Bazaar, open_bazaar
from server.core.commands import Command, Envelope
from server.core.decide import decide
from server.core.events import Event
from server.core.evolve import evolve
from server.core.plan import Plan
from server.core.refusals import Refused
from server.core.values import MS_PER_MINUTE, CommandId

OPENS_MS = 1_796_374_800_000
"""2026-12-04 16:00 in Probolinggo."""

Life = Generator[float, None, None]
"""What somebody does, one step after the other; each yield is for how many minutes nothing more is heard of them."""
Watcher = Callable[[tuple[Event, ...]], None]


class Evening:
    """A bazaar on its way. ``minutes`` is the time since the opening; ``watch`` is told of the events of every entry, after it."""

    def __init__(self, plan: Plan, rng: random.Random, watch: Watcher) -> None:
        self.bazaar: Bazaar = open_bazaar(plan.as_config(), at=OPENS_MS)
        self.rng = rng
        self.minutes = 0.0
        self._watch = watch
        self._agenda: list[tuple[float, int, Life]] = []
        self._turns = count()

    @property
    def now_ms(self) -> int:
        """The clock, Unix ms."""
        return OPENS_MS + round(self.minutes * MS_PER_MINUTE)

    def begin(self, life: Life, *, after: float = 0.0) -> None:
        """Let somebody act beside everybody else, from so many minutes on."""
        heappush(self._agenda, (self.minutes + after, next(self._turns), life))

    def run(self) -> None:
        """Until nobody has anything left to do."""
        while self._agenda:
            self.minutes, _, life = heappop(self._agenda)
            pause = next(life, None)
            if pause is not None:
                self.begin(life, after=pause)

    def ask(self, command: Command, by: str) -> tuple[Event, ...]:
        """Have a command decided and carried out.

        Raises:
            Refused: it was not.
        """
        offset, now_ms = self.bazaar.offset + 1, self.now_ms
        envelope = Envelope(command_id=CommandId(f"command-of-the-evening-{offset:08d}"), by=by, command=command)
        events = decide(self.bazaar, envelope, now_ms)
        for event in events:
            evolve(self.bazaar, event, offset=offset, at=now_ms)
        self._watch(events)
        return events

    def tries(self, command: Command, by: str) -> bool:
        """The same for whoever asks on the chance; whether it was carried out."""
        try:
            self.ask(command, by)
        except Refused:
            return False
        return True

    def chance(self, share: float) -> bool:
        """Whether it happens this time, when it happens in this share of all times."""
        return self.rng.random() < share
