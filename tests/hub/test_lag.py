"""Who has no room: what waits for them, what they get when there is room again, and when they are ended."""

import asyncio
import time

import pytest

from server.hub import fanout as fanout_module
from server.hub.fanout import SLOW_S
from tests.hub.fake_carrier import PLENTY
from tests.hub.hall import Hall, until_written


async def test_a_frame_that_found_no_room_comes_later() -> None:
    """Of a frame of which nothing went out nothing is lost: it comes when there is room, also when nothing newer does."""
    hall = Hall()
    sock, follower = hall.follower("tv", hall.tv)
    sock.room = 0
    hall.change(hall.tv, 2)
    sock.room = PLENTY
    follower.has_room()
    assert ("hall", 2) == sock.frames[-1]


async def test_a_sweep_that_passed_while_it_lagged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who had no room for one channel when the sweep of another came by gets that one's frame too, when there is room."""
    monkeypatch.setattr(fanout_module, "SLICE", 2)
    hall = Hall()
    others = [hall.follower(f"phone {n}", hall.line)[0] for n in range(2)]
    sock, follower = hall.follower("both", hall.line, hall.tv)
    async with hall.running():
        hall.change(hall.line, 2)
        await until_written(*others, offset=2)
        sock.room = 7
        hall.change(hall.tv, 2)
        for _ in range(5):
            await asyncio.sleep(0)
        sock.room = PLENTY
        follower.has_room()
    assert [("hall", 2), ("line/A", 2)] == sock.frames[-2:]


async def test_lags_for_a_moment_during_a_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever lags and is clear again before the sweep is round gets each frame once."""
    monkeypatch.setattr(fanout_module, "SLICE", 2)
    hall = Hall()
    phones = [hall.follower(f"phone {n}", hall.line) for n in range(4)]
    moment, follower = phones[3]
    async with hall.running():
        hall.change(hall.line, 2)
        moment.room = 0
        follower.received(b"\x89\x80\0\0\0\0")
        moment.room = PLENTY
        follower.has_room()
        hall.change(hall.line, 3)
        await until_written(*(sock for sock, _ in phones), offset=3)
        for _ in range(5):
            await asyncio.sleep(0)
    assert [("line/A", 1), ("", 1), ("pong", 0), ("line/A", 2), ("line/A", 3)] == moment.frames


async def test_only_the_newest_waits_for_a_full_socket() -> None:
    """However many frames come while a socket is full, it gets the newest of each channel when there is room, and only that."""
    hall = Hall()
    sock, follower = hall.follower("tv", hall.tv, hall.line)
    sock.stream, sock.room = b"", 0
    for offset in range(2, 500):
        hall.change(hall.tv, offset)
    assert sock.awaited
    assert 1 == hall.counts.frames_conflated
    sock.room = PLENTY
    follower.has_room()
    assert [("hall", 499)] == sock.frames
    assert not sock.awaited


async def test_a_frame_that_was_begun_is_ended() -> None:
    """What went out in part goes out whole before anything newer, however little room there is at a time."""
    hall = Hall()
    sock, follower = hall.follower("tv", hall.tv)
    sock.stream, sock.room = b"", 7
    for offset in range(2, 50):
        hall.change(hall.tv, offset)
    while sock.awaited:
        sock.room = 11
        follower.has_room()
    assert [("hall", 2), ("hall", 49)] == sock.frames
    hall.change(hall.tv, 50)
    sock.room = PLENTY
    follower.has_room()
    assert ("hall", 50) == sock.frames[-1]


async def test_ping_is_answered_when_the_frame_is_out() -> None:
    """A pong never stands in the middle of a frame; of several that wait the newest is sent."""
    hall = Hall()
    sock, follower = hall.follower("tv", hall.tv)
    sock.stream, sock.room = b"", 7
    hall.change(hall.tv, 2)
    follower.received(b"\x89\x81\0\0\0\0a")
    follower.received(b"\x89\x82\0\0\0\0ab")
    sock.room = PLENTY
    follower.has_room()
    assert [("hall", 2), ("pong", 2)] == sock.frames


async def test_broken_in_the_middle_of_an_answer() -> None:
    """A connection that breaks while its pings are answered is written no more."""
    hall = Hall()
    sock, follower = hall.follower("tv", hall.tv)
    sock.broken = True
    follower.received(b"\x89\x80\0\0\0\0" * 3)
    assert sock.ended
    assert 0 == len(hall.fanout)


async def test_slow_reader_is_ended(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A connection that takes nothing for `SLOW_S` while a frame waits is ended, and the log says so; one that takes a little stays."""
    monkeypatch.setattr(fanout_module, "SLOW_CHECK_S", 0)
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    hall = Hall()
    stuck, _ = hall.follower("stuck", hall.tv)
    slow, slow_follower = hall.follower("slow", hall.tv)
    stuck.room = slow.room = 1
    hall.change(hall.tv, 2)
    async with hall.running():
        for seconds in (0.0, SLOW_S - 1, SLOW_S + 1):
            now[0] = seconds
            slow.room = 1
            slow_follower.has_room()
            for _ in range(20):
                await asyncio.sleep(0)
    assert stuck.ended
    assert not slow.ended
    assert 1 == len(hall.fanout)
    assert 1 == hall.counts.closed_slow
    assert ["1 connections took nothing for 30 s and were ended"] == [record.getMessage() for record in caplog.records]
