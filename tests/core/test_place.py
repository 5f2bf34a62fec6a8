"""A ticket's place: a table of cases that ``static/place.js`` is held to as well, and the place against calling people one by one."""

import json
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.place import LineNow, TicketNow, place_of, place_of_newcomer

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "place_cases.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=[case["fact"] for case in CASES])
def test_table(case: dict[str, Any]) -> None:
    """Each case of the shared table holds."""
    place = place_of_newcomer(case["line"], case["newcomer"]) if "newcomer" in case else place_of(case["line"], case["ticket"])
    minutes = None if place.minutes is None else list(place.minutes)
    assert (case["ahead"], case["minutes"]) == (place.ahead, minutes)


def line_of(regular: int, priority: int, every: int, due: int) -> LineNow:
    """A line in which this many people wait, numbered from 1 in each lane."""
    waiting = {"regular": f"1-{regular}" if regular else "", "priority": f"1-{priority}" if priority else ""}
    return {
        "waiting": waiting,
        "calls": {"regular": 0, "priority": 0},
        "regular_after_priority": every,
        "regular_due": due,
        "waits": [(0, 0, 0)],
    }


def calls_in_order(regular: int, priority: int, every: int, due: int) -> list[tuple[str, int]]:
    """Call everybody by the lane rule, one by one: ``[(lane, number), …]``."""
    waiting = {"regular": list(range(1, regular + 1)), "priority": list(range(1, priority + 1))}
    called = []
    while waiting["regular"] or waiting["priority"]:
        lane = "priority" if waiting["priority"] and (due == 0 or not waiting["regular"]) else "regular"
        called.append((lane, waiting[lane].pop(0)))
        due = every if lane == "priority" else max(0, due - 1)
    return called


@given(regular=st.integers(0, 12), priority=st.integers(0, 6), every=st.integers(0, 4), due=st.integers(0, 4))
def test_place_is_the_turn(regular: int, priority: int, every: int, due: int) -> None:
    """If nobody joins or leaves, exactly the people said to be ahead are called first."""
    due = min(due, every)
    line = line_of(regular, priority, every, due)
    turns = calls_in_order(regular, priority, every, due)
    assert list(range(len(turns))) == [place_of(line, {"lane": lane, "number": number}).ahead for lane, number in turns]


@given(
    ahead=st.integers(0, 200),
    steps=st.lists(st.tuples(st.integers(1, 40), st.integers(0, 3000), st.integers(0, 900)), min_size=1, max_size=9),
)
def test_range_is_a_range(ahead: int, steps: list[tuple[int, int, int]]) -> None:
    """Whatever rises in the table: minutes are never negative, end after they begin, and never shrink for one more person ahead."""
    line = line_of(ahead + 2, 0, 0, 0)
    people, low, spread = (accumulate(step[part] for step in steps) for part in range(3))
    line["waits"] = [(0, 0, 0), *((n, begin, begin + more) for n, begin, more in zip(people, low, spread, strict=True))]
    first, second = (place_of(line, ticket(number)).minutes for number in (ahead + 1, ahead + 2))
    assert first is not None
    assert second is not None
    assert 0 <= first[0] <= first[1] <= second[1]


def ticket(number: int) -> TicketNow:
    """A waiting ticket of the regular lane."""
    return {"lane": "regular", "number": number}
