"""What is written to whom, and when: the fan-out over sockets that the test fills and empties by hand."""

import asyncio
import json
import time
from typing import cast

import pytest

from server.hub import fanout as fanout_module
from server.hub.channels import ChannelKind, Frame, Mark, Subprotocol
from server.hub.counts import Counts
from server.hub.fanout import FIRST_RANK, Fanout
from server.hub.outbox import SLOW_S, Channel, Outbox

HEADER_BYTES_MAX = 10


class FakeSocket:
    """A transport whose buffer is as full as the test says."""

    def __init__(self, journal: list[tuple[str, bytes]], name: str) -> None:
        self.name = name
        self.journal = journal
        self.written: list[bytes] = []
        self.buffered = 0
        self.aborted = False

    def write(self, data: bytes) -> None:
        """Take the bytes."""
        self.written.append(data)
        self.journal.append((self.name, data))

    def get_write_buffer_size(self) -> int:
        """What the kernel did not take yet."""
        return self.buffered

    def get_extra_info(self, _name: str) -> None:
        """No real socket."""

    def is_closing(self) -> bool:
        """Whether it was ended."""
        return self.aborted

    def abort(self) -> None:
        """End it."""
        self.aborted = True

    @property
    def frames(self) -> list[tuple[str, int]]:
        """Channel and offset of each frame written."""
        frames = (json.loads(data[data.index(b"{") :]) for data in self.written)
        return [(frame["channel"], frame["offset"]) for frame in frames]


class Hall:
    """A fan-out with two channels, one for screens and one for phones, and as many followers as the test wants."""

    def __init__(self) -> None:
        self.counts = Counts()
        self.journal: list[tuple[str, bytes]] = []
        self.fanout = Fanout(lambda: _frame("", 1, with_view=False), self.counts)
        self.tv = self._channel("hall", FIRST_RANK)
        self.line = self._channel("line/A", FIRST_RANK + 1)

    def _channel(self, name: str, rank: int) -> Channel:
        kind = ChannelKind(name=name, rank=rank, touched=lambda _bazaar, _event: (), view=lambda _bazaar, _key: {})
        return Channel(name, kind, name, _frame(name, 1))

    def follower(self, name: str, *channels: Channel, have: dict[str, int] | None = None) -> tuple[FakeSocket, Outbox]:
        """Somebody who follows these channels."""
        sock = FakeSocket(self.journal, name)
        outbox = Outbox(cast(asyncio.Transport, sock), Subprotocol.JSON)
        self.fanout.join(outbox, channels, have or {})
        return sock, outbox

    def change(self, channel: Channel, offset: int) -> None:
        """The channel has a newer frame."""
        channel.frame = _frame(channel.name, offset)
        self.fanout.publish([channel])


def _frame(channel: str, offset: int, *, with_view: bool = True) -> Frame:
    return Frame(channel=channel, epoch="e", mark=Mark(offset=offset, head="h"), at=0, view={"n": offset} if with_view else None)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Full sockets are looked at again without waiting."""
    monkeypatch.setattr(fanout_module, "FLUSH_S", 0)


async def until_written(*socks: FakeSocket, offset: int) -> None:
    """Let the loop go round until each of them has the frame of this offset."""
    async with asyncio.timeout(5):
        while not all(sock.frames and sock.frames[-1][1] == offset for sock in socks):
            await asyncio.sleep(0)


async def test_current_frame_at_once_then_heartbeat() -> None:
    """Whoever comes gets each channel's newest frame and then the hub's position."""
    hall = Hall()
    sock, _ = hall.follower("tv", hall.tv, hall.line)
    assert [("hall", 1), ("line/A", 1), ("", 1)] == sock.frames


async def test_spared_what_it_has() -> None:
    """A client that has a frame of this offset, or a newer one from a hub that is ahead, gets nothing older."""
    hall = Hall()
    sock, _ = hall.follower("tv", hall.tv, hall.line, have={"hall": 1, "line/A": 7})
    assert [("", 1)] == sock.frames
    hall.change(hall.tv, 5)
    hall.change(hall.line, 6)
    assert [("", 1), ("hall", 5)] == sock.frames


async def test_screens_before_phones() -> None:
    """When both change, every screen is written before the first phone, also when phones came first."""
    hall = Hall()
    phones = [hall.follower(f"phone {n}", hall.line)[0] for n in range(3)]
    tv, _ = hall.follower("tv", hall.tv)
    hall.journal.clear()
    running = asyncio.create_task(hall.fanout.run())
    hall.change(hall.line, 2)
    hall.change(hall.tv, 2)
    await until_written(tv, *phones, offset=2)
    running.cancel()
    assert ["tv", "phone 0", "phone 1", "phone 2"] == [name for name, _ in hall.journal]


async def test_screen_is_written_between_slices_of_phones(monkeypatch: pytest.MonkeyPatch) -> None:
    """A screen's frame that comes while phones are swept waits for one slice of them at most."""
    monkeypatch.setattr(fanout_module, "SLICE", 2)
    hall = Hall()
    phones = [hall.follower(f"phone {n}", hall.line)[0] for n in range(6)]
    tv, _ = hall.follower("tv", hall.tv)
    hall.journal.clear()
    running = asyncio.create_task(hall.fanout.run())
    hall.change(hall.line, 2)
    async with asyncio.timeout(5):
        while not hall.journal:
            await asyncio.sleep(0)
    before = len(hall.journal)
    hall.change(hall.tv, 3)
    await until_written(*phones, offset=2)
    running.cancel()
    assert [("hall", 1), ("", 1), ("hall", 3)] == tv.frames
    assert before <= 4
    assert "tv" == hall.journal[before][0]


