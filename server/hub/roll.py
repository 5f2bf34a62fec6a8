"""A roll: those who follow one channel in one way, and how far its newest frame has come among them.

Rule: whoever has something unsent is on no roll. So a sweep is one write for each, of the same bytes, and nothing waits behind it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import repeat

from server.hub.carrier import Carrier
from server.hub.channels import ChannelKind, Frame, Subprotocol

NOTHING, LOST = 0, -1
"""What `Roll.write` says in place of a number of bytes: none went out; the connection is gone."""


@dataclass(slots=True, eq=False)
class Channel:
    """One channel that somebody follows: its newest frame, and its followers by how they are written."""

    name: str
    kind: ChannelKind
    key: str
    frame: Frame
    rolls: dict[tuple[Carrier, Subprotocol], "Roll"] = field(default_factory=dict)

    def roll(self, carrier: Carrier, subprotocol: Subprotocol) -> "Roll":
        """The roll of those who are written in this way."""
        roll = self.rolls.get((carrier, subprotocol))
        if roll is None:
            roll = self.rolls[carrier, subprotocol] = Roll(self, carrier, subprotocol)
        return roll


class Roll:
    """The followers of one channel by one carrier and subprotocol, by file descriptor.

    ``members`` counts all of them. On the roll is whoever is clear, with the offset of the frame that they have. A sweep goes round the
    ring, a copy of the roll from when the round began, and passes over who left since or has the newest frame already. What stands in
    the ring is only looked up in the roll, so it does not matter whether a file descriptor is somebody else's by now.
    """

    __slots__ = ("_at", "_has", "_ring", "_rounds", "_write", "channel", "data", "members", "offset", "subprotocol")

    def __init__(self, channel: Channel, carrier: Carrier, subprotocol: Subprotocol) -> None:
        self.channel = channel
        self.subprotocol = subprotocol
        self.members = 0
        self._write = carrier.write
        self._has: dict[int, int] = {}
        self._ring: list[int] = []
        self._at = 0
        self._rounds = 0
        self._show(channel.frame)

    @property
    def sweeping(self) -> bool:
        """Whether the newest frame is still to be brought to somebody."""
        return self._rounds > 0

    def admit(self, fd: int, has: int) -> None:
        """Put on the roll somebody who has the frame of this offset: the newest one, or one that this hub is still to reach."""
        self._has[fd] = has

    def withdraw(self, fd: int) -> int:
        """Take somebody off the roll; the offset of the frame that they have, 0 when they were not on it."""
        return self._has.pop(fd, 0)

    def renew(self) -> None:
        """The channel has a newer frame: go on from where the sweep is, and once round from there."""
        self._show(self.channel.frame)
        if self._rounds:
            self._rounds = 2
        else:
            self._ring, self._rounds = list(self._has), 1

    def take(self, count: int) -> list[int]:
        """The next of the sweep, at most so many: whoever the newest frame is to be written to now."""
        newest = self.offset
        part = [fd for fd in self._ring[self._at : self._at + count] if self._has.get(fd, newest) < newest]
        self._has.update(dict.fromkeys(part, newest))
        self._at += count
        if self._at >= len(self._ring):
            self._at, self._rounds = 0, self._rounds - 1
            self._ring = list(self._has) if self._rounds else []
        return part

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

    def _show(self, frame: Frame) -> None:
        self.offset = frame.mark.offset
        self.data = frame.encoded(self.subprotocol)
