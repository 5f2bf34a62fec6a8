"""The loop of every command: a few sockets in each turn, and long work meanwhile."""

import asyncio
import selectors
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise, repeat

import pytest

from server.hub.loop import SOCKETS, STEPS, FewAtATime, this_loop


def test_everybody_has_their_turn() -> None:
    """When more sockets are ready than one turn takes, each of them is told of within as many turns as that makes."""
    with ExitStack() as stack:
        selector = stack.enter_context(FewAtATime())
        ready = [_with_something_to_read(stack) for _ in range(3 * SOCKETS)]
        for sock in ready:
            selector.register(sock, selectors.EVENT_READ)
        turns = [{key.fd for key, _ in selector.select(0)} for _ in range(3)]
    assert [SOCKETS] * 3 == [len(turn) for turn in turns]
    assert 3 * SOCKETS == len(set.union(*turns))


def test_few_are_all_told_of() -> None:
    """When no more are ready than one turn takes, it takes them all."""
    with ExitStack() as stack:
        selector = stack.enter_context(FewAtATime())
        for _ in range(SOCKETS):
            selector.register(_with_something_to_read(stack), selectors.EVENT_READ)
        assert SOCKETS == len(selector.select(0))


def _with_something_to_read(stack: ExitStack) -> socket.socket:
    here, there = (stack.enter_context(sock) for sock in socket.socketpair())
    there.send(b"x")
    return here


async def test_long_work_is_done_where_the_loop_would_wait() -> None:
    """A loop that would wait takes many steps in its stead; one that has something to do takes one, and goes on."""
    steps = _Steps(10 * STEPS)
    with FewAtATime() as selector:
        selector.begin(iter(steps))
        selector.select(0)
        assert 1 == steps.taken
        selector.select(60)
        assert 1 + STEPS == steps.taken
        selector.select(None)
        assert 1 + 2 * STEPS == steps.taken


async def test_the_first_step_is_taken_at_once() -> None:
    """Nobody waits for the end of this turn to have the beginning."""
    steps = _Steps(3)
    work = this_loop().work(iter(steps))
    work.send(None)
    assert 1 == steps.taken
    work.close()


async def test_nothing_waits_behind_more_than_a_step() -> None:
    """Whoever is ready is told of after the step that is being taken."""
    steps = _Steps(10 * STEPS)
    with ExitStack() as stack:
        selector = stack.enter_context(FewAtATime())
        selector.register(_with_something_to_read(stack), selectors.EVENT_READ)
        selector.begin(iter(steps))
        assert 1 == len(selector.select(60))
    assert 1 == steps.taken


async def test_one_step_a_turn_when_others_have_something_to_do() -> None:
    """In a loop that is never idle each turn takes one step, so that whoever is ready waits for no more than that."""
    steps, seen = _Steps(20), []
    work = asyncio.create_task(this_loop().work(iter(steps)))
    while not work.done():
        seen.append(steps.taken)
        await asyncio.sleep(0)
    assert all(later - before <= 1 for before, later in pairwise(seen))
    assert 20 == steps.taken


async def test_whoever_speaks_up_is_heard_after_the_step() -> None:
    """Work without an end gives way to a socket that has something to say, and to a timer."""
    with ExitStack() as stack:
        loop, heard, rung = this_loop(), asyncio.Event(), asyncio.Event()
        sock = _with_something_to_read(stack)
        work = asyncio.create_task(loop.work(repeat(None)))
        await asyncio.sleep(0)
        loop.add_reader(sock, heard.set)
        loop.call_later(0.001, rung.set)
        await heard.wait()
        await rung.wait()
        loop.remove_reader(sock)
        work.cancel()


async def test_works_have_their_steps_by_turns() -> None:
    """Of two bazaars with long work neither waits for the other's end."""
    order: list[str] = []

    def steps(name: str) -> Iterator[None]:
        for _ in range(3):
            order.append(name)
            yield

    await asyncio.gather(this_loop().work(steps("one")), this_loop().work(steps("other")))
    assert ["one", "other"] * 3 == order


async def test_a_step_that_fails_ends_its_own_work() -> None:
    """Whoever asked for it hears of it; the other work goes on."""

    def failing() -> Iterator[None]:
        yield
        raise ValueError("of the second step")

    steps = _Steps(5)
    other = asyncio.create_task(this_loop().work(iter(steps)))
    with pytest.raises(ValueError, match="second"):
        await this_loop().work(failing())
    await other
    assert 5 == steps.taken


async def test_work_that_nobody_waits_for_is_dropped() -> None:
    """After its task is cancelled no further step is taken."""
    steps = _Steps(10**9)
    work = asyncio.create_task(this_loop().work(iter(steps)))
    while not steps.taken:
        await asyncio.sleep(0)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    taken = steps.taken
    for _ in range(5):
        await asyncio.sleep(0)
    assert taken == steps.taken


class _Steps:
    """So many steps, and how many have been taken."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.taken = 0

    def __iter__(self) -> Iterator[None]:
        while self.taken < self.count:
            self.taken += 1
            yield
