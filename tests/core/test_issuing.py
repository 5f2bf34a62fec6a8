"""Numbers from a printed roll, and errands for somebody else."""

from typing import Any

from server.core import commands as order
from server.core import events as happened
from server.core.values import Label, Lane, Prefix, ServiceCode, VisitId
from tests.scenarios import CONFIG, Story, given, issued

PAPER: dict[str, Any] = {**CONFIG, "agencies": [{**CONFIG["agencies"][0], "lines": [{**CONFIG["agencies"][0]["lines"][0], "paper": True}]}]}
"""Line A gives its numbers on paper only."""


def hand_out(first: int, *visits: str, line: str = "A", lane: Lane = Lane.REGULAR) -> order.HandOutNumbers:
    """Numbers of the roll go to these visits."""
    return order.HandOutNumbers(line=Prefix(line), first=first, visits=tuple(map(VisitId, visits)), lane=lane)


def on_paper(number: int, visit: str) -> happened.TicketIssued:
    """A number of the roll, for nobody knows which errand."""
    label = Label(f"A-{number:03d}")
    return happened.TicketIssued(ticket=label, line=Prefix("A"), lane=Lane.REGULAR, number=number, services=(), visit=VisitId(visit))


def one_on_paper() -> Story:
    """The roll's first number is somebody's."""
    return given(config=PAPER).when(hand_out(1, "one"), by="desk").happens()


def test_one_number_for_each_visit() -> None:
    """The roll's next numbers go out in order, a visit each, in one entry, and nobody said what they are for."""
    one_on_paper().when(hand_out(2, "two", "three"), by="kiosk/1").then(on_paper(2, "two"), on_paper(3, "three"))


def test_priority_numbers_of_a_roll() -> None:
    """A roll of the priority lane has that lane's numbers."""
    story = given().when(hand_out(1, "one", lane=Lane.PRIORITY), by="desk").happens()
    assert ["AP-001"] == list(story.bazaar.tickets)


def test_only_the_next_number() -> None:
    """A number that is not the next is not handed out: the sender saw another moment, or tore off the wrong paper."""
    one_on_paper().when(hand_out(1, "again"), by="desk").refused("not_next", line="A", number=2)
    one_on_paper().when(hand_out(3, "late"), by="desk").refused("not_next", line="A", number=2)


def test_a_paper_is_one_number() -> None:
    """A visit that waits in the line gets no second number there."""
    one_on_paper().when(hand_out(2, "one"), by="desk").refused("already_waiting", ticket="A-001")


def test_a_visit_is_not_named_twice() -> None:
    """Nobody gets two numbers of a roll in one go: each paper begins a visit of its own."""
    story = one_on_paper()
    story.when(hand_out(2, "two", "three", "two"), by="desk").refused("malformed", field="visits", fault="names a visit twice")
    assert ["A-001"] == list(story.bazaar.tickets)


def test_a_roll_within_the_quota() -> None:
    """What the quota does not hold is not handed out, nor any of what was asked for with it."""
    story = given(issued("B", 1))
    story.when(hand_out(2, "two", "three", "four", line="B"), by="desk").refused("quota_reached", line="B", quota=3)


def test_no_such_roll() -> None:
    """A line that there is not, or a lane that it has not, is named as the fault."""
    given().when(hand_out(1, "one", line="Z"), by="desk").refused("malformed", field="line")
    given().when(hand_out(1, "one", line="B", lane=Lane.PRIORITY), by="desk").refused("malformed", field="line")


def test_no_other_numbers_in_a_line_on_paper() -> None:
    """A line on paper gives none of its numbers on a screen: the roll would lose count."""
    given(config=PAPER).when(order.IssueTickets(services=(ServiceCode("ktp"),)), by="kiosk/1").refused("paper_only", line="A")


def test_standing_in_for_somebody() -> None:
    """Whoever comes with a letter of authority says so when the numbers are taken, and each ticket tells it."""
    services = (ServiceCode("ktp"), ServiceCode("skck"))
    story = given().when(order.IssueTickets(services=services, representing=True), by="phone").happens()
    assert [True, True] == [ticket.representing for ticket in story.bazaar.tickets.values()]
