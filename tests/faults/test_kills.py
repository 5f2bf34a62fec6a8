"""Officers press without a pause while processes are killed again and again: nothing is lost, doubled or out of order."""

import random
import signal
from pathlib import Path

import pytest

from tests.conftest import Tell
from tests.faults.aftermath import survives
from tests.faults.site import site

pytestmark = pytest.mark.faults

PRESSES = 4000
KILLS = 25


async def test_processes_killed_under_eight_officers(tmp_path: Path, chance: random.Random, tell: Tell) -> None:
    """Through every kill each acknowledged press stands once, where it was said to, and all screens end with what a fresh fold shows."""
    async with site(tmp_path, hubs=2, officers=2) as one:

        async def kill() -> None:
            victim = chance.choice(one.servers)
            await victim.end(signal.SIGKILL)
            await victim.start()

        tell(f"{KILLS} kills -9 of 4 processes: {await survives(one, chance, PRESSES, [kill] * KILLS)}")
