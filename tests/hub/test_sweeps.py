"""How soon sweeps come is counted: once for each, however many are in it."""

import asyncio

from server.hub.fanout import SLICE
from server.store.times import BOUNDS_S, Times
from tests.hub.hall import Hall, until_written

SLICES = 3


def counted(hall: Hall, *, screens: bool) -> tuple[int, int]:
    """How many first and how many last frames were counted."""
    sweeps = hall.counts.sweeps[screens]
    return sum(sweeps.first.counts), sum(sweeps.last.counts)


async def test_a_sweep_counts_once() -> None:
    """A frame that goes to a crowd counts one first and one last frame, however many slices it takes; screens count apart."""
    hall = Hall()
    phones = [hall.follower(f"phone-{number}", hall.line)[0] for number in range(SLICES * SLICE)]
    tv, _ = hall.follower("tv", hall.tv)
    async with hall.running():
        hall.change(hall.line, 2)
        assert (0, 0) == counted(hall, screens=False)
        await until_written(*phones, offset=2)
        assert (1, 1) == counted(hall, screens=False)
        assert (0, 0) == counted(hall, screens=True)
        hall.change(hall.tv, 2)
        await until_written(tv, offset=2)
    assert (1, 1) == counted(hall, screens=True)


async def test_a_sweep_that_is_overtaken() -> None:
    """A line that changes in every turn is never done with; each round is counted all the same when it has come by everybody."""
    hall = Hall()
    for number in range(SLICES * SLICE):
        hall.follower(f"phone-{number}", hall.line)
    async with hall.running():
        for offset in range(2, 2 + 10 * SLICES):
            hall.change(hall.line, offset)
            await asyncio.sleep(0)
        first, last = counted(hall, screens=False)
    assert last > 1
    assert first - last in (0, 1)


async def test_nobody_on_the_roll() -> None:
    """A frame that finds everybody lagging is written to nobody, and counts nowhere; the next one that is, does."""
    hall = Hall()
    sock, _ = hall.follower("slow", hall.line, room=10_000)
    async with hall.running():
        sock.room = 0
        hall.change(hall.line, 2)
        while not hall.counts.frames_conflated:
            await asyncio.sleep(0)
        before = counted(hall, screens=False)
        hall.change(hall.line, 3)
        await asyncio.sleep(0)
        assert before == counted(hall, screens=False)
        hall.follower("quick", hall.line)
        hall.change(hall.line, 4)
        while counted(hall, screens=False) == before:
            await asyncio.sleep(0)


def test_times() -> None:
    """What took as long as a bound counts under it, what took longer than all under none; the sum is that of all."""
    times = Times()
    for seconds in (0.0, BOUNDS_S[0], BOUNDS_S[-1], 100.0):
        times.add(seconds)
    assert [2, *[0] * (len(BOUNDS_S) - 2), 1, 1] == times.counts
    assert times.sum_s == BOUNDS_S[0] + BOUNDS_S[-1] + 100
