"""The bench runs to its end; what it measures is nobody's test."""

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from bench.figures import Times
from bench.processes import line_of, python
from bench.run import QUICK, run


@pytest.mark.parametrize(("count", "p50", "p99"), [(1, 1, 1), (4, 2, 4), (100, 50, 99), (1000, 500, 990)])
def test_percentiles_are_times_that_were_measured(count: int, p50: int, p99: int) -> None:
    """The shortest time within which that share stayed."""
    assert Times(count=count, p50_ms=p50, p99_ms=p99, max_ms=count) == Times.of(ms * 1_000_000 for ms in range(count, 0, -1))


@pytest.mark.store
async def test_the_bench_runs_to_its_end() -> None:
    """Every part measures something, no phone misses a press, and the figures can be shown and read by machines."""
    told: list[str] = []
    measured = await run(replace(QUICK, phones=10, presses=3), told.append)
    assert 3 == measured.presses.answer.count
    assert 0 == measured.presses.missed
    assert 0 < measured.presses.first_tv.p50_ms <= measured.presses.last_tv.p50_ms
    assert 0 < measured.saturation.commands_per_s
    assert QUICK.replay_entries == measured.replay.entries
    assert measured.as_map() == json.loads(json.dumps(measured.as_map()))
    shown = Console(file=io.StringIO())
    shown.print(measured.tables())
    assert told[0].startswith("giving out")


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
