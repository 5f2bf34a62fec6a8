"""The time of one bazaar's log, as one hub tells it."""

from collections.abc import Callable


class LogTime:
    """Unix ms that never goes back, is never behind the log, and otherwise moves on as ``clock`` does.

    The clocks of hubs differ, and are set. If the time only stood still until a clock is where the log is, nobody could be marked absent
    until then, a call could be undone for as long, and every screen would say that its data is old.
    """

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._ahead_ms = 0
        self._told = 0

    def now(self, after: int) -> int:
        """The time, at or after the log's latest entry ``after``."""
        clock = self._clock()
        self._ahead_ms = max(self._ahead_ms, after - clock, self._told - clock)
        self._told = clock + self._ahead_ms
        return self._told
