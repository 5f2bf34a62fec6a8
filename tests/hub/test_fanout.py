"""What is written to whom, and when: the fan-out over sockets that the test fills and empties by hand."""

import asyncio

import pytest

from server.hub import fanout as fanout_module
from server.hub.channels import Subprotocol
from server.hub.fanout import FIRST_RANK
from server.hub.ring import HOLES_MIN
from server.hub.wire import close_frame
from tests.hub.fake_carrier import PLENTY
from tests.hub.hall import Hall, channel_of, frame_of, until_written


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Heartbeats come in every turn of the loop."""
    monkeypatch.setattr(fanout_module, "HEARTBEAT_S", 0)


async def test_current_frame_at_once_then_heartbeat() -> None:
    """Whoever comes gets each channel's newest frame and then the hub's position."""
    hall = Hall()
    sock, _ = hall.follower("tv", hall.tv, hall.line)
    assert [("hall", 1), ("line/A", 1), ("", 1)] == sock.frames


async def test_spared_what_it_has() -> None:
    """A client that has a frame of this offset, or a newer one from a hub that is ahead, gets nothing older."""
    hall = Hall()
    sock, _ = hall.follower("phone", hall.tv, hall.line, have={"hall": 1, "line/A": 7})
    assert [("", 1)] == sock.frames
    async with hall.running():
        hall.change(hall.line, 6)
        hall.change(hall.tv, 5)
        hall.change(hall.line, 7)
        await asyncio.sleep(0)
        for offset in (8, 9):
            hall.change(hall.line, offset)
            await until_written(sock, offset=offset)
    assert [("", 1), ("hall", 5), ("line/A", 8), ("line/A", 9)] == sock.frames


async def test_screens_before_phones() -> None:
    """When both change, every screen is written before the first phone, also when phones came first."""
    hall = Hall()
    phones = [hall.follower(f"phone {n}", hall.line)[0] for n in range(3)]
    tv, _ = hall.follower("tv", hall.tv)
    hall.carrier.journal.clear()
    async with hall.running():
        hall.change(hall.line, 2)
        hall.change(hall.tv, 2)
        await until_written(tv, *phones, offset=2)
    assert ["tv", "phone 0", "phone 1", "phone 2"] == hall.carrier.journal


async def test_screen_is_written_between_slices_of_phones(monkeypatch: pytest.MonkeyPatch) -> None:
    """A screen's frame that comes while phones are swept waits for one slice of them at most."""
    monkeypatch.setattr(fanout_module, "SLICE", 2)
    hall = Hall()
    phones = [hall.follower(f"phone {n}", hall.line)[0] for n in range(6)]
    tv, _ = hall.follower("tv", hall.tv)
    hall.carrier.journal.clear()
    async with hall.running():
        hall.change(hall.line, 2)
        async with asyncio.timeout(30):
            while not hall.carrier.journal:
                await asyncio.sleep(0)
        before = len(hall.carrier.journal)
        hall.change(hall.tv, 3)
        await until_written(*phones, offset=2)
    assert [("hall", 1), ("", 1), ("hall", 3)] == tv.frames
    assert 2 == before
    assert "tv" == hall.carrier.journal[before]


