"""The measuring client reads frames as they come: whole, in pieces, several at once."""

import asyncio
import json
from typing import Any

import pytest

from bench.follower import Follower

ACCEPTED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"


class Wire(asyncio.Transport):
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False

    def write(self, data: Any) -> None:
        """Keep it."""
        self.written += bytes(data)

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True


def frame(offset: int, *, channel: str = "line/A", size: int = 0) -> bytes:
    """A text frame as the hub writes it, its view ``size`` bytes long."""
    payload = json.dumps({"channel": channel, "epoch": "e", "offset": offset, "at": 1, "view": "x" * size}, separators=(",", ":")).encode()
    length = len(payload)
    if length <= 125:
        return bytes((0x81, length)) + payload
    return bytes((0x81, 126)) + length.to_bytes(2) + payload if length < 2**16 else bytes((0x81, 127)) + length.to_bytes(8) + payload


async def offsets_of(*chunks: bytes) -> list[int]:
    """The offsets that a follower notes when these bytes arrive, one chunk after the other."""
    seen: list[int] = []
    follower = Follower(b"GET", lambda _, offset, __: seen.append(offset))
    follower.connection_made(Wire())
    for chunk in chunks:
        follower.data_received(chunk)
    return seen


@pytest.mark.parametrize("size", [0, 100, 200, 70_000])
@pytest.mark.parametrize("piece", [1, 7, 10**6])
async def test_frames_of_any_length_in_pieces_of_any_length(size: int, piece: int) -> None:
    """Every frame is noted once, in order, wherever the network cuts."""
    if size * 3 // piece > 10_000:
        size = 300
    stream = ACCEPTED + frame(7, size=size) + frame(8, size=size) + frame(10)
    assert [7, 8, 10] == await offsets_of(*(stream[at : at + piece] for at in range(0, len(stream), piece)))


async def test_heartbeats_and_farewells_are_no_frames() -> None:
    """They bring no view."""
    assert [7, 8] == await offsets_of(ACCEPTED + frame(7) + frame(7, channel=""), frame(8) + b"\x88\x02\x03\xf4")


async def test_a_refused_upgrade_is_an_error() -> None:
    """Whoever waits for the first frame is told."""
    follower, wire = Follower(b"GET", lambda *_: None), Wire()
    follower.connection_made(wire)
    follower.data_received(b"HTTP/1.1 404 Not Found\r\n\r\n{}")
    assert wire.closed
    follower.connection_lost(None)
    with pytest.raises(ConnectionError, match="404"):
        await follower.first_frame
