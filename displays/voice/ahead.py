"""What is likely to be called next, made before it is: then a call is heard the moment it is seen."""

import asyncio
import logging
from collections.abc import Iterator
from itertools import islice

from displays.voice.announcer import CannotSay
from displays.voice.sentence import Form, form_of
from displays.voice.sound import Kind
from displays.voice.voice import Busy, Voice
from server.core.bazaar import Bazaar, waiting_in
from server.core.plan import Plan
from server.core.values import BazaarId, CounterNumber, CounterState, Label
from server.hub.hub import Hub

AHEAD = 3
"""So many waiting tickets of each lane; an officer who is quicker than the synthesiser waits for nothing, only the voice comes later."""
LOOK_S = 1.0

logger = logging.getLogger(__name__)

Likely = tuple[Label, CounterNumber, Form]


def likely(bazaar: Bazaar) -> Iterator[Likely]:
    """Calls that may come next: of each open counter a recall of who is there, and the first who wait in each lane of its lines."""
    for stand in bazaar.counters.values():
        if stand.state is not CounterState.OPEN:
            continue
        if stand.serving:
            yield stand.serving, stand.number, form_of(bazaar.tickets[stand.serving].calls + 1)
        for prefix in bazaar.plan.counter(stand.number).lines:
            line = bazaar.lines[prefix]
            for lane in line.lanes:
                for ticket in islice(waiting_in(bazaar, line, lane), AHEAD):
                    yield ticket.label, stand.number, Form.FULL
                    yield ticket.label, stand.number, Form.SHORT


class Ahead:
    """Makes what is likely, one after the other, for bazaars to which some screen listens."""

    def __init__(self, voice: Voice, hub: Hub) -> None:
        self._voice = voice
        self._hub = hub
        self._listened: set[BazaarId] = set()
        self._seen: dict[BazaarId, int] = {}
        self._made: dict[BazaarId, frozenset[Likely]] = {}

    def listen(self, bazaar_id: BazaarId) -> None:
        """A screen has asked for the voice of this bazaar."""
        self._listened.add(bazaar_id)

    async def run(self) -> None:
        """Follow the bazaars until cancelled."""
        while True:
            for bazaar_id in tuple(self._listened):
                room = self._hub.rooms[bazaar_id]
                if room.opened and self._seen.get(bazaar_id) != room.offset:
                    self._seen[bazaar_id] = room.offset
                    await self.make(room.bazaar)
            await asyncio.sleep(LOOK_S)

    async def make(self, bazaar: Bazaar) -> None:
        """Make what is likely in the bazaar as it is now. What was likely before was made then and costs no look."""
        bazaar_id = bazaar.plan.bazaar.id
        wanted, made = list(likely(bazaar)), self._made.get(bazaar_id, frozenset())
        for call in wanted:
            if call not in made and not await self._make(bazaar.plan, *call):
                return
        self._made[bazaar_id] = frozenset(wanted)

    async def _make(self, plan: Plan, label: Label, counter: CounterNumber, form: Form) -> bool:
        """Make one call in all languages that say it; whether there is a point in going on now."""
        for language in self._voice.languages:
            said = self._voice.sentence(plan, form, language, label, counter)
            if not self._voice.can_say(said):
                continue
            try:
                await self._voice.sound(said, Kind.MP3)
            except Busy:
                return False  # what waits already is wanted more
            except CannotSay as error:
                logger.warning("a call cannot be spoken ahead: %s", error)
                return False
        return True
