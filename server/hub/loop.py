"""The event loop of every command, and what would hold it up.

Rule: a few sockets in each turn. asyncio hears all that have something to say, and a thousand tablets that press in one moment would make
one turn of a third of a second, behind which everything else stands.
"""

import asyncio
import gc
import selectors

SOCKETS = 16
"""So many have their say in one turn; a request takes about a third of a millisecond. Followers have an epoll of their own."""
WHOLE_COLLECTIONS = 50
"""After so many smaller collections of garbage everything is looked through."""


class FewAtATime(selectors.DefaultSelector):
    """Tells of a few that are ready, and the next time of those behind them."""

    def __init__(self) -> None:
        super().__init__()
        self._next = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """See `selectors.BaseSelector`. Whoever is left out is ready the next time, too."""
        ready = super().select(timeout)
        if len(ready) <= SOCKETS:
            return ready
        start = self._next % len(ready)
        self._next = start + SOCKETS
        return [*ready[start:], *ready[:start]][:SOCKETS]


def new_loop() -> asyncio.AbstractEventLoop:
    """A loop with a few sockets in each turn."""
    return asyncio.SelectorEventLoop(FewAtATime())


def spare_the_collector() -> None:
    """Leave what is there by now out of all collections of garbage: it stays, and to look through it holds up everybody for some 60 ms.

    What comes later is looked through as a whole five times less often than by default: a thousand tablets are 40 ms.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*gc.get_threshold()[:2], WHOLE_COLLECTIONS)
