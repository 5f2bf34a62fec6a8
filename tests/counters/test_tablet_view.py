"""What a tablet is told, as stories: an officer's screen after these events."""

from dataclasses import replace
from typing import cast

from counters import tablet
from server.core import commands as order
from server.core import events as happened
from server.core.bazaar import Bazaar
from server.core.calling import next_ticket
from server.core.values import CounterNumber, Label, Lane, ServiceCode
from server.hub.channels import View
from tests.scenarios import START_MS, called, given, issued, opened, served

C1, C3 = CounterNumber(1), CounterNumber(3)


def shown(bazaar: Bazaar, counter: int = 1) -> View:
    """The tablet's view of a counter that is there."""
    view = tablet.view(bazaar, str(counter))
    assert view is not None
    return view


def test_a_bazaar_begins_closed_and_empty() -> None:
    """Before anybody came the counter is closed, serves nobody and has nobody next."""
    view = shown(given().bazaar)
    assert {"counter": 1, "agency": "dukcapil", "state": "closed", "reason": "", "lines": ["A"]} == {
        name: view[name] for name in ("counter", "agency", "state", "reason", "lines")
    }
    assert {"serving": None, "next": None, "waiting": 0, "held": [], "absent": [], "busy": [], "closed": False} == {
        name: view[name] for name in ("serving", "next", "waiting", "held", "absent", "busy", "closed")
    }


def test_no_such_counter_has_no_view() -> None:
    """Only a number that the bazaar file gives, written the one way, names a counter."""
    bazaar = given().bazaar
    assert [None] * 6 == [tablet.view(bazaar, argument) for argument in ("9", "0", "01", "x", "", "99999999999")]


def test_who_is_at_the_counter() -> None:
    """The tablet shows the label, since when, how often it was called, and its errands."""
    story = given(*opened(1), issued("A", 1), issued("A", 2)).at(40).given(called("A-001", 1)).at(60)
    story.given(happened.TicketRecalled(ticket=Label("A-001"), counter=C1))
    view = shown(story.bazaar)
    serving = cast(dict[str, object], view["serving"])
    assert {"label": "A-001", "since": START_MS + 40_000, "calls": 2, "line": "A", "lane": "regular", "services": ["ktp"]} == {
        name: serving[name] for name in ("label", "since", "calls", "line", "lane", "services")
    }
    assert ("A-002", 1) == (view["next"], view["waiting"])


def test_absent_only_after_a_recall_and_half_a_minute() -> None:
    """The tablet knows from when, and after how many more recalls, absent is allowed: the same limits that decide holds."""
    story = given(*opened(1), issued("A", 1)).at(10).given(called("A-001", 1))
    serving = cast(dict[str, object], shown(story.bazaar)["serving"])
    assert (1, START_MS + 40_000) == (serving["recalls_left"], serving["absent_from"])
    story = story.when(order.RecallTicket(counter=C1, ticket=Label("A-001"))).happens()
    assert 0 == cast(dict[str, object], shown(story.bazaar)["serving"])["recalls_left"]
    absent = order.MarkAbsent(counter=C1, ticket=Label("A-001"))
    story.at(39.999).when(absent).refused("too_soon")
    story.at(40).when(absent).then(happened.TicketAbsent(ticket=Label("A-001"), counter=C1))


def test_undo_until() -> None:
    """Undo is offered exactly as long as decide allows it."""
    story = given(*opened(1), issued("A", 1)).at(10).given(called("A-001", 1))
    serving = cast(dict[str, object], shown(story.bazaar)["serving"])
    assert START_MS + 30_000 == serving["undo_until"]
    undo = order.UndoCall(counter=C1, ticket=Label("A-001"))
    story.at(30.001).when(undo).refused("undo_expired")
    story.at(30).when(undo).then(happened.CallUndone(ticket=Label("A-001"), counter=C1))


def test_who_waits_by_lane() -> None:
    """Each lane of each line is named with its numbers, so that a supervisor can pick one."""
    story = given(*opened(3), issued("B", 1), issued("C", 1), issued("C", 2), issued("C", 1, lane=Lane.PRIORITY))
    lanes = cast(list[dict[str, object]], shown(story.bazaar, 3)["lanes"])
    assert [("B", "regular", "B", 1, "1"), ("C", "regular", "C", 2, "1-2"), ("C", "priority", "CP", 1, "1")] == [
        (lane["line"], lane["lane"], lane["prefix"], lane["count"], lane["numbers"]) for lane in lanes
    ]
    assert 4 == shown(story.bazaar, 3)["waiting"]


