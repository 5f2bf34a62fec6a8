"""How long a wait is likely to be, by the number of people who are called first.

Rule: this is worked out here and nowhere else. A page looks it up in the table, and reads between its rows as `server.core.place` does.

The line is played forward: each open counter calls when it is likely to be free, and then once in every *turn*. The turn is what the
errands of those who wait usually take, times how much longer or shorter the latest stays at the line's counters were than usual. Stays of
no-shows and of people who lacked a paper are among them, so these need no rule of their own. The range says where three of five waits end.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import accumulate, count, islice, starmap
from math import exp, floor, sqrt
from statistics import fmean

from server.core.bazaar import Bazaar, CounterStand, LineState, Stay
from server.core.values import MS_PER_SECOND, CounterState, ServiceCode, TicketState

SECONDS_PER_MINUTE = 60
HABIT = 8
"""The bazaar file's minutes weigh as much as so many stays."""
STAY_MAX = 2.5
"""No stay counts for more than so many times what is usual: somebody may have gone long ago, and the officer did not press."""
RESTS = 1.1
"""A counter rests now and then, and somebody or other comes back: its turns are so much longer than its stays."""
PAUSE_S = 600
"""A counter that pauses calls again in about this time."""
LUCK = 0.7
"""How much stays differ, as a share of a turn, before any has been seen."""
LUMPS = 0.8
"""The same for what stays do not show: a counter rests just then, or people ahead are away at other counters."""
DOUBT = 0.12
"""How far the turn itself may be wrong, and the number of counters may change: this part of a wait, however many turns it has."""
LEAP = 16
"""Over so many calls and more the line is not played forward call by call."""
FIFTH = 0.84
"""A fifth of all values lies farther than so many deviations above the middle, a fifth below."""
Wait = tuple[int, int, int]
"""People who are called first, and the seconds within which the call is likely to come: from, to (the 20th and the 80th percentile)."""

Rhythm = tuple[float, float]
"""When a counter calls next, in seconds from now, and how long after each call comes the next one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turns:
    """How long a turn takes, in seconds, and how much turns differ, as a share of one."""

    seconds: float
    luck: float


def waits(bazaar: Bazaar, line: LineState) -> list[Wait]:
    """The table for a line: rows for 0, 1, 2, 4, 8 … people ahead, the last for as many as wait; none while no counter is open.

    It depends on nothing but what stands in the line, at its counters, and in other lines of these counters.
    """
    stands = [bazaar.counters[counter.number] for counter in bazaar.plan.counters_of(line.plan.prefix)]
    if all(stand.state is not CounterState.OPEN for stand in stands):
        return []
    ahead = [*_doubling(line.waiting)]
    turns, held = _turns(bazaar, line), line.census[TicketState.HELD]
    calls = [people + min(held, max(0, people - bazaar.plan.bazaar.return_after)) for people in ahead]
    likely = call_times(list(_rhythms(bazaar, line, stands, turns.seconds)), calls)
    lows, highs = zip(*(_range(seconds, turns.luck, call) for call, seconds in zip(calls, likely, strict=True)), strict=True)
    return list(zip(ahead, lows, accumulate(highs, max), strict=True))


def _doubling(last: int) -> Iterator[int]:
    """0, 1, 2, 4, 8 … and the last."""
    yield 0
    step = 1
    while step < last:
        yield step
        step *= 2
    if last:
        yield last


def _rhythms(bazaar: Bazaar, line: LineState, stands: Sequence[CounterStand], turn_s: float) -> Iterator[Rhythm]:
    """Of each counter that calls or soon will again.

    How long people have been at the counters does not stand in a view: they are taken to be evenly on their way through a turn.
    """
    busy = sum(stand.state is CounterState.OPEN and stand.serving is not None for stand in stands)
    done = (turn_s * nth / (busy + 1) for nth in count(1))
    for stand in stands:
        if stand.state is CounterState.CLOSED:
            continue
        paused = stand.state is CounterState.PAUSED
        first = PAUSE_S if paused else 0 if stand.serving is None else next(done)
        yield first, turn_s / _share(bazaar, line, stand)


def call_times(rhythms: Sequence[Rhythm], calls: Iterable[int]) -> Iterator[float]:
    """When these calls (counted from 0, rising) are likely to come, in seconds from now."""
    made, to_come = 0, merge(*starmap(count, rhythms))
    for call in calls:
        if call - made > LEAP:
            made, later = _leap(rhythms, call)
            to_come = merge(*starmap(count, later))
        yield next(islice(to_come, call - made, None))
        made = call + 1


def _leap(rhythms: Sequence[Rhythm], call: int) -> tuple[int, list[Rhythm]]:
    """How many calls are made until shortly before this one, and how the counters go on: people far back cost no more than near ones.

    In any time a counter makes at most one call more than turns fit into it; one more call is left for the rounding of numbers.
    """
    until = (call - len(rhythms) - 1) / sum(1 / turn_s for _, turn_s in rhythms)
    made = [max(0, floor((until - first) / turn_s) + 1) for first, turn_s in rhythms]
    return sum(made), [(first + turn_s * calls, turn_s) for calls, (first, turn_s) in zip(made, rhythms, strict=True)]


def _share(bazaar: Bazaar, line: LineState, stand: CounterStand) -> float:
    """The part of a counter's calls that goes to this line. It takes who came first, so lines share it as people wait in them."""
    prefixes = bazaar.plan.counter(stand.number).lines
    weights = {prefix: _crowding(bazaar, bazaar.lines[prefix]) for prefix in prefixes if prefix != line.plan.prefix}
    own = _crowding(bazaar, line, more=1)
    return own / (own + sum(weights.values()))


