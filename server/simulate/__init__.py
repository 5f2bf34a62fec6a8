"""Residents and officers at work, against a hub that runs, over HTTP like everybody else; for the demo and for rehearsals.

Rule: whoever is simulated knows nothing that a phone or a tablet would not know, and every press has its own command_id under which it is
tried again until it is answered.
"""

import asyncio
import random
from collections.abc import Callable, Mapping

from server.simulate.client import BazaarOver, Client, NotWelcome
from server.simulate.hall import SECONDS_PER_MINUTE, Hall
from server.simulate.officers import work
from server.simulate.residents import arrive

__all__ = ["FIRST_LINE_SHARE", "HOURS", "SPEED", "VISITORS_PER_HOUR", "NotWelcome", "simulate"]

SPEED = 15.0
"""So many times faster than life: five hours in 20 minutes, and with the sample's 33 counters a call every second or two."""
HOURS = 5.0
VISITORS_PER_HOUR = 120.0
"""On average over the hours. With 1.6 tickets each this is nearly what the sample's counters can serve."""
FIRST_LINE_SHARE = 1 / 3
"""The part of all tickets that the first line of the bazaar file takes: the civil registry's, which most people come for."""
MINUTES_PER_HOUR = 60


async def simulate(
    hub_url: str,
    bazaar: str,
    counter_keys: Mapping[int, str],
    kiosk_key: str,
    rng: random.Random,
    on_story: Callable[[str], None],
    *,
    counters_url: str = "",
    speed: float = SPEED,
    hours: float = HOURS,
    visitors_per_hour: float = VISITORS_PER_HOUR,
    first_line_share: float = FIRST_LINE_SHARE,
) -> None:
    """Let residents come and officers serve until so many ``hours`` of the bazaar have passed, or it is closed.

    Its hours are ``speed`` times shorter than ours. There is an officer at each counter that has a key in ``counter_keys``; all other
    counters are left to people. ``on_story`` is given a short line for each thing that happens. ``counters_url`` is where officers work,
    if not at ``hub_url``; URLs have no trailing slash.

    Raises:
        NotWelcome: there is no such bazaar, or a key is not good.
    """
    bound_s = hours * MINUTES_PER_HOUR * SECONDS_PER_MINUTE / speed
    async with Client(f"{hub_url}/{bazaar}", f"{counters_url or hub_url}/{bazaar}", kiosk_key, counter_keys) as client:
        try:
            async with asyncio.timeout(bound_s), asyncio.TaskGroup() as tasks:
                hall = Hall(client=client, plan=await client.plan(), rng=rng, speed=speed, tell=on_story, tasks=tasks)
                tasks.create_task(arrive(hall, visitors_per_hour, hours, first_line_share))
                for number in counter_keys:
                    tasks.create_task(work(hall, number))
        except TimeoutError:
            on_story("the simulated people go home")
        except ExceptionGroup as faults:
            if not isinstance(faults.exceptions[0], BazaarOver):
                raise faults.exceptions[0] from None
            on_story("the bazaar is closed, and the simulated people go home")
