"""Servers measured by turns: what counts as a pair, who is left out, and who is not."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from bench import servers
from bench.fanout import Carried, Fanout
from bench.goals import goals
from bench.many import Many
from bench.servers import FLOOR, HUB, KINDS, Kind, present
from bench.side_by_side import by_turns, pairs

RATIOS = ("deliveries_ratios", "events_ratios", "last_ratios")
URUT, PEER, GROUND = KINDS[HUB], KINDS["ws"], KINDS[FLOOR]


def quiet(_what: str) -> None:
    """Say nothing."""


async def test_a_ratio_is_of_one_round() -> None:
    """The hub's figure is held against the other's of the same round, though every second round goes the other way."""
    figures = {URUT: iter([10, 30]), PEER: iter([5, 10])}
    order: list[str] = []

    async def measure(kind: Kind) -> int:
        order.append(kind.name)
        return next(figures[kind])

    runs = await by_turns([URUT, PEER], 2, "", measure, quiet)
    assert [HUB, "ws", "ws", HUB] == order
    assert (2.0, 3.0) == runs.ratios(PEER, float)
    assert "2.50  (2.00 3.00)" == pairs(runs.ratios(PEER, float))
    assert (20, 7.5) == (runs.medians(URUT, float), runs.medians(PEER, float))


async def test_a_peer_that_fails_is_left_out() -> None:
    """The others go on, and it is said why there is nothing of it."""

    async def measure(kind: Kind) -> int:
        if kind is PEER:
            raise RuntimeError("it hung up")
        return 1

    runs = await by_turns([URUT, PEER], 3, "", measure, quiet)
    assert {URUT: [1, 1, 1]} == runs.of
    assert {"ws": "it hung up"} == runs.failed


@pytest.mark.parametrize("kind", [URUT, GROUND])
async def test_without_the_hub_or_the_floor_there_is_nothing_to_tell(kind: Kind) -> None:
    """When one of these fails the measurement has failed."""

    async def measure(_kind: Kind) -> int:
        raise RuntimeError("it hung up")

    with pytest.raises(RuntimeError, match="hung up"):
        await by_turns([kind], 1, "", measure, quiet)


async def test_what_is_not_here_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no Node and no nginx the servers that need them are left out, each with its reason; nothing is installed."""
    monkeypatch.setattr(servers, "MODULES", (tmp_path,))
    monkeypatch.setattr("shutil.which", {"cc": "/usr/bin/cc"}.get)
    kinds, missing = await present([HUB, FLOOR, "ws", "socketio", "nchan", "aiohttp"], install=False, say=quiet)
    assert [HUB, FLOOR, "aiohttp"] == [kind.name for kind in kinds]
    assert ["ws", "socketio", "nchan"] == list(missing)
    assert "apt-get install" in missing["nchan"]


def test_a_goal_is_reached_or_not() -> None:
    """By the figure that was measured, on either side of what it is to be."""
    many = Many(phones=10, reached=10, held_s=1, came_s=1, last_s=0.1, hubs=())
    assert [True, False] == [goal.reached for goal in goals([many, replace(many, reached=9)])]


def test_cost_is_held_against_the_floors_own_change() -> None:
    """A delivery that costs half as much again in a large crowd is as it should be where the kernel alone asks for nearly that."""
    crowds = [_fanout(1_000, hub_us=10, floor_us=8), _fanout(20_000, hub_us=15, floor_us=10)]
    (cost,) = (goal for goal in goals(crowds) if goal.what.startswith("CPU"))
    assert cost.reached
    assert pytest.approx(1.2) == cost.figure


def _fanout(phones: int, **us: float) -> Fanout:
    return Fanout(phones=phones, frame_bytes=370, carried=(_carried(HUB, us["hub_us"]), _carried(FLOOR, us["floor_us"])), failed={})


def _carried(name: str, us_per_delivery: float) -> Carried:
    figures: dict[str, Any] = {field.name: 1 for field in fields(Carried)} | dict.fromkeys(RATIOS, (1.0,))
    return Carried(**figures | {"name": name, "title": name, "us_per_delivery": us_per_delivery})
