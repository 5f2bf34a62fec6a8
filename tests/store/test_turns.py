"""How much is done in one turn of the event loop, whoever does it."""

import asyncio
from collections import Counter

import pytest

from server.store.turns import Turns


@pytest.mark.parametrize("workers", range(1, 8))
async def test_all_share_a_turn(workers: int) -> None:
    """However many work, one turn of the loop has so many pieces and no more."""
    turns, done, turn = Turns(3), Counter[int](), 0

    async def work() -> None:
        for _ in range(5):
            await turns.take()
            done[turn] += 1

    working = asyncio.gather(*(work() for _ in range(workers)))
    while not working.done():
        await asyncio.sleep(0)
        turn += 1
    assert 3 == max(done.values())
    assert 5 * workers == done.total()


async def test_one_alone_does_not_wait() -> None:
    """While a turn has pieces left, taking one gives the loop to nobody."""
    turns, told = Turns(3), list[str]()
    asyncio.get_running_loop().call_soon(told.append, "a turn later")
    for _ in range(3):
        await turns.take()
    told.append("three pieces")
    await turns.take()
    assert ["three pieces", "a turn later"] == told


async def test_first_come_first_served() -> None:
    """Who has waited longest is the next, and who comes new stands behind all who wait."""
    turns, order = Turns(1), list[int]()

    async def work(number: int) -> None:
        for _ in range(3):
            await turns.take()
            order.append(number)

    await asyncio.gather(*(work(number) for number in range(4)))
    assert [0, 0, 1, 2, 3, 0, 1, 2, 3, 1, 2, 3] == order, "the first begins again before the others have come"


async def test_who_gives_up_takes_no_piece() -> None:
    """The piece of somebody who was cancelled while waiting goes to the next."""
    turns = Turns(1)
    await turns.take()
    _, gone, next_one = (asyncio.create_task(turns.take()) for _ in range(3))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait_for(next_one, 10)
    assert gone.cancelled()
