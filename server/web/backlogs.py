"""How many calls wait for a loudspeaker: what the TV that speaks in a zone has told of itself."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from server.core.values import BazaarId
from server.hub.devices import AWAY_S

UNSAID_MAX = 1000
"""No TV has more to say: it is told the calls of a minute."""


@dataclass(frozen=True, slots=True)
class _Told:
    at_s: float
    paired: bool
    unsaid: int


class Backlogs:
    """The newest word of each TV, by bazaar, zone and TV. ``clock`` gives seconds. There are as many as TVs may report."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._told: dict[tuple[BazaarId, str], dict[str, _Told]] = {}

    def tell(self, bazaar: BazaarId, zone: str, tv: str, unsaid: int, *, paired: bool) -> None:
        """A TV has so many calls still to say."""
        told = self._fresh(self._told.get((bazaar, zone), {}))
        self._told[bazaar, zone] = {**told, tv: _Told(self._clock(), paired, unsaid)}

    def by_zone(self) -> Mapping[tuple[BazaarId, str], int]:
        """The longest backlog of each zone, among TVs that were paired if there are any; nothing of those that were silent for a minute."""
        self._told = {place: fresh for place, told in self._told.items() if (fresh := self._fresh(told))}
        return {place: _longest(told.values()) for place, told in self._told.items()}

    def _fresh(self, told: Mapping[str, _Told]) -> dict[str, _Told]:
        return {tv: one for tv, one in told.items() if one.at_s >= self._clock() - AWAY_S}


def _longest(told: Collection[_Told]) -> int:
    return max(one.unsaid for one in [one for one in told if one.paired] or told)
