"""What the hub counts about itself, as plain numbers; the web part shows them as metrics."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from server.store.times import Times


@dataclass(frozen=True, slots=True)
class Sweeps:
    """How soon sweeps came: from an entry that was folded here to the first of a channel's followers, and to the last."""

    first: Times = field(default_factory=Times)
    last: Times = field(default_factory=Times)


@dataclass(slots=True)
class Counts:
    """``frames_conflated``: frames that waited for a full socket, to be replaced if a newer one comes before there is room.
    ``followers_at``: connections that follow, by the address that they come from.

    ``sweeps``: of first ranks (screens, tablets, the desk), and of all others.
    """

    frames_folded: int = 0
    frames_written: int = 0
    frames_conflated: int = 0
    closed_slow: int = 0
    followers_at: Counter[str] = field(default_factory=Counter)
    sweeps: Mapping[bool, Sweeps] = field(default_factory=lambda: {True: Sweeps(), False: Sweeps()})
