"""What the hall, a line and the whole bazaar look like after a story."""

from typing import Any

import pytest

from displays import bazaar as whole
from displays import hall, line
from server.core import events as happened
from server.core.estimate import waits
from server.core.values import AgencyCode, CounterNumber, Label, Lane, Prefix, ServiceCode
from tests.scenarios import CONFIG, START_MS, Story, called, given, issued, opened, served

SCREENS = {**CONFIG, "screens": [{"code": "barat", "name": "Barat", "agencies": ["polsek"]}, {"code": "utama", "name": "Utama"}]}
RECALLED = happened.TicketRecalled(ticket=Label("A-001"), counter=CounterNumber(1))


def _hall(story: Story, screen: str = "") -> Any:
    return hall.view(story.bazaar, screen)


def _line(story: Story, prefix: str = "A") -> Any:
    return line.view(story.bazaar, prefix)


def _announced(name: str, scope: str, seconds: int = 600) -> happened.Announced:
    return happened.Announced(id=name, text=name, scope=scope, until=START_MS + seconds * 1000)


# The hall


def test_hall_counter() -> None:
    """A counter shows who is there since which call."""
    story = given(*opened(1), issued("A", 1)).at(5).given(called("A-001", 1))
    expected = {
        "counter": 1,
        "agency": "dukcapil",
        "lines": ["A"],
        "state": "open",
        "reason": "",
        "label": "A-001",
        "call_offset": 4,
        "call_at": START_MS + 5000,
        "calls": 1,
    }
    assert expected == _hall(story)["counters"][0]


def test_hall_tells_what_the_desk_has_made_of_a_screen() -> None:
    """A screen's view says what the desk has made of it, and changes with that; the whole hall is no screen."""
    story = given(config=SCREENS)
    assert {"name": "Barat", "agencies": ["polsek"], "zone": "barat", "speaks": True} == _hall(story, "barat")["screen"]
    changed = happened.ScreenSet(screen="barat", name="Timur", agencies=(AgencyCode("dukcapil"),), zone="utama", speaks=False)
    story.given(changed)
    assert {"name": "Timur", "agencies": ["dukcapil"], "zone": "utama", "speaks": False} == _hall(story, "barat")["screen"]
    assert [1, 2] == [post["counter"] for post in _hall(story, "barat")["counters"]]
    assert _hall(story)["screen"] is None
    story.given(happened.ScreenRemoved(screen="barat"))
    assert _hall(story, "barat") is None


def test_hall_recall() -> None:
    """A recall keeps the call's offset, counts up, and is as fresh as its own time."""
    story = given(*opened(1), issued("A", 1), called("A-001", 1)).at(90).given(RECALLED)
    expected = (4, 2, START_MS + 90_000)
    at_counter, recent = _hall(story)["counters"][0], _hall(story)["recent"][0]
    assert expected == (at_counter["call_offset"], at_counter["calls"], at_counter["call_at"])
    assert expected == (recent["call_offset"], recent["calls"], recent["at"])


def test_hall_recent() -> None:
    """The last calls stand newest first, also of tickets that have been served."""
    story = given(*opened(1, 2), issued("A", 1), issued("A", 2), called("A-001", 1), called("A-002", 2), served("A-001", 1))
    assert ["A-002", "A-001"] == [call["label"] for call in _hall(story)["recent"]]


def test_hall_recent_bound() -> None:
    """At most ten calls are recent."""
    events = [
        event for number in range(1, 13) for event in (issued("A", number), called(f"A-{number:03d}", 1), served(f"A-{number:03d}", 1))
    ]
    assert [f"A-{number:03d}" for number in range(12, 2, -1)] == [call["label"] for call in _hall(given(*opened(1), *events))["recent"]]


def test_hall_undone() -> None:
    """An undone call is no recent call."""
    undone = happened.CallUndone(ticket=Label("A-001"), counter=CounterNumber(1))
    assert [] == _hall(given(*opened(1), issued("A", 1), called("A-001", 1), undone))["recent"]


def test_hall_called_again() -> None:
    """A ticket that was absent and is called again stands once among the recent calls, with its latest call."""
    absent = happened.TicketAbsent(ticket=Label("A-001"), counter=CounterNumber(1))
    back = happened.TicketReturned(ticket=Label("A-001"))
    story = given(*opened(1, 2), issued("A", 1), called("A-001", 1), absent, back, called("A-001", 2))
    assert [("A-001", 2, 8)] == [(call["label"], call["counter"], call["call_offset"]) for call in _hall(story)["recent"]]


def test_hall_paused() -> None:
    """A paused counter shows so, and why."""
    story = given(*opened(1), happened.CounterPaused(counter=CounterNumber(1), reason="salat"))
    assert ("paused", "salat", None) == tuple(_hall(story)["counters"][0][key] for key in ("state", "reason", "label"))


