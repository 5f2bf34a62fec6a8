"""All bazaars that this process serves; bazaars opened later come in by themselves."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from pathlib import Path

from server.core.values import BazaarId
from server.hub.channels import ChannelKind
from server.hub.counts import Counts
from server.hub.door import OWN_FILES, files_max
from server.hub.live import Carriers
from server.hub.room import Room
from server.store.errors import StoreUnreachable
from server.store.kept import Kept
from server.store.log import Store
from server.store.outage import Outage
from server.store.turns import Turns

FOLLOWERS_PER_ADDRESS = 10_000
"""A hall of phones behind the one address of its Wi-Fi or of a provider."""
SHARE_OF_AN_ADDRESS = 0.75
"""Nor has one address more of the places that there are, unless somebody says so: who opens them without end leaves others theirs."""
REGISTRY_S = 1.0
"""How often the store is asked for bazaars that were opened since."""

BEHIND_S_MAX = 4.0
"""Whoever has not known for so long that its log was read to the end is behind: twice as long as a log may be silent (`FOLLOW_S`)."""

logger = logging.getLogger(__name__)


class Hub:
    """Rooms by bazaar id, one for each bazaar of the store. ``clock`` tells Unix ms; ``data`` is where it is kept what was seen."""

    def __init__(self, store: Store, kinds: Iterable[ChannelKind], clock: Callable[[], int], data: Path | None = None) -> None:
        self.counts = Counts()
        self.carriers = Carriers()
        self.rooms: dict[BazaarId, Room] = {}
        self.reachable = False
        self.store = store
        self.followers_per_address: int | None = None
        self.clock = clock
        self._outage = Outage("the store")
        self._kinds = tuple(kinds)
        self._turns = Turns()
        self._data = data

    @property
    def ready(self) -> bool:
        """Whether the store answers, every room has read its log to the end, and none is behind it since."""
        return self.reachable and all(is_up_to_date(room) for room in self.rooms.values())

    def has_place_for(self, place: str) -> bool:
        """Whether one more connection from this address may follow; "" is none that is counted."""
        most = self.followers_per_address or min(FOLLOWERS_PER_ADDRESS, int((files_max() - OWN_FILES) * SHARE_OF_AN_ADDRESS))
        return not place or self.counts.followers_at[place] < most

    async def run(self) -> None:
        """Serve every bazaar of the store until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    for bazaar_id in await self._new_ids():
                        kept = Kept(self._data, bazaar_id) if self._data else None
                        room = Room(self.store.log(bazaar_id), self._kinds, self.clock, self.counts, self._turns, kept)
                        self.rooms[bazaar_id] = room
                        tasks.create_task(room.run())
                    await asyncio.sleep(REGISTRY_S)
        finally:
            self.carriers.sockets.close()

    async def _new_ids(self) -> list[BazaarId]:
        try:
            ids = await self.store.bazaars()
        except StoreUnreachable as away:
            self.reachable = False
            await self._outage.sit_out(str(away))
            return []
        self.reachable = True
        self._outage.is_over()
        return [bazaar_id for bazaar_id in ids if bazaar_id not in self.rooms]


def is_up_to_date(room: Room) -> bool:
    """Whether a room has read its log to the end, and knows that it was the end `BEHIND_S_MAX` ago at most."""
    return room.ready and room.behind_s <= BEHIND_S_MAX
