"""A carrier whose sockets are as full as the test says, and what their clients have read of them."""

import json
from dataclasses import dataclass, field

PLENTY = 1_000_000


@dataclass(slots=True)
class FakeSocket:
    """One client's socket: ``room`` bytes go out before it is full. Files what arrives as frames."""

    name: str
    fd: int
    room: int = PLENTY
    broken: bool = False
    ended: bool = False
    awaited: bool = False
    stream: bytes = b""

    @property
    def frames(self) -> list[tuple[str, int]]:
        """Channel and offset of each whole frame that arrived; the goodbye is ("close", code), a pong ("pong", length)."""
        return [_told(opcode, payload) for opcode, payload in frames_in(self.stream)]


@dataclass(slots=True, eq=False)
class FakeCarrier:
    """See Carrier. ``journal`` holds the names of the clients in the order in which they were written."""

    sockets: dict[int, FakeSocket] = field(default_factory=dict)
    journal: list[str] = field(default_factory=list)

    def open(self, name: str, fd: int) -> FakeSocket:
        """A new connection by this file descriptor, which may have been another's before."""
        self.sockets[fd] = FakeSocket(name, fd)
        return self.sockets[fd]

    def write(self, fd: int, data: bytes) -> int:
        """See Carrier."""
        sock = self.sockets[fd]
        assert not sock.ended, "written to a connection that has ended"
        if sock.broken:
            raise BrokenPipeError
        if not sock.room:
            raise BlockingIOError
        part = data[: sock.room]
        sock.room -= len(part)
        sock.stream += part
        self.journal.append(sock.name)
        return len(part)

    def await_room(self, fd: int) -> None:
        """See Carrier."""
        self.sockets[fd].awaited = True

    def room_came(self, fd: int) -> None:
        """See Carrier."""
        self.sockets[fd].awaited = False

    def end(self, fd: int) -> None:
        """See Carrier."""
        self.sockets[fd].ended = True


def frames_in(stream: bytes) -> list[tuple[int, bytes]]:
    """Opcode and payload of each whole frame that a server wrote."""
    frames = []
    while len(stream) > 1:
        start, length = 2, stream[1]
        if length > 125:
            start = 4 if length == 126 else 10
            length = int.from_bytes(stream[2:start])
        if len(stream) < start + length:
            break
        frames.append((stream[0] & 0x0F, stream[start : start + length]))
        stream = stream[start + length :]
    return frames


def _told(opcode: int, payload: bytes) -> tuple[str, int]:
    if opcode == 0x8:
        return "close", int.from_bytes(payload[:2])
    if opcode == 0xA:
        return "pong", len(payload)
    frame = json.loads(payload)
    return frame["channel"], frame["offset"]
