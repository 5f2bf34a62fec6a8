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
GONE_MAX = 64
"""So many places of a ring may be of followers that left, before they are taken out."""


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

    ``members`` counts all of them. On the roll are those that are clear: they have the newest frame, or get it by the sweep that is
    under way. Who is ahead of this hub waits apart until the hub has passed it.
    """

    __slots__ = ("_ahead", "_at", "_came", "_clear", "_ring", "_write", "channel", "data", "members", "offset", "subprotocol")

    def __init__(self, channel: Channel, carrier: Carrier, subprotocol: Subprotocol) -> None:
        self.channel = channel
        self.subprotocol = subprotocol
        self.members = 0
        self._write = carrier.write
        self._clear: dict[int, None] = {}
        self._ahead: dict[int, int] = {}
        self._ring: list[int] = []
        self._at = 0
        self._came: list[int] = []
        self._show(channel.frame)

    @property
    def sweeping(self) -> bool:
        """Whether the newest frame is still to be brought to somebody."""
        return bool(self._ring)

    def admit(self, fd: int, has: int) -> None:
        """Put on the roll somebody who has the newest frame, or is ahead of it with the frame of offset ``has``."""
        if has > self.offset:
            self._ahead[fd] = has
            return
        self._clear[fd] = None
        if self._ring:
            self._came.append(fd)

    def withdraw(self, fd: int) -> int:
        """Take somebody off the roll; the offset of the frame that they surely have, 0 when a sweep may not have come to them yet."""
        if fd in self._clear:
            del self._clear[fd]
            return 0 if self._ring else self.offset
        return self._ahead.pop(fd, 0)

    def renew(self) -> None:
        """The channel has a newer frame: bring it to everybody, first to those whom the sweep before has not reached."""
        self._show(self.channel.frame)
        if self._ring:
            self._ring = self._ring[self._at :] + self._ring[: self._at] + self._came
            if len(self._ring) > len(self._clear) + GONE_MAX:
                self._ring = [fd for fd in dict.fromkeys(self._ring) if fd in self._clear]
        else:
            self._ring = list(self._clear)
        for fd in [fd for fd, has in self._ahead.items() if has < self.offset]:
            del self._ahead[fd]
            self._clear[fd] = None
            self._ring.append(fd)
        self._at = 0
        self._came = []

    def take(self, count: int) -> list[int]:
        """The next of the sweep, at most so many; whoever left meanwhile is left out."""
        clear, start = self._clear, self._at
        self._at += count
        part = [fd for fd in self._ring[start : self._at] if fd in clear]
        if self._at >= len(self._ring):
            self._ring, self._came = [], []
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
