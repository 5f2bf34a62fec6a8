"""One connection that follows: a light record, and what it says for itself."""

from dataclasses import dataclass, field
from typing import Protocol

from server.hub.carrier import Carrier
from server.hub.channels import Subprotocol
from server.hub.roll import Roll
from server.hub.wire import Opcode, Reader, Violation, close_frame, closing_answer, frame


@dataclass(slots=True)
class Lag:
    """What a connection that had no room waits for, since when (monotonic s) nothing went out.

    ``rest`` is what is left of one frame, ``pong`` the newest answer owed. ``had`` holds the offsets that it surely has, by roll.
    """

    since: float
    had: dict[Roll, int]
    rest: bytes = b""
    pong: bytes = b""


class Host(Protocol):
    """The fan-out, as its followers know it."""

    def pong(self, follower: "Follower", data: bytes) -> None:
        """Write this answer to a ping."""

    def has_room(self, follower: "Follower") -> None:
        """Go on with what waits for it."""

    def close(self, follower: "Follower", goodbye: bytes) -> None:
        """Write this close frame and end the connection."""

    def leave(self, follower: "Follower") -> None:
        """End the connection."""


@dataclass(slots=True, eq=False)
class Follower:
    """A connection and the rolls it stands on. ``lag`` is there while something waits for it, ``reader`` while it is in mid-sentence.

    ``kind`` is what it says it is, or what follows such channels: it counts nowhere but in figures. ``place`` is the address for which it
    counts, "" for none.
    """

    fd: int
    carrier: Carrier
    subprotocol: Subprotocol
    host: Host
    kind: str = "page"
    place: str = ""
    rolls: tuple[Roll, ...] = ()
    lag: Lag | None = field(default=None, init=False)
    _reader: Reader | None = field(default=None, init=False)

    def has_waited_since(self, moment: float) -> bool:
        """Whether something waits for it of which nothing went out after this moment (monotonic s)."""
        return self.lag is not None and self.lag.since < moment

    def withdrawn(self) -> dict[Roll, int]:
        """Take it off all its rolls; the offsets that it has."""
        return {roll: roll.withdraw(self.fd) for roll in self.rolls}

    def received(self, data: bytes) -> None:
        """Answer pings and the goodbye; whatever breaks the protocol ends the connection."""
        reader = self._reader or Reader()
        try:
            for opcode, payload in reader.read(data):
                if opcode is Opcode.PING:
                    self.host.pong(self, frame(Opcode.PONG, payload))
                elif opcode is Opcode.CLOSE:
                    self.host.close(self, closing_answer(payload))
        except Violation as violation:
            self.host.close(self, close_frame(violation.code))
        self._reader = None if reader.idle else reader

    def has_room(self) -> None:
        """See Listener."""
        self.host.has_room(self)

    def gone(self) -> None:
        """See Listener."""
        self.host.leave(self)
