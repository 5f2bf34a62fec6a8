"""What simulated residents and officers share: the hub, the bazaar file, chance, and a clock that runs faster than ours."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field

from server.core.plan import Plan
from server.simulate.client import Client

SECONDS_PER_MINUTE = 60


@dataclass(slots=True, kw_only=True, eq=False)
class Hall:
    """``visits`` has the token of each simulated resident's visit by the labels of their tickets; other labels are real people's."""

    client: Client
    plan: Plan
    rng: random.Random
    speed: float
    tell: Callable[[str], None]
    tasks: asyncio.TaskGroup
    visits: dict[str, str] = field(default_factory=dict)

    async def minutes(self, count: float) -> None:
        """Let so many minutes of the bazaar pass."""
        await asyncio.sleep(count * SECONDS_PER_MINUTE / self.speed)

    def chance(self, share: float) -> bool:
        """Whether it happens this time, when it happens in this share of all times."""
        return self.rng.random() < share

    def meanwhile(self, action: Coroutine[None, None, None]) -> None:
        """Let something go on beside everything else."""
        self.tasks.create_task(action)
