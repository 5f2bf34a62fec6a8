"""Which calls a screen's loudspeaker says."""

from typing import Any

from displays import hall
from displays.voice.heard import HEARD_MAX
from server.core import events as happened
from server.core.values import CounterNumber, Label
from tests.scenarios import CONFIG, Story, called, given, issued, opened, served

SCREENS = [
    {"code": "timur", "name": "Timur", "agencies": ["dukcapil"], "zone": "halaman", "speaks": True},
    {"code": "barat", "name": "Barat", "agencies": ["polsek"], "zone": "halaman"},
    {"code": "dalam", "name": "Dalam", "agencies": ["dukcapil"]},
]


def story() -> Story:
    """Two screens in the yard, of which one speaks, and one inside."""
    return given(*opened(1, 2, 3), config={**CONFIG, "screens": SCREENS})


def said(story: Story, screen: str) -> Any:
    """What the screen is told to say: labels and counters, newest first."""
    view: Any = hall.view(story.bazaar, screen)
    return view["speech"] and [(call["label"], call["counter"]) for call in view["speech"]]


def test_one_screen_speaks_for_its_zone() -> None:
    """The speaking screen says the calls of all screens of its zone; the other one there is mute; another zone hears its own only."""
    calls = story().given(issued("A", 1), issued("B", 1), called("A-001", 1), called("B-001", 3))
    assert [("B-001", 3), ("A-001", 1)] == said(calls, "timur")
    assert None is said(calls, "barat")
    assert [("A-001", 1)] == said(calls, "dalam")


def test_the_speaking_screen_is_touched() -> None:
    """A call of an agency that it does not show reaches the screen that says it."""
    event = called("B-001", 3)
    calls = story().given(issued("B", 1), event)
    assert {"", "barat", "timur"} == set(hall.touched(calls.bazaar, event))


def test_an_undone_call_is_not_said() -> None:
    """Nobody is sent to a counter where nobody waits for them."""
    undone = happened.CallUndone(ticket=Label("A-001"), counter=CounterNumber(1))
    assert [] == said(story().given(issued("A", 1), called("A-001", 1), undone), "dalam")


def test_a_recall_is_the_newest() -> None:
    """A recall goes to the head, with the number of its call."""
    calls = story().given(issued("A", 1), issued("A", 2), called("A-001", 1)).at(10).given(called("A-002", 2))
    again = calls.at(40).given(happened.TicketRecalled(ticket=Label("A-001"), counter=CounterNumber(1)))
    view: Any = hall.view(again.bazaar, "dalam")
    assert [("A-001", 2), ("A-002", 1)] == [(call["label"], call["calls"]) for call in view["speech"]]


def test_who_was_served_quickly_is_still_said() -> None:
    """A call is told for a minute although its ticket is at no counter any more; what is older than the newest by more is not."""
    calls = story()
    for number in (1, 2, 3):
        calls.at(40 * number).given(issued("A", number), called(f"A-{number:03d}", 1), served(f"A-{number:03d}", 1))
    assert [("A-003", 1), ("A-002", 1)] == said(calls, "dalam")


def test_the_list_has_its_bound() -> None:
    """However many are called within a minute."""
    calls = story()
    for number in range(1, HEARD_MAX + 3):
        calls.given(issued("A", number), called(f"A-{number:03d}", 1), served(f"A-{number:03d}", 1))
    labels = [label for label, _ in said(calls, "dalam")]
    assert [f"A-{number:03d}" for number in range(HEARD_MAX + 2, 2, -1)] == labels