def test_hall_screen() -> None:
    """A screen shows the counters, calls and announcements of its agencies."""
    words = (_announced("all", "bazaar"), _announced("elsewhere", "dukcapil"), _announced("here", "polsek"), _announced("line", "B"))
    calls = (issued("A", 1), issued("B", 1), called("A-001", 1), called("B-001", 3))
    view = _hall(given(*opened(1, 3), *calls, *words, config=SCREENS), "barat")
    assert [3, 4] == [counter["counter"] for counter in view["counters"]]
    assert ["B-001"] == [call["label"] for call in view["recent"]]
    assert ["all", "here", "line"] == [said["id"] for said in view["announcements"]]


def test_hall_unknown_screen() -> None:
    """There is no channel for a screen that the bazaar file does not name."""
    assert _hall(given(), "timur") is None


def test_hall_announcement_ran_out() -> None:
    """An announcement that has run out is left out."""
    story = given(_announced("soon over", "bazaar", seconds=60)).at(61).given(*opened(1))
    assert [] == _hall(story)["announcements"]


# A line


def test_line_fields() -> None:
    """A line tells who waits, where it is served, who was called last and how fast it goes."""
    waiting = [issued("A", number) for number in range(1, 6)]
    story = given(*opened(1, 2), *waiting, issued("A", 1, lane=Lane.PRIORITY), called("A-001", 1), called("AP-001", 2))
    expected = {
        "line": "A",
        "agency": "dukcapil",
        "open": True,
        "serving": [{"counter": 1, "label": "A-001"}, {"counter": 2, "label": "AP-001"}],
        "waiting": {"regular": "2-5", "priority": ""},
        "called_last": {"regular": 1, "priority": 1},
        "calls": {"regular": 1, "priority": 1},
        "regular_after_priority": 2,
        "regular_due": 2,
        "pace": {"seconds_p50": 600, "seconds_p80": 600, "counters": 2},
        "waits": waits(story.bazaar, story.bazaar.lines[Prefix("A")]),
        "left": None,
    }
    assert expected == _line(story)


def test_line_pace() -> None:
    """With five serving times a line's pace is what it really was."""
    story = given(*opened(1))
    for number, seconds in enumerate((100, 200, 300, 400, 500), start=1):
        label = f"A-{number:03d}"
        story.given(issued("A", number), called(label, 1)).at(story.seconds + seconds).given(served(label, 1))
    assert {"seconds_p50": 300, "seconds_p80": 400, "counters": 1} == _line(story)["pace"]


def test_line_idle_counter() -> None:
    """A free open counter is told as free, a closed empty one not at all."""
    assert [{"counter": 2, "label": None}] == _line(given(*opened(2)))["serving"]


def test_line_closed_counter_at_work() -> None:
    """A counter that closes with somebody there still shows who, but does not count as open."""
    view = _line(given(*opened(1), issued("A", 1), called("A-001", 1), happened.CounterClosed(counter=CounterNumber(1))))
    assert [{"counter": 1, "label": "A-001"}] == view["serving"]
    assert 0 == view["pace"]["counters"]


def test_line_quota() -> None:
    """A line with a quota tells how many numbers are left, and is not open without any."""
    assert (2, True) == tuple(_line(given(issued("B", 1)), "B")[key] for key in ("left", "open"))
    assert (0, False) == tuple(_line(given(*(issued("B", n) for n in (1, 2, 3))), "B")[key] for key in ("left", "open"))


@pytest.mark.parametrize(("services", "expected"), [(("ktp",), True), (("ktp", "kk"), False)])
def test_line_services_closed(services: tuple[str, ...], expected: bool) -> None:
    """A line gives numbers as long as one of its services is open."""
    closings = (happened.ServiceClosed(service=ServiceCode(code)) for code in services)
    assert expected == _line(given(*closings))["open"]


def test_line_bazaar_closed() -> None:
    """A closed bazaar gives no numbers."""
    assert not _line(given(happened.BazaarClosed()))["open"]


def test_line_unknown() -> None:
    """There is no channel for a line that the bazaar file does not name."""
    assert _line(given(), "Z") is None


# The whole bazaar


def test_bazaar_line() -> None:
    """Whoever has no number yet sees how many wait and for how long."""
    view: Any = whole.view(given(*opened(1), issued("A", 1), issued("A", 2), issued("A", 1, lane=Lane.PRIORITY)).bazaar, "")
    expected = {"open": True, "waiting": {"regular": 2, "priority": 1}, "minutes": (20, 50), "counters": 1, "left": None}
    assert expected == view["lines"]["A"]


def test_bazaar_no_counter() -> None:
    """A line without an open counter has no wait to tell."""
    view: Any = whole.view(given().bazaar, "")
    assert view["lines"]["A"]["minutes"] is None


def test_bazaar_closed() -> None:
    """The bazaar's end and its closed services are told."""
    view: Any = whole.view(given(happened.ServiceClosed(service=ServiceCode("kk")), happened.BazaarClosed()).bazaar, "")
    assert (True, ["kk"]) == (view["closed"], view["closed_services"])


def test_bazaar_has_no_parts() -> None:
    """There is no channel below ``bazaar``."""
    assert whole.view(given().bazaar, "A") is None
