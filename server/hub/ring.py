"""The order in which a sweep goes round, and what each of those in it has.

Rule: nothing is noted of anybody while a sweep passes. Where it was when newer frames came tells what has been brought to which place; to
look up and note each of twenty thousand costs a twentieth of what it costs to write to them.
"""

from bisect import bisect_right
from itertools import accumulate
from operator import itemgetter

HOLE = -1
"""In the place of somebody who left."""
HOLES_MIN = 32
"""Fewer of them are not worth closing up for."""

_Lap = list[tuple[int, int]]
"""From this place on a lap brought the frame of this offset; in order."""


class Ring:
    """File descriptors, each in its place. ``offset`` is the newest frame's, which the sweep brings to all who have an older one."""

    __slots__ = ("_apart", "_at", "_fds", "_holes", "_lap", "_lap_before", "_left", "_places", "offset", "passed")

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self._fds: list[int] = []
        self._places: dict[int, int] = {}
        self._apart: dict[int, int] = {}
        """What those have whom no sweep has brought it."""
        self._at = 0
        self._left = 0
        self.passed = 0
        """So many places sweeps have come by, since the beginning."""
        self._holes = 0
        self._lap: _Lap = []
        self._lap_before: _Lap = []

    @property
    def sweeping(self) -> bool:
        """Whether the newest frame is still to be brought to somebody."""
        return self._left > 0

    @property
    def left(self) -> int:
        """How many places the sweep has still to come by."""
        return self._left

    def admit(self, fd: int, has: int) -> None:
        """Put somebody in who has the frame of this offset: the newest one, or one that this hub is still to reach."""
        if self._left and self._at + self._left >= len(self._fds):
            self._left += 1  # the sweep still comes by the end, where they stand
        self._places[fd] = len(self._fds)
        self._fds.append(fd)
        self._apart[fd] = has

    def withdraw(self, fd: int) -> int:
        """Take somebody out; the offset of the frame that they have, 0 when they were not in."""
        place = self._places.pop(fd, None)
        if place is None:
            return 0
        has = self._apart.pop(fd, None)
        if has is None:
            lap = self._lap if place < self._at else self._lap_before
            has = lap[bisect_right(lap, place, key=itemgetter(0)) - 1][1]
        self._fds[place] = HOLE
        self._holes += 1
        if self._holes > max(HOLES_MIN, len(self._places)):
            self._close_up()
        return has

    def renew(self, offset: int) -> None:
        """There is a newer frame: go on from where the sweep is, and once round from there."""
        self.offset = offset
        self._left = len(self._fds)

    def take(self, count: int) -> list[int]:
        """The next of the sweep, at most so many: whoever the newest frame is to be written to now."""
        if self._at >= len(self._fds):
            self._at, self._lap, self._lap_before = 0, [], self._lap
        if not self._lap or self._lap[-1][1] != self.offset:
            self._lap.append((self._at, self.offset))
        part = self._fds[self._at : self._at + min(count, self._left)]
        self._at += len(part)
        self._left -= len(part)
        self.passed += len(part)
        return [fd for fd in part if self._lacks(fd)] if self._holes or self._apart else part

    def _lacks(self, fd: int) -> bool:
        """Whether somebody in the sweep's way has not what it brings; from now on they have."""
        has = self._apart.get(fd, 0)
        if fd == HOLE or has >= self.offset:
            return False
        self._apart.pop(fd, None)
        return True

    def _close_up(self) -> None:
        """Let everybody move up to where nobody has left."""
        moved = list(accumulate((fd != HOLE for fd in self._fds), initial=0))
        end, around = self._at + self._left, len(self._fds)
        self._left = moved[min(end, around)] - moved[self._at] + moved[max(end - around, 0)]
        self._at = moved[self._at]
        self._lap, self._lap_before = ([(moved[place], offset) for place, offset in lap] for lap in (self._lap, self._lap_before))
        self._fds = [fd for fd in self._fds if fd != HOLE]
        self._places = {fd: place for place, fd in enumerate(self._fds)}
        self._holes = 0
