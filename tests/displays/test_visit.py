"""What one resident sees of their own tickets, told by stories."""

from displays.visit import own_tickets, touched, view
from server.core import events as happened
from server.core.commands import CallNext
from server.core.values import CounterNumber, Label, Lane, VisitId
from tests.scenarios import START_MS, Story, called, given, issued, opened, served

ME = VisitId("me")


def states(story: Story) -> list[tuple[str, str]]:
    """``[(label, state), …]`` of my own tickets, in the order in which the page shows them."""
    return [(own.ticket.label, own.ticket.state.value) for own in own_tickets(story.bazaar, ME)]


def test_unknown_visit() -> None:
    """A visit that took no ticket has no channel."""
    assert view(given().bazaar, "nobody") is None


def test_waiting_ticket() -> None:
    """A ticket that waits shows what the contract names, and nothing of a call."""
    story = given(issued("A", 1, "me"))
    expected = {
        "tickets": [{"label": "A-001", "line": "A", "lane": "regular", "number": 1, "services": ["ktp"], "state": "waiting"}],
        "closed": False,
    }
    assert expected == view(story.bazaar, ME)


def test_called_ticket() -> None:
    """A called ticket names its counter, the moment and entry of the call, and how often it was called."""
    story = given(*opened(1), issued("A", 1, "me")).at(60).given(called("A-001", 1))
    story.given(happened.TicketRecalled(ticket=Label("A-001"), counter=CounterNumber(1)))
    tickets = (view(story.bazaar, ME) or {})["tickets"]
    assert isinstance(tickets, list)
    expected = {"state": "called", "counter": 1, "called_at": START_MS + 60_000, "call_offset": 4, "calls": 2}
    assert expected == {name: tickets[0][name] for name in expected}


def test_returned_ticket() -> None:
    """A ticket that returned tells from which call of its lane on it is callable again."""
    story = given(issued("A", 1, "me"), happened.TicketHeld(ticket=Label("A-001")), happened.TicketReturned(ticket=Label("A-001")))
    tickets = (view(story.bazaar, ME) or {})["tickets"]
    assert isinstance(tickets, list)
    assert tickets[0]["resumes_at"] == 2


def test_only_own_tickets() -> None:
    """Nobody else's ticket stands in the view."""
    story = given(issued("A", 1, "me"), issued("A", 2, "you"), issued("B", 1, "me"))
    assert [("A-001", "waiting"), ("B-001", "waiting")] == states(story)


def test_order_on_the_page() -> None:
    """The called ticket comes first, then the nearest, then what was set aside, then what is over."""
    story = given(*opened(1, 2, 3, 4), issued("A", 1, "me"), issued("B", 1), issued("B", 2), issued("B", 3, "me"), issued("C", 1, "me"))
    story.given(happened.TicketHeld(ticket=Label("A-001")))
    assert [("C-001", "waiting"), ("B-003", "waiting"), ("A-001", "held")] == states(story)
    story.given(called("B-003", 4), served("B-003", 4), called("C-001", 3))
    assert [("C-001", "called"), ("A-001", "held"), ("B-003", "served")] == states(story)


def test_place() -> None:
    """A waiting ticket has its place and estimate; one that was called has neither."""
    story = given(*opened(1), *(issued("A", number) for number in (1, 2, 3)), issued("A", 4, "me"), called("A-001", 1))
    (own,) = own_tickets(story.bazaar, ME)
    assert own.place is not None
    assert own.place.ahead == 2
    story.given(served("A-001", 1), called("A-004", 1))
    (own,) = own_tickets(story.bazaar, ME)
    assert own.place is None


def test_busy_elsewhere() -> None:
    """While one ticket of the visit is called, the others say at which counter the resident is."""
    story = given(*opened(1, 3), issued("A", 1, "me"), issued("B", 1, "me"), called("A-001", 1))
    at_counter, waiting = own_tickets(story.bazaar, ME)
    assert (None, 1) == (at_counter.busy_at, waiting.busy_at)


def test_priority_lane() -> None:
    """A priority ticket is placed in its own lane."""
    story = given(*opened(1), issued("A", 1), issued("A", 2), issued("A", 1, "me", lane=Lane.PRIORITY))
    (own,) = own_tickets(story.bazaar, ME)
    assert own.place is not None
    assert own.place.ahead == 0


def test_touched_by_own_events() -> None:
    """What happens to a ticket touches its visit alone; a transfer touches it once for both tickets."""
    story = given(*opened(1), issued("A", 1, "me"), issued("A", 2, "you"), called("A-001", 1))
    assert [ME] == list(touched(story.bazaar, called("A-001", 1)))
    assert [] == list(touched(story.bazaar, happened.CounterOpened(counter=CounterNumber(2))))
    transferred = happened.TicketTransferred(ticket=Label("A-001"), to_ticket=Label("B-001"), counter=CounterNumber(1))
    assert [ME] == list(touched(story.bazaar, transferred))


def test_closing_touches_every_visit() -> None:
    """The end of the bazaar is news for every visit."""
    story = given(issued("A", 1, "me"), issued("A", 2, "you"))
    assert {"me", "you"} == set(touched(story.bazaar, happened.BazaarClosed()))


def test_a_call_elsewhere_leaves_the_view_alone() -> None:
    """Other people's calls change no visit's view: a phone learns its place from the line."""
    story = given(*opened(1), issued("A", 1), issued("A", 2, "me"))
    before = view(story.bazaar, ME)
    story.when(CallNext(counter=CounterNumber(1), seen=None), by="counter/1").happens()
    assert before == view(story.bazaar, ME)