async def test_crowd_of_first_rank_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many who follow a hall a slice is written at once; the others take turns with phones, so that neither keeps the other waiting."""
    monkeypatch.setattr(fanout_module, "SLICE", 2)
    hall = Hall()
    tvs = [hall.follower("tv", hall.tv)[0] for _ in range(8)]
    phones = [hall.follower("phone", hall.line)[0] for _ in range(4)]
    hall.carrier.journal.clear()
    async with hall.running():
        hall.change(hall.line, 2)
        hall.change(hall.tv, 2)
        assert ["tv"] * 2 == hall.carrier.journal
        await until_written(*tvs, *phones, offset=2)
    assert ["tv", "tv", "phone", "phone"] * 2 + ["tv"] * 2 == hall.carrier.journal[2:]


async def test_goodbyes_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """To end thousands of connections holds up nobody; who comes meanwhile stays."""
    monkeypatch.setattr(fanout_module, "SLICE", 2)
    hall = Hall()
    socks = [hall.follower(f"phone {n}", hall.line)[0] for n in range(6)]
    ending = hall.fanout.close_all(close_frame(1012))
    late, _ = hall.follower("late", hall.line)
    ended: list[int] = []
    while not ending.done():
        await asyncio.sleep(0)
        ended.append(sum(sock.ended for sock in socks))
    assert [2, 4, 6] == sorted(set(ended))
    assert not late.ended


async def test_long_line_does_not_starve_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line with few followers is done in its first turn, however many others wait to be written of another line."""
    monkeypatch.setattr(fanout_module, "SLICE", 2)
    hall = Hall()
    short = channel_of("line/B", FIRST_RANK + 1)
    crowd = [hall.follower(f"phone {n}", hall.line)[0] for n in range(20)]
    few, _ = hall.follower("few", short)
    hall.carrier.journal.clear()
    async with hall.running():
        hall.change(hall.line, 2)
        hall.change(short, 2)
        await until_written(few, *crowd, offset=2)
    assert ["phone 0", "phone 1", "few"] == hall.carrier.journal[:3]


async def test_newer_frame_in_the_middle_of_a_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whom a sweep has not reached gets the newer frame in place of the older; the others come round again, once each."""
    monkeypatch.setattr(fanout_module, "SLICE", 2)
    hall = Hall()
    phones = [hall.follower(f"phone {n}", hall.line)[0] for n in range(4)]
    hall.carrier.journal.clear()
    async with hall.running():
        hall.change(hall.line, 2)
        async with asyncio.timeout(30):
            while len(hall.carrier.journal) < 2:
                await asyncio.sleep(0)
        late, _ = hall.follower("late", hall.line)
        hall.change(hall.line, 3)
        await until_written(late, *phones, offset=3)
    assert [[2, 3], [2, 3], [3], [3]] == [[offset for name, offset in sock.frames if offset > 1] for sock in phones]
    assert [("line/A", 2), ("", 1), ("line/A", 3)] == late.frames


async def test_nobody_starves_while_it_changes_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a newer frame in every turn of the loop the sweep still comes round: nobody's frame is older than that takes."""
    monkeypatch.setattr(fanout_module, "SLICE", 2)
    hall = Hall()
    phones = [hall.follower(f"phone {n}", hall.line)[0] for n in range(6)]
    async with hall.running():
        for offset in range(2, 32):
            hall.change(hall.line, offset)
            await asyncio.sleep(0)
        assert all(sock.frames[-1][1] > 25 for sock in phones)


async def test_ring_does_not_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep that never ends, as the channel changes all the time, keeps no places of those who left."""
    monkeypatch.setattr(fanout_module, "SLICE", 1)
    hall = Hall()
    hall.follower("phone 0", hall.line)
    hall.follower("phone 1", hall.line)
    (roll,) = hall.line.rolls.values()
    async with hall.running():
        for offset in range(2, 1000):
            hall.follower(f"passer-by {offset}", hall.line)[1].gone()
            hall.change(hall.line, offset)
            await asyncio.sleep(0)
        assert roll.sweeping
        assert len(roll._ring._fds) <= 2 + HOLES_MIN + 2


@pytest.mark.usefixtures("quick")
async def test_heartbeat_to_whoever_heard_nothing() -> None:
    """Between two heartbeats a connection that was written a frame is spared one; a full one too."""
    hall = Hall()
    tv, _ = hall.follower("tv", hall.tv)
    phone, _ = hall.follower("phone", hall.line)
    full, _ = hall.follower("full", hall.line, room=0)
    tv.stream = phone.stream = b""
    hall.change(hall.tv, 2)
    async with hall.running():
        await until_written(phone, offset=1)
    assert [("hall", 2)] == tv.frames
    assert ("", 1) == phone.frames[0]
    assert [] == full.frames


@pytest.mark.usefixtures("quick")
async def test_leaves_before_its_heartbeat_and_another_takes_the_descriptor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever gets the file descriptor of somebody whose heartbeat was due gets the frames of its channel as everybody does."""
    monkeypatch.setattr(fanout_module, "SLICE", 1)
    hall = Hall()
    first, _ = hall.follower("first", hall.line)
    _, leaver = hall.follower("leaver", hall.line)
    first.stream = b""
    async with hall.running():
        await until_written(first, offset=1)
        leaver.gone()
        heir, _ = hall.follower("heir", hall.line, fd=leaver.fd)
        for _ in range(5):
            await asyncio.sleep(0)
        hall.change(hall.line, 2)
        async with asyncio.timeout(30):
            while ("line/A", 2) not in heir.frames:
                await asyncio.sleep(0)


