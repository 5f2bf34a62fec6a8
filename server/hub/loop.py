"""The event loop of every command, and what would hold it up.

Rule: a few sockets in each turn. asyncio hears all that have something to say, and a thousand tablets that press in one moment would make
one turn of a third of a second, behind which everything else stands.

Rule: long work is done where the loop would wait. A sweep takes a step in each turn, and as many as there is time for while nobody else
has anything to do: to go through the loop between two steps costs about a twentieth of what the step does.
"""

import asyncio
import gc
import selectors
import time
from collections import deque
from collections.abc import Iterator
from typing import cast

SOCKETS = 16
"""So many have their say in one turn; a request takes about a third of a millisecond. Followers have an epoll of their own."""
STEPS = 8
"""So many steps of long work at most are taken without a turn of the loop: timers that a step has set are seen to then."""
WHOLE_COLLECTIONS = 50
"""After so many smaller collections of garbage everything is looked through."""


_Work = tuple[Iterator[None], asyncio.Future[None]]
"""Steps that are left, and whom to tell when none are."""


class FewAtATime(selectors.DefaultSelector):
    """Tells of a few that are ready, and the next time of those behind them. Where it would wait, it works."""

    def __init__(self) -> None:
        super().__init__()
        self._next = 0
        self._works: deque[_Work] = deque()

    def begin(self, steps: Iterator[None]) -> asyncio.Future[None]:
        """Take these steps from now on, by turns with those of others; the future is done when there are no more, or one has failed."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._works.append((steps, done))
        return done

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """See `selectors.BaseSelector`. Whoever is left out is ready the next time, too."""
        if not self._works:
            return self._select(timeout)
        until = time.monotonic() + timeout if timeout is not None else None
        for _ in range(STEPS):
            self._take_step()
            ready = self._select(0)
            if ready or not self._works or (until is not None and time.monotonic() >= until):
                return ready
        return []

    def _take_step(self) -> None:
        steps, done = self._works.popleft()
        if done.done():  # nobody waits for it any more
            return
        try:
            next(steps)
        except StopIteration:
            done.set_result(None)
        except Exception as error:
            done.set_exception(error)
        else:
            self._works.append((steps, done))

    def _select(self, timeout: float | None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(timeout)
        if len(ready) <= SOCKETS:
            return ready
        start = self._next % len(ready)
        self._next = start + SOCKETS
        return [*ready[start:], *ready[:start]][:SOCKETS]


class Loop(asyncio.SelectorEventLoop):
    """A loop with a few sockets in each turn, and long work meanwhile."""

    def __init__(self) -> None:
        self._meanwhile = FewAtATime()
        super().__init__(self._meanwhile)

    async def work(self, steps: Iterator[None]) -> None:
        """Have all of these steps taken: the first at once, then one in each turn, and more while nobody has anything to do.

        Raises what a step raises.
        """
        for _ in steps:
            await self._meanwhile.begin(steps)  # which takes all that are left


def this_loop() -> Loop:
    """The running loop, which every command has of this kind."""
    return cast(Loop, asyncio.get_running_loop())


def spare_the_collector() -> None:
    """Leave what is there by now out of all collections of garbage: it stays, and to look through it holds up everybody for some 60 ms.

    What comes later is looked through as a whole five times less often than by default: a thousand tablets are 40 ms.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*gc.get_threshold()[:2], WHOLE_COLLECTIONS)
