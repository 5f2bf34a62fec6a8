"""How often one place may ask: so often at once, and so often a minute."""

import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Network, ip_address

PLACES_MAX = 10_000
"""Places remembered; the one that asked longest ago is forgotten first."""
_OF_A_NETWORK = 64
"""Bits of an IPv6 address that its owner does not choose."""


def place_of(remote: str | None) -> str:
    """Where a request came from, as far as its sender cannot choose: an IPv4 address, or the network of an IPv6 address."""
    try:
        address = ip_address(remote or "")
    except ValueError:
        return remote or ""
    if isinstance(address, IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), _OF_A_NETWORK), strict=False))


class Limits:
    """A token bucket for each place: ``burst`` requests at once, and ``per_minute`` more each minute. ``clock`` gives seconds.

    Of ``places_max`` places; whoever is forgotten begins anew.
    """

    def __init__(self, *, burst: int, per_minute: float, places_max: int = PLACES_MAX, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._burst = burst
        self._per_s = per_minute / 60
        self._places_max = places_max
        self._places: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, place: str) -> int:
        """Take one request of this place; 0 when it may go on, else the whole seconds until it may."""
        now = self._clock()
        tokens = self._tokens(place, now)
        self._places.pop(place, None)
        self._places[place] = (tokens - 1 if tokens >= 1 else tokens, now)
        if len(self._places) > self._places_max:
            self._places.popitem(last=False)
        return self._until_one(tokens)

    def look_s(self, place: str) -> int:
        """As `wait_s`, and nothing is taken."""
        return self._until_one(self._tokens(place, self._clock()))

    def _tokens(self, place: str, now: float) -> float:
        tokens, since = self._places.get(place, (float(self._burst), now))
        return min(self._burst, tokens + (now - since) * self._per_s)

    def _until_one(self, tokens: float) -> int:
        return 0 if tokens >= 1 else max(1, round((1 - tokens) / self._per_s))