async def test_gone_is_gone() -> None:
    """Nothing is written to a connection that left, and a channel that nobody follows any more is forgotten."""
    hall = Hall()
    sock, follower = hall.follower("tv", hall.tv, hall.line)
    other, _ = hall.follower("other", hall.line)
    follower.gone()
    follower.gone()
    sock.stream = b""
    hall.change(hall.tv, 2)
    assert sock.ended
    assert b"" == sock.stream
    assert ["hall"] == hall.forgotten
    assert 1 == len(hall.fanout)
    assert not other.ended


async def test_leaves_in_the_middle_of_a_sweep_and_another_takes_the_descriptor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who leaves during a sweep is written no more, and whoever gets the same file descriptor meanwhile is no heir to it."""
    monkeypatch.setattr(fanout_module, "SLICE", 2)
    hall = Hall()
    phones = [hall.follower(f"phone {n}", hall.line) for n in range(6)]
    hall.carrier.journal.clear()
    async with hall.running():
        hall.change(hall.line, 2)
        async with asyncio.timeout(30):
            while not hall.carrier.journal:
                await asyncio.sleep(0)
        for _, follower in phones[2:5]:
            follower.gone()
        tv, _ = hall.follower("tv", hall.tv, fd=phones[2][1].fd)
        same, _ = hall.follower("same", hall.line, fd=phones[3][1].fd)
        hall.change(hall.line, 3)
        await until_written(same, phones[0][0], phones[1][0], phones[5][0], offset=3)
    assert [("hall", 1), ("", 1)] == tv.frames
    assert [("line/A", 1), ("", 1)] == phones[4][0].frames


async def test_broken_connection_costs_the_others_nothing() -> None:
    """A connection that breaks is ended by the write that finds it; those behind it are written as ever."""
    hall = Hall()
    socks = [hall.follower(f"tv {n}", hall.tv)[0] for n in range(3)]
    socks[1].broken = True
    hall.change(hall.tv, 2)
    assert [False, True, False] == [sock.ended for sock in socks]
    assert [("hall", 2)] * 2 == [sock.frames[-1] for sock in (socks[0], socks[2])]


async def test_goodbye() -> None:
    """At the end every connection hears why; one in the middle of a frame is ended without."""
    hall = Hall()
    tv, _ = hall.follower("tv", hall.tv)
    full, _ = hall.follower("full", hall.tv)
    full.room, full.stream = 3, b""
    hall.change(hall.tv, 2)
    full.room = PLENTY
    await hall.fanout.close_all(close_frame(1012))
    assert ("close", 1012) == tv.frames[-1]
    assert tv.ended
    assert full.ended
    assert 3 == len(full.stream)
    assert 0 == len(hall.fanout)


def test_encoded_once() -> None:
    """All followers of one subprotocol are written the very same bytes object."""
    frame = frame_of("hall", 1)
    assert frame.encoded(Subprotocol.JSON) is frame.encoded(Subprotocol.JSON)
