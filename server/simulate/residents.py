"""Residents: when they come, what for, and who changes their mind."""

import random

from server.core.plan import Plan
from server.core.values import Lane
from server.simulate.client import Answer
from server.simulate.hall import Hall

RUSH = (1.0, 1.4, 1.2, 0.8, 0.6)
"""How many come in each fifth of the hours, against the average."""
AT_THE_DOOR = 0.2
"""How many wait for the opening, as a share of an average hour's visitors."""
ERRANDS = {1: 0.54, 2: 0.32, 3: 0.14}
"""How many errands people come for: 1.6 on average."""
PRIORITY_SHARE = 0.06
CANCEL_SHARE = 0.02
HOLD_SHARE = 0.03
THINK_MINUTES = (3.0, 15.0)
AWAY_MINUTES = (5.0, 15.0)
MINUTES_PER_HOUR = 60


async def arrive(hall: Hall, per_hour: float, hours: float, first_line_share: float) -> None:
    """Residents come one by one, as chance will have it, more of them in the second hour than in the last."""
    for _ in range(round(AT_THE_DOOR * per_hour)):
        hall.meanwhile(_visit(hall, first_line_share))
    passed = 0.0
    while passed < hours:
        rate = per_hour * RUSH[int(len(RUSH) * passed / hours)]
        gap = hall.rng.expovariate(rate)
        await hall.minutes(gap * MINUTES_PER_HOUR)
        passed += gap
        hall.meanwhile(_visit(hall, first_line_share))


async def come_back(hall: Hall, label: str) -> None:
    """A resident who was away returns after a while, and waits again under the same number."""
    await hall.minutes(hall.rng.uniform(*AWAY_MINUTES))
    answer = await hall.client.change(hall.visits[label], {"do": "return", "ticket": label})
    if answer.done:
        hall.tell(f"{label} is back")


def errands(plan: Plan, rng: random.Random, first_line_share: float) -> list[str]:
    """The services that one resident comes for, each of another line. The first line's share is of all tickets."""
    count = rng.choices(list(ERRANDS), list(ERRANDS.values()))[0]
    first, *others = plan.lines
    lines = [first] if not others or rng.random() < first_line_share * count else []
    # Drawn without putting back, each line in proportion to its counters.
    others.sort(key=lambda line: rng.random() ** (1 / len(plan.counters_of(line.prefix))), reverse=True)
    lines += others[: count - len(lines)]
    return [rng.choice(line.services).code for line in lines]


async def _visit(hall: Hall, first_line_share: float) -> None:
    """Take numbers; now and then give one back, or ask to be called later."""
    answer = await _take(hall, errands(hall.plan, hall.rng, first_line_share))
    if answer is None:
        return
    labels = [ticket["label"] for ticket in answer.body["tickets"]]
    hall.visits.update(dict.fromkeys(labels, answer.body["visit"]))
    hall.tell(f"{', '.join(labels)} taken")
    mood = hall.rng.random()
    if mood < CANCEL_SHARE:
        await _change(hall, labels[-1], "cancel")
    elif mood < CANCEL_SHARE + HOLD_SHARE:
        await _change(hall, labels[-1], "hold")
        await come_back(hall, labels[-1])


async def _take(hall: Hall, services: list[str]) -> Answer | None:
    """Ask for numbers, and once more without what cannot be had today; None for somebody who leaves with nothing."""
    lane = Lane.PRIORITY if hall.chance(PRIORITY_SHARE) else Lane.REGULAR
    while services:
        answer = await hall.client.take({"services": services, "lane": lane.value})
        if answer.done:
            return answer
        refused, asked = answer.body, len(services)
        hall.tell(f"no number: {refused.get('sentence', '')}")
        services = [code for code in services if refused.get("line") != hall.plan.line_of(code).prefix and refused.get("service") != code]
        if len(services) == asked:
            return None
    return None


async def _change(hall: Hall, label: str, do: str) -> None:
    """After some thought; too late is no matter."""
    await hall.minutes(hall.rng.uniform(*THINK_MINUTES))
    if (await hall.client.change(hall.visits[label], {"do": do, "ticket": label})).done:
        hall.tell(f"{label}: {do}")
