"""How often one place may ask, so that nobody takes all the numbers and a whole hall behind one address is not shut out."""

import time
from collections import OrderedDict

PLACES_MAX = 10_000
"""Addresses remembered; the one that asked longest ago is forgotten first."""


class Limits:
    """A token bucket for each place: ``burst`` requests at once, and ``per_minute`` more each minute."""

    def __init__(self, *, burst: int, per_minute: float) -> None:
        self._burst = burst
        self._per_s = per_minute / 60
        self._places: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, place: str) -> int:
        """Take one request of this place; 0 when it may go on, else the whole seconds until it may."""
        now = time.monotonic()
        tokens, since = self._places.pop(place, (float(self._burst), now))
        tokens = min(self._burst, tokens + (now - since) * self._per_s)
        allowed = tokens >= 1
        self._places[place] = (tokens - 1 if allowed else tokens, now)
        if len(self._places) > PLACES_MAX:
            self._places.popitem(last=False)
        return 0 if allowed else max(1, round((1 - tokens) / self._per_s))
