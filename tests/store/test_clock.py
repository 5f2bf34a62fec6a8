"""The log's time: it moves on as a hub's clock does, whatever the clocks of the hubs say of the hour."""

from typing import Any

from server.core.entry import Entry, Refusal
from server.store.clock import LogTime
from server.store.log import MemoryLog
from tests.scenarios import START_MS
from tests.store.hubs import Clock, Hub, fault_of, hub
from tests.store.samples import command_id

HOUR_MS = 3_600_000


def test_follows_the_clock() -> None:
    """With nobody ahead the time is the clock's."""
    clock = Clock()
    time = LogTime(clock)
    clock.ms += 7
    assert START_MS + 7 == time.now(START_MS)


def test_moves_on_from_an_entry_that_is_ahead() -> None:
    """Once an entry was ahead of the clock, the time goes on from the entry's: it does not stand still until the clock is there."""
    clock = Clock()
    time = LogTime(clock)
    assert START_MS + HOUR_MS == time.now(START_MS + HOUR_MS)
    clock.ms += 7
    assert START_MS + HOUR_MS + 7 == time.now(START_MS + HOUR_MS)


def test_moves_on_when_the_clock_is_set_back() -> None:
    """A clock that is set back takes the time nowhere: what was told last is the least, and it goes on from there."""
    clock = Clock()
    time = LogTime(clock)
    assert START_MS == time.now(0)
    clock.ms -= HOUR_MS
    assert START_MS == time.now(0)
    clock.ms += 7
    assert START_MS + 7 == time.now(0)


async def test_deadlines_run_at_a_hub_whose_clock_is_behind(quick_log: MemoryLog) -> None:
    """After a hub whose clock is an hour ahead has called, absent becomes possible and undo impossible when their seconds have passed."""
    async with hub(quick_log) as fast:
        fast.clock.ms += HOUR_MS
        for number, order in enumerate(UP_TO_A_RECALL):
            await press(fast, number, order)
    async with hub(quick_log) as slow:
        await press(slow, 10, {"do": "open_counter"})
        slow.clock.ms += 60_000
        undone = await press(slow, 11, {**RECALL, "do": "undo"})
        absent = await press(slow, 12, {**RECALL, "do": "absent"})
    assert isinstance(undone.outcome, Refusal)
    assert "undo_expired" == undone.outcome.code
    assert not isinstance(absent.outcome, Refusal)
    assert await fault_of(quick_log) is None


RECALL: dict[str, Any] = {"do": "recall", "ticket": "A-001"}
UP_TO_A_RECALL: list[dict[str, Any]] = [{"do": "open_counter"}, {"do": "issue", "services": ["ktp"]}, {"do": "next", "seen": None}, RECALL]


async def press(at: Hub, number: int, order: dict[str, Any]) -> Entry:
    """An order of the organiser at counter 1."""
    return await at.submit({"command_id": command_id(number), "by": "admin", "counter": 1, **order})
