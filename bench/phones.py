"""A crowd of phones in a process of its own: they follow one channel until standard input says that it is enough.

    python -m bench.phones HOME CHANNEL COUNT arrivals|deliveries

prints one line of JSON when all of them follow (``{"following": COUNT}``), and after a line on standard input a second one: what they saw.
"""

import asyncio
import json
import sys
from collections import Counter
from typing import Protocol

from bench.follower import Follower, follow

CONNECTING_AT_ONCE = 50
NS_PER_TENTH = 100_000_000


class Notes(Protocol):
    """What a crowd notes of the frames that come after each phone's first."""

    def on_frame(self, phone: Follower, offset: int, now_ns: int) -> None:
        """One frame."""

    def as_map(self) -> dict[int, object]:
        """All of it, ready for JSON."""


class Arrivals:
    """By offset: how many phones show it or something newer, and when the first and the last of them began to, ``[count, ns, ns]``.

    Who was given a newer frame in place of this one shows this change too, by that frame.
    """

    def __init__(self) -> None:
        self._seen: dict[int, list[int]] = {}

    def on_frame(self, phone: Follower, offset: int, now_ns: int) -> None:
        """See Notes."""
        for each in range(phone.offset + 1, offset + 1) if phone.offset else ():
            seen = self._seen.setdefault(each, [0, now_ns, now_ns])
            seen[0] += 1
            seen[2] = now_ns

    def as_map(self) -> dict[int, object]:
        """See Notes."""
        return dict(self._seen)


class Deliveries:
    """Frames by tenth of a second. In a saturated run there is no time for more."""

    def __init__(self) -> None:
        self._tenths: Counter[int] = Counter()

    def on_frame(self, phone: Follower, offset: int, now_ns: int) -> None:
        """See Notes."""
        if phone.offset and offset:
            self._tenths[now_ns // NS_PER_TENTH] += 1

    def as_map(self) -> dict[int, object]:
        """See Notes."""
        return dict(self._tenths)


NOTES: dict[str, type[Notes]] = {"arrivals": Arrivals, "deliveries": Deliveries}


async def crowd(home: str, channel: str, count: int, notes: Notes) -> None:
    """Follow with so many phones, and tell when they do and what they saw."""
    phones: list[Follower] = []
    while len(phones) < count:
        more = min(CONNECTING_AT_ONCE, count - len(phones))
        phones += await asyncio.gather(*(follow(home, channel, notes.on_frame) for _ in range(more)))
    print(json.dumps({"following": len(phones)}), flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    lost = sum(phone.lost for phone in phones)
    print(json.dumps({"lost": lost, "seen": notes.as_map()}), flush=True)


if __name__ == "__main__":
    asyncio.run(crowd(sys.argv[1], sys.argv[2], int(sys.argv[3]), NOTES[sys.argv[4]]()))
