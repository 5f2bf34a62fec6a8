"""How long a wait is likely to be: stories of one line, and what holds of any table."""

import json
from collections.abc import Sequence
from dataclasses import replace
from heapq import merge
from itertools import accumulate, count, islice, starmap
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from server.core import events as happened
from server.core.estimate import Rhythm, Wait, call_times, waits
from server.core.events import Event
from server.core.values import CounterNumber, Label, Lane, Prefix, ServiceCode
from tests.scenarios import CONFIG, Story, called, given, issued, opened, served

COUNTERS = 4
ONE_LINE: dict[str, Any] = {
    **CONFIG,
    "agencies": [
        {
            "code": "dukcapil",
            "name": "Dukcapil",
            "lines": [{"prefix": "A", "services": [{"code": "ktp", "name": "KTP", "minutes": 10}]}],
            "counters": [{"number": number} for number in range(1, COUNTERS + 1)],
        }
    ],
}


def table(story: Story, prefix: str = "A") -> list[Wait]:
    """The waits of a line."""
    return waits(story.bazaar, story.bazaar.lines[Prefix(prefix)])


def crowd(count: int, first: int = 1) -> list[Event]:
    """So many people take numbers of line A."""
    return [issued("A", number) for number in range(first, first + count)]


def absent(label: str, counter: int) -> happened.TicketAbsent:
    """Nobody came."""
    return happened.TicketAbsent(ticket=Label(label), counter=CounterNumber(counter))


def paused(counter: int) -> happened.CounterPaused:
    """The officer rests."""
    return happened.CounterPaused(counter=CounterNumber(counter), reason="salat")


def closed(counter: int) -> happened.CounterClosed:
    """The officer goes home."""
    return happened.CounterClosed(counter=CounterNumber(counter))


def after(*seconds: int, no_show: bool = False) -> Story:
    """Counter 1 is open, was busy for so long each time, and eight more people wait."""
    story = given(*opened(1), *crowd(len(seconds) + 8))
    for number, took in enumerate(seconds, start=1):
        label = f"A-{number:03d}"
        story.given(called(label, 1)).at(story.seconds + took).given(absent(label, 1) if no_show else served(label, 1))
    return story


def longer(slow: Sequence[Wait], quick: Sequence[Wait]) -> bool:
    """Whether the last row's wait of one table begins and ends later than that of another."""
    return slow[-1][1] > quick[-1][1] and slow[-1][2] > quick[-1][2]


def test_no_counter() -> None:
    """While no counter is open nothing is said: not before the first opens, in a pause, or after the last has closed."""
    assert [] == table(given(*crowd(3)))
    assert [] == table(given(*crowd(3), *opened(1), paused(1)))
    assert [] == table(given(*crowd(3), *opened(1), closed(1)))


def test_free_counter() -> None:
    """At a free counter the call may come at any moment; the next person waits for the first to be done."""
    (first, second, _) = table(given(*crowd(2), *opened(1)))
    assert (0, 0, 0) == first
    assert second[1] > 0


def test_by_the_file() -> None:
    """Before anybody was served the bazaar file's ten minutes count: somebody is half done, with a rest now and then."""
    assert [(0, 134, 811)] == table(given(*opened(1), issued("A", 1), called("A-001", 1)))


def test_one_turn_more_for_each_person() -> None:
    """The middle of the range grows with each person ahead; two counters halve it."""
    one, two = (table(given(*crowd(41), *opened(*numbers), *calls)) for numbers, calls in (((1,), []), ((1, 2), [])))
    assert [0, 1, 2, 4, 8, 16, 32, 41] == [people for people, _, _ in one]
    middles = [(low * high) ** 0.5 for _, low, high in one[1:]]
    assert [660 * people for people, _, _ in one[1:]] == [round(middle, -1) for middle in middles]
    assert 660 * 20 == round((two[-1][1] * two[-1][2]) ** 0.5, -1)


def test_pace() -> None:
    """What the latest stays took moves the estimate away from the file's minutes, each a little more."""
    quick, quicker, usual, slow = after(300), after(300, 300), after(600), after(900)
    assert longer(table(quick), table(quicker))
    assert longer(table(usual), table(quick))
    assert longer(table(slow), table(usual))


def test_no_shows() -> None:
    """Somebody who does not come holds the counter for a minute or two, and the line is that much faster."""
    assert longer(table(after(600, 600)), table(after(90, 90, no_show=True)))


def test_a_forgotten_press() -> None:
    """A ticket that stays at a counter for hours, because nobody pressed, does not make the line look that slow."""
    assert table(after(1500)) == table(after(36_000))


def test_luck_levels_out() -> None:
    """The more people are called before, the narrower the range is as a share of the wait."""
    rows = table(given(*crowd(64), *opened(1)))[1:]
    shares = [high / low for _, low, high in rows]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 1.5 * shares[-1]


def test_even_stays_narrow_the_range() -> None:
    """Where stays are alike the range is narrower than where one never knows."""
    alike, mixed = table(after(*[600] * 12)), table(after(*[100, 1100] * 6))
    assert alike[1][1] > mixed[1][1]
    assert alike[1][2] < mixed[1][2]


