"""The whole bench: presses, saturation, fan-out and replay, one after the other, each with processes of its own that end with it."""

from collections.abc import Callable
from dataclasses import dataclass

from bench.fanout import measure_fanout
from bench.figures import Measured, machine
from bench.officer import Officer
from bench.presses import measure_presses
from bench.processes import hub
from bench.replay import measure_replay
from bench.saturation import measure_saturation


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much is measured. As they are, the bench ends within a minute on two cores."""

    phones: int = 1000
    presses: int = 250
    saturation_s: float = 5
    fanout_s: float = 2
    fanout_rounds: int = 3
    replay_entries: int = 100_000


QUICK = Sizes(phones=20, presses=5, saturation_s=0.5, fanout_s=1, fanout_rounds=1, replay_entries=500)
"""To see whether the bench works; its figures mean nothing."""


async def run(sizes: Sizes, say: Callable[[str], None]) -> Measured:
    """Measure everything. ``say`` is told what goes on.

    Raises:
        RuntimeError: something that was started ended before its time, or a screen did not show what it must.
    """
    about = machine()
    async with hub() as served, Officer(served) as officer:
        presses = await measure_presses(officer, count=sizes.presses, crowd=sizes.phones, say=say)
        saturation = await measure_saturation(officer, seconds=sizes.saturation_s, crowd=sizes.phones, say=say)
    fanout = await measure_fanout(seconds=sizes.fanout_s, crowd=sizes.phones, rounds=sizes.fanout_rounds, say=say)
    replay = await measure_replay(entries=sizes.replay_entries, say=say)
    return Measured(machine=about, presses=presses, saturation=saturation, fanout=fanout, replay=replay)
