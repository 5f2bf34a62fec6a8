"""Simulated people at a hub that really runs: they follow the rules, leave people's counters alone and survive what happens."""

import asyncio
import random
from collections.abc import Callable

import pytest

from server.core.values import CounterNumber, CounterState, TicketState
from server.hub.room import Room
from server.simulate import NotWelcome, simulate
from server.store.audit import verify_records
from server.store.log import MemoryStore
from tests.scenarios import config_with
from tests.serving import Served, serving

HASTE = 6000.0
"""An hour in 0.6 s."""
IMPATIENT = config_with(absent_after={"recalls": 1, "seconds": 0})
LOG_MAX = 100_000


def crowd(seed: int = 1) -> random.Random:
    """Chance that is the same each time."""
    return random.Random(seed)  # noqa: S311  # the same crowd each time


def unheard(_story: str) -> None:
    """Nobody listens."""


async def rehearse(served: Served, officers: tuple[int, ...], *, hours: float, tell: Callable[[str], None] = unheard) -> None:
    """Let people be simulated in haste, at these counters."""
    keys = {number: served.keys.counters[number] for number in officers}
    await simulate(served.url, "uji", keys, served.keys.kiosks[1], crowd(), tell, speed=HASTE, hours=hours, visitors_per_hour=120)


async def hear_calls(stories: asyncio.Queue[str], count: int) -> None:
    """Listen until so many calls have been told."""
    while count:
        count -= "→" in await stories.get()


async def check(room: Room) -> None:
    """The log of the room stands up to verification."""
    assert verify_records(await room.read(0, LOG_MAX)).fault is None


async def test_a_day_goes_by_in_order() -> None:
    """People come, are called and served, some change their mind; the simulation ends by itself, and the log holds."""
    stories: list[str] = []
    async with serving(config=IMPATIENT) as served:
        await rehearse(served, (1, 2, 3, 4), hours=8, tell=stories.append)
        states = {ticket.state for ticket in served.room.bazaar.tickets.values()}
        assert {TicketState.SERVED, TicketState.WAITING} <= states
        assert "the simulated people go home" == stories[-1]
        assert any("→ counter 1" in story for story in stories)
        await check(served.room)


async def test_counters_without_an_officer_are_left_alone() -> None:
    """A person works at counter 1: no officer opens it or calls there."""
    stories = asyncio.Queue[str]()
    async with asyncio.timeout(60), serving(config=IMPATIENT) as served:
        people = asyncio.create_task(rehearse(served, (2, 3), hours=1000, tell=stories.put_nowait))
        while {2, 3} != {call.counter for call in served.room.bazaar.calls}:
            await hear_calls(stories, 1)
        people.cancel()
        await asyncio.wait([people])
        assert CounterState.CLOSED is served.room.bazaar.counters[CounterNumber(1)].state


async def test_they_go_home_when_the_bazaar_closes() -> None:
    """The organiser closes in the middle of it."""
    stories: list[str] = []

    async with serving(config=IMPATIENT) as served:
        async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:

            def tell(story: str) -> None:
                stories.append(story)
                if len(stories) == 30:
                    tasks.create_task(served.submit("close_bazaar"))

            await rehearse(served, (1, 2, 3, 4), hours=1000, tell=tell)
        assert "the bazaar is closed, and the simulated people go home" == stories[-1]


async def test_they_survive_a_restart_of_the_hub() -> None:
    """The hub goes away and comes back at the same address: every press that was not answered is sent again, and nobody is doubled."""
    store, stories = MemoryStore(), asyncio.Queue[str]()
    async with asyncio.timeout(60):
        async with serving(config=IMPATIENT, store=store) as served:
            port = int(served.url.rpartition(":")[2])
            people = asyncio.create_task(rehearse(served, (1, 2, 3, 4), hours=1000, tell=stories.put_nowait))
            await hear_calls(stories, 5)
        while not stories.empty():
            stories.get_nowait()
        async with serving(config=IMPATIENT, store=store, port=port) as served:
            await hear_calls(stories, 20)
            people.cancel()
            await asyncio.wait([people])
            await check(served.room)


async def test_a_wrong_key_is_told_at_once() -> None:
    """Nobody tries again for ever what will never be allowed."""
    async with serving() as served:
        with pytest.raises(NotWelcome, match=r"counter/1: 401"):
            await simulate(served.url, "uji", {1: "counter-1.wrong"}, served.keys.kiosks[1], crowd(), unheard, speed=HASTE)


async def test_a_wrong_address_is_told_at_once() -> None:
    """There is no such bazaar."""
    async with serving() as served:
        with pytest.raises(NotWelcome, match=r"lain/log: 404"):
            await simulate(served.url, "lain", {}, served.keys.kiosks[1], crowd(), unheard, speed=HASTE)
