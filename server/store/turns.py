"""How much is decided and folded in one turn of the event loop, by all bazaars of a process together.

Rule: whoever has more to do than a moment's worth asks here before each piece. A hundred bazaars that each take little would hold up
everybody for a third of a second.
"""

import asyncio
from collections import deque

PIECES = 16
"""So many pieces a turn: entries decided, entries folded, channels folded anew. About three milliseconds' worth."""


class Turns:
    """The pieces of each turn; when they are used up, the next turns' go to those who wait, first come, first served."""

    def __init__(self, pieces: int = PIECES) -> None:
        self._pieces = pieces
        self._left = pieces
        self._granted = 0
        """How many of the next turn's pieces are given away already."""
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._renews = False

    async def take(self) -> None:
        """Take a piece of this turn, which costs no time, or wait for one of a later turn."""
        self._renew_next_turn()
        if self._left > 0 and not self._waiting:
            self._left -= 1
            return
        place = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        await place

    def _renew_next_turn(self) -> None:
        if not self._renews:
            self._renews = True
            asyncio.get_running_loop().call_soon(self._renew)

    def _renew(self) -> None:
        """Another turn has begun. Whoever is told now that there is a piece for them goes on in the next."""
        self._renews = False
        self._left, self._granted = self._pieces - self._granted, 0
        if self._waiting:
            self._renew_next_turn()  # before they go on
        while self._waiting and self._granted < self._pieces:
            place = self._waiting.popleft()
            if not place.done():  # else whoever waited has given up
                self._granted += 1
                place.set_result(None)