def test_set_aside_tickets_are_listed_at_every_counter_of_the_line() -> None:
    """Whoever was held or absent may come back to any counter of the line, and to no other."""
    story = given(*opened(1, 2), issued("A", 1), issued("A", 2), called("A-001", 1), called("A-002", 2))
    story.given(happened.TicketHeld(ticket=Label("A-001"), counter=C1))
    story.given(happened.TicketAbsent(ticket=Label("A-002"), counter=CounterNumber(2)))
    assert [(["A-001"], ["A-002"])] * 2 + [([], [])] == [
        (shown(story.bazaar, counter)["held"], shown(story.bazaar, counter)["absent"]) for counter in (1, 2, 3)
    ]


def test_busy_elsewhere() -> None:
    """Somebody who waits here and is at another counter now is named with that counter, and is not next."""
    story = given(*opened(1, 3), issued("A", 1, "tiga"), issued("B", 1, "tiga"), issued("B", 2), called("A-001", 1))
    view = shown(story.bazaar, 3)
    assert ([{"label": "B-001", "busy_at": 1}], "B-002") == (view["busy"], view["next"])
    story.given(happened.TicketServed(ticket=Label("A-001"), counter=C1))
    view = shown(story.bazaar, 3)
    assert ([], "B-001") == (view["busy"], view["next"])


def test_who_waits_longest_and_how_the_counter_does() -> None:
    """The longest wait of the counter's lines, and how many were served here in which time: an officer's own average."""
    story = given(*opened(1, 2), issued("A", 1)).at(20).given(issued("A", 2), issued("A", 1, lane=Lane.PRIORITY), issued("B", 1))
    assert (START_MS, 0, 0) == tuple(shown(story.bazaar)[name] for name in ("waiting_since", "served", "served_ms"))
    story.given(called("A-001", 1)).at(100).given(served("A-001", 1), called("AP-001", 1), called("A-002", 2)).at(150)
    story.given(served("AP-001", 1), served("A-002", 2))
    assert (None, 2, 130_000) == tuple(shown(story.bazaar)[name] for name in ("waiting_since", "served", "served_ms"))
    assert START_MS + 20_000 == shown(story.bazaar, 3)["waiting_since"]


def test_who_comes_back_and_when() -> None:
    """Whoever was set aside is listed with the time of the last call, and once back, with the calls that come first."""
    story = given(*opened(1), *(issued("A", number) for number in range(1, 5))).at(10).given(called("A-001", 1))
    story.given(happened.TicketHeld(ticket=Label("A-001"), counter=C1), happened.TicketHeld(ticket=Label("A-004")))
    assert {"A-001": START_MS + 10_000, "A-004": None} == shown(story.bazaar)["called_at"]
    story.given(happened.TicketReturned(ticket=Label("A-001")))
    assert [{"label": "A-001", "calls_left": 2}] == shown(story.bazaar)["returned"]
    story.given(called("A-002", 1), served("A-002", 1))
    assert [{"label": "A-001", "calls_left": 1}] == shown(story.bazaar)["returned"]
    story.given(called("A-003", 1))
    view = shown(story.bazaar)
    assert ("A-001", []) == (view["next"], view["returned"])


def test_who_stands_in_for_somebody() -> None:
    """Somebody who comes for another is told to the officer, who asks for the letter; a number of a printed roll names no errand."""
    story = given(*opened(1), replace(issued("A", 1), representing=True), replace(issued("A", 2), services=()), called("A-001", 1))
    assert (True, ["ktp"]) == _serving(story.bazaar, "representing", "services")
    story.given(served("A-001", 1), called("A-002", 1))
    assert (False, []) == _serving(story.bazaar, "representing", "services")


def _serving(bazaar: Bazaar, *names: str) -> tuple[object, ...]:
    """These fields of who is at counter 1."""
    serving = cast(dict[str, object], shown(bazaar)["serving"])
    return tuple(serving[name] for name in names)


def test_next_is_what_the_rule_says() -> None:
    """What the tablet promises is what a press would call, also for a visit whose other ticket is at this very counter."""
    story = given(*opened(3), issued("B", 1, "dua"), issued("C", 1, "dua"), called("B-001", 3))
    called_next = next_ticket(story.bazaar, C3)
    assert called_next is not None
    assert (called_next.label, []) == (shown(story.bazaar, 3)["next"], shown(story.bazaar, 3)["busy"])
    assert "C-001" == called_next.label


def test_pause_closed_service_and_closed_bazaar() -> None:
    """A pause shows its reason; a closed service and a closed bazaar are said too."""
    story = given(*opened(1), happened.CounterPaused(counter=C1, reason="salat"))
    story.given(happened.ServiceClosed(service=ServiceCode("kk")), happened.BazaarClosed())
    view = shown(story.bazaar)
    assert ("paused", "salat", ["kk"], True) == (view["state"], view["reason"], view["closed_services"], view["closed"])
