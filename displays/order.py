"""The second opinion that the order page shows: the whole log, checked against the rules by what did not decide it."""

import asyncio
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from server.core.verify import Verdict
from server.hub.room import Room
from server.store.audit import verify_records

CHECK_EVERY_S = 30.0
"""A check reads the whole log. However many people look, it is made once in so long."""


@dataclass(slots=True, eq=False)
class _Latest:
    """A room's latest verdict and when it was made, by the loop's clock."""

    verdict: Verdict | None = None
    made_at: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


_latest: WeakKeyDictionary[Room, _Latest] = WeakKeyDictionary()


async def verdict_of(room: Room) -> Verdict:
    """The verdict on the room's log, at most `CHECK_EVERY_S` old; raises `StoreUnreachable`.

    The log is checked in a thread of its own, so that calls go on meanwhile.
    """
    latest = _latest.setdefault(room, _Latest())
    async with latest.lock:
        now = asyncio.get_running_loop().time()
        if latest.verdict is None or now - latest.made_at > CHECK_EVERY_S:
            records = [record async for page in room.pages() for record in page]
            latest.verdict = await asyncio.to_thread(verify_records, records)
            latest.made_at = now
        return latest.verdict
