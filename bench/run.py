"""The parts of the bench, one after the other, each with processes of its own that end with it.

With a folder given, a part's result is kept there as soon as it is there, so a long run that was stopped can go on with the next part.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from bench.burst import Burst, measure_burst
from bench.deciding import Deciding, measure_deciding
from bench.fanout import Fanout, measure_fanout
from bench.figures import Result, machine
from bench.first_client import FirstClient, measure_first_client
from bench.folding import Folding, measure_folding
from bench.many import Many, measure_many
from bench.officer import Officer
from bench.overload import Overload, measure_overload
from bench.presses import Presses, measure_presses
from bench.processes import hub, phones_max
from bench.replay import Replay, measure_replay
from bench.saturation import Saturation, measure_saturation
from bench.servers import FLOOR, HUB, Kind, Say
from bench.sizes import Sizes
from bench.slow_readers import SlowReaders, measure_slow_readers
from bench.storm import Storm, measure_storm

FEWER_ROUNDS = 5
"""Parts that take long measure each server once for so many pairs that are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be measured: how much, beside whom, and in how many rounds. ``say`` is told what goes on."""

    sizes: Sizes
    kinds: Sequence[Kind]
    pairs: int
    say: Say

    @property
    def few_rounds(self) -> int:
        """For parts that take long."""
        return -(-self.pairs // FEWER_ROUNDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part: what it gives, and how it is measured. ``named`` parts run only when somebody names them, or in a full run."""

    result: type[Result]
    measure: Callable[[Task], Awaitable[Result]]
    named: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One part's result, and the machine that it is of."""

    machine: str
    result: Result

    def as_map(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {"machine": self.machine, "result": asdict(self.result)}  # type: ignore[call-overload]  # every result is a dataclass


async def _presses(task: Task) -> Result:
    async with hub() as served, Officer(served) as officer:
        return await measure_presses(officer, count=task.sizes.presses, crowds=task.sizes.press_crowds, say=task.say)


async def _saturation(task: Task) -> Result:
    async with hub() as served, Officer(served) as officer:
        phones, seconds = task.sizes.saturation_phones, task.sizes.saturation_s
        return await measure_saturation(officer, phones=phones, seconds=seconds, say=task.say)


async def _fanout(phones: int, task: Task) -> Result:
    crowd, few = min(phones, task.sizes.phones_max, phones_max()), phones < task.sizes.fanout_large
    kinds = [kind for kind in task.kinds if kind.name in (HUB, FLOOR)] if few else task.kinds
    return await measure_fanout(kinds=kinds, phones=crowd, seconds=task.sizes.fanout_s, rounds=task.pairs, say=task.say)


async def _burst(task: Task) -> Result:
    sizes = task.sizes
    return await measure_burst(kinds=task.kinds, phones=sizes.burst_phones, seconds=sizes.burst_s, rounds=task.few_rounds, say=task.say)


async def _slow_readers(task: Task) -> Result:
    phones, deaf, seconds = task.sizes.slow_phones, task.sizes.deaf_phones, task.sizes.slow_s
    return await measure_slow_readers(kinds=task.kinds, phones=phones, deaf=deaf, seconds=seconds, rounds=task.few_rounds, say=task.say)


async def _first_client(task: Task) -> Result:
    return await measure_first_client(phones=task.sizes.first_phones, seconds=task.sizes.first_s, say=task.say)


async def _storm(task: Task) -> Result:
    staying, coming = task.sizes.storm_staying, task.sizes.storm_coming
    return await measure_storm(kinds=task.kinds, staying=staying, coming=coming, rounds=task.few_rounds, say=task.say)


async def _overload(task: Task) -> Result:
    sizes, trouble = task.sizes, task.sizes.overload_trouble
    async with hub() as served, Officer(served) as officer:
        phones = min(sizes.overload_phones, phones_max() - sum(astuple(trouble)))
        return await measure_overload(officer, presses=sizes.overload_presses, phones=phones, trouble=trouble, say=task.say)


async def _many(task: Task) -> Result:
    return await measure_many(phones=task.sizes.many_phones, hubs=task.sizes.many_hubs, held_s=task.sizes.many_held_s, say=task.say)


async def _deciding(task: Task) -> Result:
    return await measure_deciding(presses=task.sizes.deciding_presses, bazaars=task.sizes.deciding_bazaars, say=task.say)


async def _folding(task: Task) -> Result:
    return measure_folding(sizes=task.sizes.folding_waiting, rounds=task.sizes.folding_rounds, say=task.say)


async def _replay(task: Task) -> Result:
    return await measure_replay(entries=task.sizes.replay_entries, say=task.say)


PARTS: Mapping[str, Part] = {
    "presses": Part(result=Presses, measure=_presses),
    "saturation": Part(result=Saturation, measure=_saturation),
    "fanout-1000": Part(result=Fanout, measure=partial(_fanout, 1_000)),
    "fanout-5000": Part(result=Fanout, measure=partial(_fanout, 5_000), named=True),
    "fanout-19500": Part(result=Fanout, measure=partial(_fanout, 19_500), named=True),
    "first-client": Part(result=FirstClient, measure=_first_client),
    "burst": Part(result=Burst, measure=_burst, named=True),
    "slow-readers": Part(result=SlowReaders, measure=_slow_readers, named=True),
    "storm": Part(result=Storm, measure=_storm, named=True),
    "overload": Part(result=Overload, measure=_overload, named=True),
    "many": Part(result=Many, measure=_many, named=True),
    "deciding": Part(result=Deciding, measure=_deciding),
    "folding": Part(result=Folding, measure=_folding, named=True),
    "replay": Part(result=Replay, measure=_replay),
}


async def measure(name: str, task: Task, folder: Path | None, *, resume: bool) -> Measured:
    """Measure one part, or with ``resume`` take what stands in the folder of it.

    Raises:
        RuntimeError: something that was started ended before its time, or a screen did not show what it must.
    """
    part, path = PARTS[name], folder / f"{name}.json" if folder else None
    if resume and path and path.exists():
        kept = json.loads(path.read_text(encoding="utf-8"))
        task.say(f"{name} stands in {path}")
        return Measured(machine=kept["machine"], result=TypeAdapter(part.result).validate_python(kept["result"]))
    about = machine()
    measured = Measured(machine=about, result=await part.measure(task))
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(measured.as_map(), indent=1) + "\n", encoding="utf-8")
    return measured
