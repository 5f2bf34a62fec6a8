"""What the processes of a bazaar tell each other beside the log: small notes by name, each until a time. Whoever loses them loses nothing.

Rule: a board is bounded, and its time is the caller's (Unix ms): no server's clock and no sweeping decide what still counts.
"""

from typing import Protocol

NOTES_MAX = 200
"""On a full board there is room for a new name only when a note has run out."""
KEPT_S = 2 * 24 * 3600
"""A board on which nothing was pinned for so long is forgotten."""


class Board(Protocol):
    """Notes of one topic. Every method raises StoreUnreachable while the store does not answer."""

    async def pin(self, name: str, note: bytes, *, until: int, now: int) -> bool:
        """Pin a note, over the one of that name; False when the board is full."""

    async def swap(self, name: str, old: bytes | None, note: bytes, *, until: int, now: int) -> bool:
        """Pin a note only where exactly ``old`` is up (None: nothing); False when something else is, or the board is full."""

    async def read(self, now: int) -> dict[str, bytes]:
        """All notes that have not run out, by name."""


class MemoryBoard:
    """A Board for one process, gone when the process ends."""

    def __init__(self) -> None:
        self._notes: dict[str, tuple[int, bytes]] = {}

    async def pin(self, name: str, note: bytes, *, until: int, now: int) -> bool:
        """See Board."""
        return self._put(name, note, until, now)

    async def swap(self, name: str, old: bytes | None, note: bytes, *, until: int, now: int) -> bool:
        """See Board."""
        return self._up(now).get(name) == old and self._put(name, note, until, now)

    async def read(self, now: int) -> dict[str, bytes]:
        """See Board."""
        return self._up(now)

    def _up(self, now: int) -> dict[str, bytes]:
        return {name: note for name, (until, note) in self._notes.items() if until > now}

    def _put(self, name: str, note: bytes, until: int, now: int) -> bool:
        others = {other: kept for other, kept in self._notes.items() if kept[0] > now and other != name}
        if len(others) >= NOTES_MAX:
            return False
        self._notes = {**others, name: (until, note)}
        return True
