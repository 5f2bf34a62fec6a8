"""Officers: each looks at the tablet, presses, serves, and waits for whoever does not come."""

import asyncio
from collections.abc import Mapping
from typing import Any

from server.simulate.client import Answer
from server.simulate.hall import SECONDS_PER_MINUTE, Hall
from server.simulate.residents import come_back

FIRST_CALL_MINUTES_MAX = 5.0
"""They do not all begin in one moment."""
LOOK_MINUTES, LOOK_S_MAX = 0.4, 2.0
"""How often an officer with nobody to serve looks at the tablet: the shorter of the two."""
WALK_MINUTES = (0.3, 1.0)
PAUSE_MINUTES = (5.0, 15.0)
NO_SHOW_SHARE = 0.08
RETURN_SHARE = 0.6
HOLD_SHARE = 0.02
TRANSFER_SHARE = 0.02
PAUSE_SHARE = 0.01
PAUSE_REASON = "Istirahat sebentar"
STEADINESS = 6.0
"""Serving times scatter around the service's minutes; the higher, the less."""
MARGIN_S = 1.0
"""Waited beyond what the bazaar asks for before somebody may be marked absent: clocks differ a little."""


async def work(hall: Hall, number: int) -> None:
    """The officer of a counter, until the simulation ends."""
    await hall.minutes(hall.rng.uniform(0, FIRST_CALL_MINUTES_MAX))
    officer = _Officer(hall, number)
    if (await officer.look())["state"] != "open":
        await officer.press("open_counter")
    while True:
        await officer.call_next()


class _Officer:
    """One counter. What others do there meanwhile is respected: every press says what was seen."""

    def __init__(self, hall: Hall, number: int) -> None:
        self._hall = hall
        self._number = number

    async def look(self) -> Mapping[str, Any]:
        """What the tablet shows."""
        return await self._hall.client.counter(self._number)

    async def press(self, do: str, **fields: object) -> Answer:
        """A button of the tablet."""
        return await self._hall.client.press(self._number, {"do": do, **fields})

    async def call_next(self) -> None:
        """Finish whoever is there and call the next; without either, or with the counter not open, look again later."""
        view = await self.look()
        serving = view["serving"]
        if view["state"] != "open" or (serving is None and view["next"] is None):
            await asyncio.sleep(min(LOOK_MINUTES * SECONDS_PER_MINUTE / self._hall.speed, LOOK_S_MAX))
            return
        answer = await self.press("next", seen=serving and serving["label"])
        for call in answer.events("ticket_called"):
            self._hall.tell(f"{call['ticket']} → counter {self._number}")
            await self._attend(call["ticket"])

    async def _attend(self, label: str) -> None:
        """Whoever was called comes, or does not."""
        await self._hall.minutes(self._hall.rng.uniform(*WALK_MINUTES))
        if label in self._hall.visits and self._hall.chance(NO_SHOW_SHARE):
            await self._wait_in_vain(label)
            return
        serving = (await self.look())["serving"]
        if serving is None or serving["label"] != label:
            return
        usual = sum(self._hall.plan.service(code).minutes for code in serving["services"])
        await self._hall.minutes(self._hall.rng.gammavariate(STEADINESS, usual / STEADINESS))
        if label in self._hall.visits:
            await self._end(label)

    async def _wait_in_vain(self, label: str) -> None:
        """Call again as often, and wait as long, as the bazaar asks for; only then is somebody absent. These seconds are real ones."""
        rule = self._hall.plan.bazaar.absent_after
        for _ in range(rule.recalls):
            await asyncio.sleep(rule.seconds / (rule.recalls + 1))
            await self.press("recall", ticket=label)
        await asyncio.sleep(rule.seconds / (rule.recalls + 1) + MARGIN_S)
        if (await self.press("absent", ticket=label)).done:
            self._hall.tell(f"{label} did not come to counter {self._number}")
            if self._hall.chance(RETURN_SHARE):
                self._hall.meanwhile(come_back(self._hall, label))

    async def _end(self, label: str) -> None:
        """Mostly the next press ends it; sometimes a paper is missing, it is another counter's errand, or the officer needs a rest.

        Only simulated residents are sent about.
        """
        mood = self._hall.rng.random()
        if mood < HOLD_SHARE:
            if (await self.press("hold", ticket=label)).done:
                self._hall.tell(f"{label} fetches a paper")
                self._hall.meanwhile(come_back(self._hall, label))
        elif mood < HOLD_SHARE + TRANSFER_SHARE:
            service = self._hall.rng.choice(self._hall.plan.services).code
            answer = await self.press("transfer", ticket=label, service=service)
            for event in answer.events("ticket_transferred"):
                self._hall.visits[event["to_ticket"]] = self._hall.visits[label]
                self._hall.tell(f"{label} goes on as {event['to_ticket']}")
        elif mood < HOLD_SHARE + TRANSFER_SHARE + PAUSE_SHARE:
            await self._rest(label)

    async def _rest(self, label: str) -> None:
        await self.press("finish", ticket=label)
        await self.press("pause_counter", reason=PAUSE_REASON)
        self._hall.tell(f"counter {self._number} pauses")
        await self._hall.minutes(self._hall.rng.uniform(*PAUSE_MINUTES))
        await self.press("open_counter")
