"""A ticket's place in its line: how many people come before it, and about how long that takes.

Rule: all that is needed stands in the line's view and the ticket's own fields, so that a phone works it out for itself and the hub need
not tell every resident about every call. ``static/place.js`` holds the same rule; ``tests/place_cases.json`` keeps the two in step.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, sqrt
from typing import NotRequired, TypedDict

COARSE_FROM_MINUTES = 30
COARSE_STEP_MINUTES = 5
"""A wait that may last longer than the first is told in steps of the second: nobody can know it to the minute."""


class Pace(TypedDict):
    """How fast a line moves: serving times in seconds that half and four fifths of people stay within, and its open counters."""

    seconds_p50: float
    seconds_p80: float
    counters: int


class Serving(TypedDict):
    """A counter of the line and who is there, None when nobody is."""

    counter: int
    label: str | None


class LineNow(TypedDict):
    """The part of a line's view that a place needs. Mappings go by lane (``regular``, ``priority``).

    ``waiting`` holds number ranges (``"13-40,42"``), ``calls`` the calls that counted so far. ``regular_after_priority`` regular calls
    follow each priority call while both lanes wait, and ``regular_due`` of them are still to come now.
    """

    waiting: Mapping[str, str]
    calls: Mapping[str, int]
    regular_after_priority: int
    regular_due: int
    serving: Sequence[Serving]
    pace: Pace


class TicketNow(TypedDict):
    """The part of a waiting ticket's view that a place needs. ``resumes_at`` as in `server.core.bazaar.Ticket`."""

    lane: str
    number: int
    resumes_at: NotRequired[int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """``ahead`` people are called first; ``minutes`` is the likely wait from and to: 0 and 0 at a free counter, None with none open."""

    ahead: int
    minutes: tuple[int, int] | None


def place_of(line: LineNow, ticket: TicketNow) -> Place:
    """The place of a ticket that waits."""
    lane = ticket["lane"]
    lower = _count(line["waiting"][lane], below=ticket["number"])
    others = _count(line["waiting"][lane]) - 1
    sits_out = (ticket.get("resumes_at") or 0) - line["calls"][lane]
    return _place(line, lane, ahead_in_lane=max(lower, min(sits_out, others)))


def place_of_newcomer(line: LineNow, lane: str) -> Place:
    """The place of whoever takes a number of the lane now."""
    return _place(line, lane, ahead_in_lane=_count(line["waiting"][lane]))


def _place(line: LineNow, lane: str, *, ahead_in_lane: int) -> Place:
    ahead = ahead_in_lane + _ahead_in_other_lane(line, lane, ahead_in_lane)
    busy = sum(at["label"] is not None for at in line["serving"])
    return Place(ahead=ahead, minutes=_minutes(line["pace"], ahead, busy))


def _ahead_in_other_lane(line: LineNow, lane: str, ahead_in_lane: int) -> int:
    """How many of the other lane are called first, when the lanes take turns from now on and nobody joins."""
    every, due = line["regular_after_priority"], line["regular_due"]
    if lane == "priority":
        return min(_count(line["waiting"]["regular"]), due + ahead_in_lane * every)
    priority = _count(line["waiting"].get("priority", ""))
    if every == 0:
        return priority
    if ahead_in_lane < due:
        return 0
    return min(priority, 1 + (ahead_in_lane - due) // every)


def _minutes(pace: Pace, ahead: int, busy: int) -> tuple[int, int] | None:
    """From and to, whole minutes. The errands of n people add up n-fold, the luck in them only by the root of n."""
    counters = pace["counters"]
    if counters == 0:
        return None
    free = max(0, counters - busy)
    turns = max(0, ahead + 1 - free)
    middle = turns * pace["seconds_p50"]
    spread = sqrt(turns) * (pace["seconds_p80"] - pace["seconds_p50"])
    low, high = (middle - spread) / (60 * counters), (middle + spread) / (60 * counters)
    step = COARSE_STEP_MINUTES if high > COARSE_FROM_MINUTES else 1
    return max(0, floor(low / step) * step), ceil(high / step) * step


def _count(ranges: str, *, below: int | None = None) -> int:
    """How many numbers the ranges hold, or how many of them are lower than a number."""
    total = 0
    for text in filter(None, ranges.split(",")):
        first, _, last = text.partition("-")
        end = int(last or first) if below is None else min(int(last or first), below - 1)
        total += max(0, end - int(first) + 1)
    return total