@pytest.mark.usefixtures("quick")
async def test_only_the_newest_waits_for_a_full_socket() -> None:
    """However many frames come while a socket is full, it gets the newest of each channel when there is room, and only that."""
    hall = Hall()
    sock, outbox = hall.follower("tv", hall.tv, hall.line)
    sock.written.clear()
    sock.buffered = 100
    running = asyncio.create_task(hall.fanout.run())
    for offset in range(2, 500):
        hall.change(hall.tv, offset)
    assert [] == sock.written
    assert [hall.tv] == list(outbox.waiting)
    sock.buffered = 0
    await until_written(sock, offset=499)
    running.cancel()
    assert [("hall", 499)] == sock.frames


@pytest.mark.usefixtures("quick")
async def test_slow_reader_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that takes nothing for `SLOW_S` while a frame waits is ended; one that takes a little stays."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    hall = Hall()
    stuck, _ = hall.follower("stuck", hall.tv)
    slow, slow_outbox = hall.follower("slow", hall.tv)
    stuck.buffered = slow.buffered = 100
    hall.change(hall.tv, 2)
    running = asyncio.create_task(hall.fanout.run())
    for seconds in (0.0, SLOW_S - 1, SLOW_S + 1):
        now[0] = seconds
        slow.buffered -= 1
        for _ in range(20):
            await asyncio.sleep(0)
    running.cancel()
    assert stuck.aborted
    assert not slow.aborted
    assert [slow_outbox] == list(hall.tv.followers)
    assert 1 == hall.counts.closed_slow


async def test_gone_is_gone() -> None:
    """Nothing is written to a connection that left."""
    hall = Hall()
    sock, outbox = hall.follower("tv", hall.tv)
    hall.fanout.leave(outbox)
    sock.written.clear()
    hall.change(hall.tv, 2)
    assert [] == sock.written


@pytest.mark.parametrize("length", [0, 125, 126, 65_535, 65_536])
def test_header(length: int) -> None:
    """A frame's header tells its length in the shortest of the three forms of RFC 6455."""
    frame = Frame(channel="x" * length, epoch="", mark=Mark(offset=1, head=""), at=0)
    data = frame.encoded(Subprotocol.JSON)
    payload = json.dumps(frame.as_map(), separators=(",", ":")).encode()
    if len(payload) <= 125:
        assert bytes((0x81, len(payload))) == data[:2]
    elif len(payload) <= 65_535:
        assert b"\x81\x7e" + len(payload).to_bytes(2) == data[:4]
    else:
        assert b"\x81\x7f" + len(payload).to_bytes(8) == data[:HEADER_BYTES_MAX]
    assert data.endswith(payload)


def test_encoded_once() -> None:
    """All followers of one subprotocol are written the very same bytes object."""
    frame = _frame("hall", 1)
    assert frame.encoded(Subprotocol.JSON) is frame.encoded(Subprotocol.JSON)
