"""What the organiser is told, as stories."""

from typing import cast

from counters import desk
from server.core import events as happened
from server.core.bazaar import Bazaar
from server.core.values import CounterNumber, Label, Lane, ServiceCode
from server.hub.channels import View
from tests.scenarios import START_MS, called, given, issued, opened

Rows = dict[object, dict[str, object]]


def shown(bazaar: Bazaar) -> View:
    """The desk's view."""
    view = desk.view(bazaar, "")
    assert view is not None
    return view


def rows(view: View, name: str, key: str) -> Rows:
    """The rows of a table by their key."""
    return {row[key]: row for row in cast(list[dict[str, object]], view[name])}


def test_there_is_one_desk() -> None:
    """The desk's channel takes no argument."""
    assert desk.view(given().bazaar, "utama") is None


def test_counters_of_the_hall() -> None:
    """Every counter is there with its state, who is at it since when, and how many it served."""
    story = given(*opened(1), issued("A", 1), issued("A", 2), called("A-001", 1)).at(300)
    story.given(happened.TicketServed(ticket=Label("A-001"), counter=CounterNumber(1)), called("A-002", 1))
    counters = rows(shown(story.bazaar), "counters", "counter")
    assert [1, 2, 3, 4] == list(counters)
    assert ("open", "A-002", START_MS + 300_000, 1, 1) == tuple(
        counters[1][name] for name in ("state", "label", "since", "calls", "served")
    )
    assert ("closed", None, None, 0, 0) == tuple(counters[2][name] for name in ("state", "label", "since", "calls", "served"))


def test_lines_of_the_hall() -> None:
    """A line says who waits by lane, since when the first of them, what was given out and what is left of its quota."""
    story = given(*opened(1)).at(10).given(issued("A", 1)).at(20).given(issued("A", 1, lane=Lane.PRIORITY), issued("A", 2), issued("B", 1))
    story.given(called("A-001", 1))
    lines = rows(shown(story.bazaar), "lines", "line")
    assert (1, 1, START_MS + 20_000, 3, None) == tuple(
        lines["A"][name] for name in ("regular", "priority", "waiting_since", "issued", "left")
    )
    assert (1, 0, START_MS + 20_000, 1, 2) == tuple(lines["B"][name] for name in ("regular", "priority", "waiting_since", "issued", "left"))
    assert (None, 0) == (lines["C"]["waiting_since"], lines["C"]["issued"])


def test_totals() -> None:
    """The day in six figures."""
    story = given(*opened(1, 2), *(issued("A", number) for number in range(1, 7)))
    story.given(called("A-001", 1), happened.TicketServed(ticket=Label("A-001"), counter=CounterNumber(1)), called("A-002", 1))
    story.given(happened.TicketHeld(ticket=Label("A-003")), called("A-004", 2))
    story.given(happened.TicketAbsent(ticket=Label("A-004"), counter=CounterNumber(2)))
    assert {"issued": 6, "waiting": 2, "serving": 1, "served": 1, "held": 1, "absent": 1} == shown(story.bazaar)["totals"]


def test_announcements_and_closed_services() -> None:
    """What is announced and what is closed can be seen, to be ended."""
    said = happened.Announced(id="pengumuman-0000001", text="Kunci tertinggal", scope="bazaar", until=START_MS + 60_000)
    story = given(said, happened.ServiceClosed(service=ServiceCode("kk")))
    view = shown(story.bazaar)
    assert [{"id": said.id, "text": said.text, "scope": "bazaar", "until": said.until, "urgent": False}] == view["announcements"]
    assert ["kk"] == view["closed_services"]
    story.given(happened.AnnouncementEnded(id=said.id), happened.ServiceReopened(service=ServiceCode("kk")), happened.BazaarClosed())
    view = shown(story.bazaar)
    assert ([], [], True) == (view["announcements"], view["closed_services"], view["closed"])
