"""A roll: those who follow one channel in one way, and how far its newest frame has come among them.

Rule: whoever has something unsent is on no roll. So a sweep is one write for each, of the same bytes, and nothing waits behind it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import repeat

from server.hub.carrier import Carrier
from server.hub.channels import ChannelKind, Frame, Subprotocol
from server.hub.ring import Ring

NOTHING, LOST = 0, -1
"""What `Roll.write` says in place of a number of bytes: none went out; the connection is gone."""


@dataclass(slots=True, eq=False)
class Channel:
    """One channel that somebody follows: its newest frame, and its followers by how they are written."""

    name: str
    kind: ChannelKind
    key: str
    frame: Frame
    touched_s: float = 0.0
    """When the entry of the newest frame was folded here (monotonic s)."""
    rolls: dict[tuple[Carrier, Subprotocol], "Roll"] = field(default_factory=dict)

    def roll(self, carrier: Carrier, subprotocol: Subprotocol) -> "Roll":
        """The roll of those who are written in this way."""
        roll = self.rolls.get((carrier, subprotocol))
        if roll is None:
            roll = self.rolls[carrier, subprotocol] = Roll(self, carrier, subprotocol)
        return roll


@dataclass(slots=True)
class Round:
    """A sweep that is timed, since the entry that it brings was folded here (monotonic s), until it has come by the place ``end``."""

    since_s: float
    end: int
    begun: bool = False


class Roll:
    """The followers of one channel by one carrier and subprotocol, by file descriptor.

    ``members`` counts all of them. On the roll is whoever is clear, in a ring, with the offset of the frame that they have. One sweep at
    a time is timed, as ``round``; newer frames that come meanwhile do not lengthen it.
    """

    __slots__ = ("_ring", "_write", "channel", "data", "members", "round", "subprotocol")

    def __init__(self, channel: Channel, carrier: Carrier, subprotocol: Subprotocol) -> None:
        self.channel = channel
        self.subprotocol = subprotocol
        self.members = 0
        self.data = channel.frame.encoded(subprotocol)
        self.round: Round | None = None
        self._write = carrier.write
        self._ring = Ring(channel.frame.mark.offset)

    @property
    def offset(self) -> int:
        """Of the newest frame."""
        return self._ring.offset

    @property
    def sweeping(self) -> bool:
        """Whether the newest frame is still to be brought to somebody."""
        return self._ring.sweeping

    def admit(self, fd: int, has: int) -> None:
        """Put on the roll somebody who has the frame of this offset: the newest one, or one that this hub is still to reach."""
        self._ring.admit(fd, has)

    def withdraw(self, fd: int) -> int:
        """Take somebody off the roll; the offset of the frame that they have, 0 when they were not on it."""
        return self._ring.withdraw(fd)

    @property
    def has_come_round(self) -> bool:
        """Whether what is timed has been brought to everybody, or something newer instead."""
        return self.round is not None and (self._ring.passed >= self.round.end or not self.sweeping)

    def renew(self) -> None:
        """The channel has a newer frame: go on from where the sweep is, and once round from there."""
        self.data = self.channel.frame.encoded(self.subprotocol)
        self._ring.renew(self.channel.frame.mark.offset)
        if self.round is None and self.sweeping:
            self.round = Round(self.channel.touched_s, self._ring.passed + self._ring.left)

    def take(self, count: int) -> list[int]:
        """The next of the sweep, at most so many: whoever the newest frame is to be written to now."""
        return self._ring.take(count)

    def write(self, fds: Sequence[int]) -> list[int]:
        """Write the newest frame to each; how many bytes went out to each, `NOTHING` or `LOST`."""
        sent: list[int] = []
        while len(sent) < len(fds):
            try:
                sent.extend(map(self._write, fds[len(sent) :], repeat(self.data)))  # what was written before an error stays
            except BlockingIOError:
                sent.append(NOTHING)
            except OSError:
                sent.append(LOST)
        return sent