def _crowding(bazaar: Bazaar, line: LineState, *, more: int = 0) -> float:
    """How many wait for each of the line's open counters; as with one while none is open."""
    stands = [bazaar.counters[counter.number] for counter in bazaar.plan.counters_of(line.plan.prefix)]
    counters = sum(stand.state is CounterState.OPEN for stand in stands)
    return (line.waiting + more) / max(1, counters)


def _turns(bazaar: Bazaar, line: LineState) -> _Turns:
    """From the file's minutes for those who wait, and the latest stays against the file's minutes for them."""
    habit_s = _usual_s(bazaar, line, ())
    stays = [_stay_s(bazaar, line, stay) for stay in line.stays]
    pace = (HABIT * habit_s + sum(took for _, took in stays)) / (HABIT * habit_s + sum(usual for usual, _ in stays))
    expected = HABIT * habit_s**2 + sum(usual**2 for usual, _ in stays)
    missed = HABIT * (LUCK * habit_s) ** 2 + sum((took / pace - usual) ** 2 for usual, took in stays)
    errands_s = sum(people * _usual_s(bazaar, line, () if code is None else (code,)) for code, people in line.errands.items())
    usual_s = errands_s / line.waiting if line.waiting else habit_s
    return _Turns(seconds=RESTS * pace * usual_s, luck=sqrt(missed / expected))


def _stay_s(bazaar: Bazaar, line: LineState, stay: Stay) -> tuple[float, float]:
    """What was usual for a stay, and what it took."""
    usual_s = _usual_s(bazaar, line, stay.services)
    return usual_s, min(stay.took_ms / MS_PER_SECOND, STAY_MAX * usual_s)


def _usual_s(bazaar: Bazaar, line: LineState, services: Sequence[ServiceCode]) -> float:
    """What the bazaar file says of these services of the line together; of services that nobody named, the line's average."""
    if services:
        return SECONDS_PER_MINUTE * sum(bazaar.plan.service(code).minutes for code in services)
    return SECONDS_PER_MINUTE * fmean(service.minutes for service in line.plan.services)


def _range(likely_s: float, luck: float, calls_before: int) -> tuple[int, int]:
    """The range about a likely wait: luck levels out over the calls, doubt does not. Twice as long is as likely as half."""
    deviation = sqrt((luck**2 + LUMPS**2) / (calls_before + 1) + DOUBT**2)
    low, high = likely_s * exp(-FIFTH * deviation), likely_s * exp(FIFTH * deviation)
    return round(low), round(high)