def test_errands_that_take_long() -> None:
    """Two services at once take as long as both: what the people ahead came for counts."""
    double = [replace(event, services=(ServiceCode("ktp"), ServiceCode("kk"))) for event in (issued("A", n) for n in range(1, 9))]
    assert longer(table(given(*opened(1), *double)), table(given(*opened(1), *crowd(8))))


def test_paused_counter() -> None:
    """A counter that pauses is worth less than one that calls, and more than one that has closed."""
    story = [*crowd(9), *opened(1, 2)]
    assert longer(table(given(*story, paused(2))), table(given(*story)))
    assert longer(table(given(*story, closed(2))), table(given(*story, paused(2))))


def test_held_people_come_back() -> None:
    """Whoever is set aside returns under a lower number, and is called before those who do not come in the next few calls."""
    there, away = given(*crowd(9), *opened(1)), given(*crowd(12), *opened(1))
    for number in (1, 2, 3):
        away.given(happened.TicketHeld(ticket=Label(f"A-{number:03d}"), counter=None))
    assert table(there)[:3] == table(away)[:3]
    assert longer(table(away), table(there))


def test_shared_counter() -> None:
    """A counter of two lines calls people of both: who waits in the one lengthens the other; an empty line does not."""
    alone = given(*opened(3), issued("C", 1), issued("C", 2))
    beside = given(*opened(3), issued("C", 1), issued("C", 2), issued("B", 1), issued("B", 2), issued("B", 3))
    assert longer(table(beside, "C"), table(alone, "C"))
    own_counter = given(*opened(3, 4), issued("C", 1), issued("C", 2), issued("B", 1), issued("B", 2), issued("B", 3))
    assert longer(table(beside, "C"), table(own_counter, "C"))


def test_shared_counter_in_a_pause() -> None:
    """While the only counter of another line pauses, this line goes by its own, and by what both may expect of the other."""
    story = given(*opened(4), issued("B", 1), issued("B", 2), issued("C", 1))
    without, pausing = table(story, "B"), table(story.given(*opened(3), paused(3)), "B")
    assert longer(without, pausing)


def test_both_lanes_wait() -> None:
    """The table reaches as far as people of both lanes wait: a newcomer may come after all of them."""
    story = given(*opened(1), *crowd(5), issued("A", 1, lane=Lane.PRIORITY))
    assert 6 == table(story)[-1][0]


def test_size() -> None:
    """With 500 people in line the table stays below 200 bytes of a frame."""
    assert 200 > len(json.dumps(table(given(*opened(1), *crowd(500))), separators=(",", ":")))


# Any line


@st.composite
def lines(draw: st.DrawFn) -> Story:
    """A line of four counters in any state, with any past, and any number of people before it."""
    past = draw(st.lists(st.tuples(st.integers(1, 4000), st.booleans()), max_size=12))
    people = draw(st.integers(0, 60))
    story = given(*crowd(len(past) + COUNTERS + people), *opened(*range(1, COUNTERS + 1)), config=ONE_LINE)
    for number, (took, comes) in enumerate(past, start=1):
        label = f"A-{number:03d}"
        story.given(called(label, 1)).at(story.seconds + took).given(served(label, 1) if comes else absent(label, 1))
    for counter in range(1, COUNTERS + 1):
        number = len(past) + counter
        if draw(st.booleans()):
            story.given(called(f"A-{number:03d}", counter))
        elif draw(st.booleans()):
            story.given(happened.TicketHeld(ticket=Label(f"A-{number:03d}"), counter=None))
        stops = draw(st.sampled_from([None, paused, closed]))
        if stops is not None:
            story.given(stops(counter))
    return story


@for_all(story=lines())
def test_a_table_is_a_table(story: Story) -> None:
    """No wait is negative or ends before it begins, and one more person ahead never shortens it; without an open counter there is none."""
    rows = table(story)
    assert (not rows) == all(stand.state != "open" for stand in story.bazaar.counters.values())
    assert all(0 <= low <= high for _, low, high in rows)
    assert rows == [tuple(map(max, zip(*rows[: at + 1], strict=True))) for at in range(len(rows))]


@for_all(
    rhythms=st.lists(st.tuples(st.floats(0, 2000), st.floats(5, 2000)), min_size=1, max_size=5),
    steps=st.lists(st.integers(1, 200), min_size=1, max_size=5),
)
def test_leaps(rhythms: list[Rhythm], steps: list[int]) -> None:
    """Calls far ahead come when they would if the line were played forward call by call."""
    calls = list(accumulate(steps))
    played = list(islice(merge(*starmap(count, rhythms)), calls[-1] + 1))
    assert pytest.approx([played[call] for call in calls]) == list(call_times(rhythms, calls))


@for_all(story=lines())
def test_more_counters(story: Story) -> None:
    """A counter that opens beside others never lengthens a wait."""
    before = table(story)
    shut = [number for number, stand in story.bazaar.counters.items() if stand.state != "open" and stand.serving is None]
    for number in shut:
        story.given(*opened(number))
        rows = table(story)
        assert all(now <= then for now_row, row in zip(rows, before, strict=False) for now, then in zip(now_row, row, strict=True))
        before = rows


@for_all(story=lines())
def test_the_clock_is_no_part_of_it(story: Story) -> None:
    """The table stands until something happens in the line."""
    before = table(story)
    story.bazaar.at += 3_600_000
    assert before == table(story)
