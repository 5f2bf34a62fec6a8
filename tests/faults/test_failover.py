"""A store of several servers whose primaries fail: what was acknowledged stands, and hubs find the next primary by themselves."""

import os
import random

import pytest

from bench.stores import clustered, watched_by_sentinels
from tests.conftest import Tell
from tests.faults.failover import freeze, kill, pressed

pytestmark = [pytest.mark.faults, pytest.mark.store]

LONG = os.environ.get("URUT_FAULTS") == "long"
FAULTS = [kill, freeze] * (10 if LONG else 1)
CLUSTER_BAZAARS = 6
"""Enough that each of three primaries has some."""


async def test_primary_that_sentinels_watch(chance: random.Random, tell: Tell) -> None:
    """Killed or frozen in mid-stream, a primary takes no acknowledged press with it when a replica is promised."""
    async with watched_by_sentinels() as (url, nodes), pressed(url, nodes, 1, chance) as failovers:
        for fault in FAULTS:
            await failovers.suffer(fault)
    tell(f"primary of 1 + 2 with 3 sentinels killed and frozen: {failovers.told}")


async def test_primaries_of_a_cluster(chance: random.Random, tell: Tell) -> None:
    """The same holds for each primary of a cluster."""
    async with clustered() as (url, nodes), pressed(url, nodes, CLUSTER_BAZAARS, chance) as failovers:
        for fault in FAULTS:
            await failovers.suffer(fault)
    tell(f"primaries of a cluster of 3 + 3 killed and frozen: {failovers.told}")
