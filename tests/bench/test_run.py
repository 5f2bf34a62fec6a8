"""The bench runs to its end; what it measures is nobody's test."""

import io
import json
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from bench import run
from bench.deciding import Deciding
from bench.fanout import Fanout
from bench.figures import Times
from bench.first_client import FirstClient
from bench.many import Many
from bench.order import BadOrder, Order
from bench.overload import Overload
from bench.presses import Presses
from bench.processes import line_of, python
from bench.replay import Replay
from bench.saturation import Saturation
from bench.sizes import QUICK

SOON = ("presses", "saturation", "fanout-1000", "first-client", "deciding", "replay")


@pytest.mark.parametrize(("count", "p50", "p99"), [(1, 1, 1), (4, 2, 4), (100, 50, 99), (1000, 500, 990)])
def test_percentiles_are_times_that_were_measured(count: int, p50: int, p99: int) -> None:
    """The shortest time within which that share stayed."""
    assert Times(count=count, p50_ms=p50, p99_ms=p99, max_ms=count) == Times.of(ms * 1_000_000 for ms in range(count, 0, -1))


@pytest.mark.store
async def test_what_is_soon_measured_runs_to_its_end(tmp_path: Path) -> None:
    """Every part measures something, no phone misses a press, and the figures can be shown, drawn and read by machines."""
    told: list[str] = []
    measured = await Order(against="floor", quick=True, out=tmp_path, say=told.append).carry_out(lambda _name, _measured: None)
    assert SOON == tuple(measured)
    presses, saturation, fanout, first, deciding, replay = (one.result for one in measured.values())
    assert isinstance(presses, Presses)
    assert isinstance(saturation, Saturation)
    assert isinstance(fanout, Fanout)
    assert isinstance(replay, Replay)
    assert [(QUICK.presses, 0)] * 2 == [(before.answer.count, before.missed) for before in presses.before]
    assert 0 < saturation.commands_per_s
    assert ["urut", "floor"] == [one.name for one in fanout.carried]
    assert all(one.deliveries_per_s > 0 and len(one.deliveries_ratios) == 1 for one in fanout.carried)
    assert isinstance(first, FirstClient)
    assert 0 < first.first.p50_ms <= first.last.p50_ms
    assert isinstance(deciding, Deciding)
    assert 0 < deciding.ratio
    assert QUICK.replay_entries == replay.entries
    assert "giving out" in told[0]
    assert "Fan-out at saturation" in (tmp_path / "tables.txt").read_text(encoding="utf-8")
    assert ElementTree.parse(tmp_path / "fanout.svg").getroot().tag.endswith("svg")  # noqa: S314  # a picture of our own
    order = Order(against="floor", quick=True, out=tmp_path, resume=True, say=told.append)
    assert measured == await order.carry_out(lambda _name, _measured: None)
    assert json.dumps([one.as_map() for one in measured.values()])


@pytest.mark.store
@pytest.mark.parametrize("part", ["burst", "slow-readers", "storm", "overload", "many", "folding"])
async def test_a_part_by_its_name_runs_to_its_end(part: str) -> None:
    """Whatever is not soon measured runs when it is named."""
    measured = await Order(parts=(part,), quick=True, say=lambda _what: None).carry_out(lambda _name, _measured: None)
    assert [part] == list(measured)
    result, shown = measured[part].result, Console(file=io.StringIO())
    shown.print(*result.tables(), sep="\n")
    if isinstance(result, Many):
        assert QUICK.many_phones == result.reached
    if isinstance(result, Overload):
        assert 0 == result.unexplained
        assert result.posts


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A part's result that says how often it was measured."""

    times: int

    def tables(self) -> list[str]:
        """See Result."""
        return [f"measured {self.times} times"]


async def test_a_long_run_goes_on_where_it_was_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --resume a part whose result stands in the folder is not measured again; without, it is."""
    measured: list[int] = []

    async def count(_task: run.Task) -> Counted:
        measured.append(1)
        return Counted(times=len(measured))

    monkeypatch.setattr(run, "PARTS", {"counted": run.Part(result=Counted, measure=count)})
    monkeypatch.setattr("bench.order.PARTS", run.PARTS)
    order, shown = Order(out=tmp_path, say=lambda _what: None), list[object]()
    for resume in (False, True, False):
        await replace(order, resume=resume).carry_out(lambda _name, one: shown.append(one.result))
    assert [Counted(times=1), Counted(times=1), Counted(times=2)] == shown


@pytest.mark.parametrize(("parts", "against"), [(("presess",), "floor"), ((), "floor,apache")])
async def test_what_there_is_not_is_no_order(parts: tuple[str, ...], against: str) -> None:
    """Nothing is started, and the sentence names what there is."""
    with pytest.raises(BadOrder, match="there are"):
        await Order(parts=parts, against=against, say=lambda _what: None).carry_out(lambda _name, _measured: None)


async def test_the_bench_keeps_off_the_store_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it starts knows nothing of the settings of this machine's urut, and so nothing of its store."""
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:6379/0")
    monkeypatch.setenv("URUT_DATA", "data")
    async with python(["-c", "import json, os; print(json.dumps([*os.environ]))"]) as process:
        assert not {"REDIS_URL", "URUT_DATA"} & set(await line_of(process))


async def test_what_ends_too_early_is_told() -> None:
    """A process of the measurement that fails ends the measurement."""
    async with python(["-c", ""]) as process:
        with pytest.raises(RuntimeError, match="before its time"):
            await line_of(process)
