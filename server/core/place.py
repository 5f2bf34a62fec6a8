"""A ticket's place in its line: how many people come before it, and about how long that takes.

Rule: all that is needed stands in the line's view and the ticket's own fields, so that a phone works it out for itself and the hub need
not tell every resident about every call. ``static/place.js`` does the same; ``tests/place_cases.json`` keeps the two in step. How long a
wait is likely to be is looked up in the view's table (`server.core.estimate`); between two of its rows it grows evenly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor
from typing import NotRequired, TypedDict, TypeVar

from server.core.bazaar import Bazaar, LineState
from server.core.calling import regular_due
from server.core.estimate import SECONDS_PER_MINUTE, Wait, waits
from server.core.values import Lane

_T = TypeVar("_T")

COARSE_FROM_MINUTES = 30
COARSE_STEP_MINUTES = 5
"""A wait that may last longer than the first is told in steps of the second: nobody can know it to the minute."""


class LineNow(TypedDict):
    """The part of a line's view that a place needs. Mappings go by lane (``regular``, ``priority``).

    ``waiting`` holds number ranges (``"13-40,42"``), ``calls`` the calls that counted so far. ``regular_after_priority`` regular calls
    follow each priority call while both lanes wait, and ``regular_due`` of them are still to come now. ``waits`` is the table of waits.
    """

    waiting: Mapping[str, str]
    calls: Mapping[str, int]
    regular_after_priority: int
    regular_due: int
    waits: Sequence[Wait]


class TicketNow(TypedDict):
    """The part of a waiting ticket's view that a place needs. ``resumes_at`` as in `server.core.bazaar.Ticket`."""

    lane: str
    number: int
    resumes_at: NotRequired[int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """``ahead`` people are called first; ``minutes`` is the likely wait, from and to: 0 and 0 at a free counter, None with none open."""

    ahead: int
    minutes: tuple[int, int] | None


def line_now(bazaar: Bazaar, line: LineState) -> LineNow:
    """The part of a line's view from which a place is worked out."""
    return {
        "waiting": by_lane({lane: str(state.waiting) for lane, state in line.lanes.items()}, ""),
        "calls": by_lane({lane: len(state.calls) for lane, state in line.lanes.items()}, 0),
        "regular_after_priority": line.plan.regular_after_priority,
        "regular_due": regular_due(line),
        "waits": waits(bazaar, line),
    }


def by_lane(values: Mapping[Lane, _T], missing: _T) -> dict[str, _T]:
    """The values under the names of both lanes, also in a line that has only the regular one."""
    return {lane.value: values.get(lane, missing) for lane in Lane}


def place_of(line: LineNow, ticket: TicketNow) -> Place:
    """The place of a ticket that waits."""
    lane, people = ticket["lane"], _people(line)
    lower = _count(line["waiting"][lane], below=ticket["number"])
    others = people[lane] - 1
    sits_out = (ticket.get("resumes_at") or 0) - line["calls"][lane]
    return _place(line, lane, people, ahead_in_lane=max(lower, min(sits_out, others)))


def place_of_newcomer(line: LineNow, lane: str, people: Mapping[str, int] | None = None) -> Place:
    """The place of whoever takes a number of the lane now. ``people`` is how many wait by lane, where that is known without counting."""
    people = people or _people(line)
    return _place(line, lane, people, ahead_in_lane=people[lane])


def _people(line: LineNow) -> dict[str, int]:
    """How many wait in each lane."""
    return {lane: _count(ranges) for lane, ranges in line["waiting"].items()}


def _place(line: LineNow, lane: str, people: Mapping[str, int], *, ahead_in_lane: int) -> Place:
    ahead = ahead_in_lane + _ahead_in_other_lane(line, lane, people, ahead_in_lane)
    return Place(ahead=ahead, minutes=_minutes(line["waits"], ahead))


def _ahead_in_other_lane(line: LineNow, lane: str, people: Mapping[str, int], ahead_in_lane: int) -> int:
    """How many of the other lane are called first, when the lanes take turns from now on and nobody joins."""
    every, due = line["regular_after_priority"], line["regular_due"]
    if lane == "priority":
        return min(people["regular"], due + ahead_in_lane * every)
    priority = people.get("priority", 0)
    if every == 0:
        return priority
    if ahead_in_lane < due:
        return 0
    return min(priority, 1 + (ahead_in_lane - due) // every)


def _minutes(waits: Sequence[Wait], ahead: int) -> tuple[int, int] | None:
    """From and to, whole minutes; whoever is farther than the table reaches waits as long as its last row says."""
    if not waits:
        return None
    after = next((row for row, wait in enumerate(waits) if wait[0] >= ahead), len(waits) - 1)
    (less, *near), (more, *far) = waits[max(0, after - 1)], waits[after]
    part = min(1.0, (ahead - less) / (more - less)) if more > less else 1.0
    low, high = (start + part * (end - start) for start, end in zip(near, far, strict=True))
    step = COARSE_STEP_MINUTES if high > COARSE_FROM_MINUTES * SECONDS_PER_MINUTE else 1
    first, last = (step * floor(seconds / (step * SECONDS_PER_MINUTE) + 0.5) for seconds in (low, high))
    return first, last


def _count(ranges: str, *, below: int | None = None) -> int:
    """How many numbers the ranges hold, or how many of them are lower than a number."""
    total = 0
    for text in filter(None, ranges.split(",")):
        first, _, last = text.partition("-")
        end = int(last or first) if below is None else min(int(last or first), below - 1)
        total += max(0, end - int(first) + 1)
    return total
