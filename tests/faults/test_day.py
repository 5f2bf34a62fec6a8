"""A bazaar day under fire, short in every run of the tests and an hour of it, ten times as fast as life, by `make faults`."""

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from itertools import zip_longest
from pathlib import Path

import pytest

from tests.conftest import Tell
from tests.faults.day import Crowd, Day, told
from tests.faults.day_faults import Faults
from tests.faults.storm import Fault
from tests.faults.yard import yard

pytestmark = pytest.mark.faults

LONG = os.environ.get("URUT_FAULTS") == "long"
DAY_MINUTES, TIMES_AS_FAST = 60, 10
TWO_AT_ONCE = 0.3
ONLY_LONG = {"the store's watcher killed"}
FEW = Crowd(counters=12, hands=4, phones=2, followers=60, waiting=60, rests_s=(0.1, 0.7), phone_rests_s=(0.5, 2.0))
ALL = Crowd(counters=33, hands=12, phones=8, followers=200, waiting=150, rests_s=(1.0, 5.0), phone_rests_s=(6.0, 18.0))
"""A press every three seconds at each counter, which are half a minute of the day."""


async def test_day_under_fire(tmp_path: Path, chance: random.Random, tell: Tell) -> None:
    """Whatever breaks, every command stands once and as answered, no follower goes back, and all show what a fresh fold shows.

    Before that every process is restarted, one after the other: nobody who presses is turned away.
    """
    happened = Counter[str]()
    async with yard(tmp_path, chance, hubs=3 if LONG else 2, officers=2) as one:
        faults, day = Faults(one, chance, half_open_s=30.0 if LONG else 6.0), Day(one, ALL if LONG else FEW, chance)

        async def suffer(*names: str) -> None:
            happened.update(names)
            kinds = {name: fault for group in faults.kinds.values() for name, fault in group.items()}
            await asyncio.gather(*(kinds[name]() for name in names))
            await day.is_served()

        async def program() -> None:
            await day.is_served()
            for server in one.servers:
                await faults.end(server, signal.SIGTERM)
                await day.is_served()
            assert 0 == day.diary.turned_away
            tell(f"{len(one.servers)} processes restarted one after the other: nobody turned away; {day.told_waits()}")
            await (long_day if LONG else short_day)(faults.kinds, suffer, chance)

        log = await day.goes_on(program)
    tell(f"{told(happened)}, clocks set {faults.clocks_set}")
    day.tell(log, tell)


Suffer = Callable[..., Awaitable[None]]
"""Has faults of these names happen, all at once."""
Kinds = Mapping[str, Mapping[str, Fault]]


async def short_day(kinds: Kinds, suffer: Suffer, chance: random.Random) -> None:
    """Each kind of fault once, a hub, a process for officers, the store and the network at the same time."""
    orders = [chance.sample(sorted(group), len(group)) for group in ({*faults} - ONLY_LONG for faults in kinds.values())]
    for names in zip_longest(*orders):
        await suffer(*filter(None, names))


async def long_day(kinds: Kinds, suffer: Suffer, chance: random.Random) -> None:
    """All kinds again and again, now and then two at once, until the day is over."""
    groups = {name: group for group, faults in kinds.items() for name in faults}
    ends_at, bag = time.monotonic() + DAY_MINUTES * 60 / TIMES_AS_FAST, list[str]()
    while time.monotonic() < ends_at:
        bag = bag or chance.sample(sorted(groups), len(groups))
        names = [bag.pop()]
        if bag and chance.random() < TWO_AT_ONCE and groups[bag[-1]] != groups[names[0]]:
            names.append(bag.pop())
        await suffer(*names)
