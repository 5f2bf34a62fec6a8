"""Every other command, told as stories."""

import pytest

from server.core import commands as order
from server.core import events as happened
from server.core.commands import Command
from server.core.values import CounterNumber, Label, Lane, OutOfOrderReason, Prefix, ServiceCode, VisitId
from tests.scenarios import START_MS, Story, called, given, issued, opened, served

C1, C3 = CounterNumber(1), CounterNumber(3)
A1 = Label("A-001")


def issue(*services: str, lane: Lane = Lane.REGULAR, visit: str | None = None) -> order.IssueTickets:
    """Somebody takes numbers."""
    return order.IssueTickets(services=tuple(map(ServiceCode, services)), lane=lane, visit=VisitId(visit) if visit else None)


def at_counter() -> Story:
    """A-001 was called to counter 1 at second 0."""
    return given(*opened(1), issued("A", 1), called("A-001", 1))


def test_one_ticket_a_line() -> None:
    """Two services of one line are one ticket; another line is another ticket of the same visit."""
    story = given().when(issue("ktp", "skck", "kk", visit="v"), by="kiosk/1").happens()
    tickets = [(ticket.label, ticket.services) for ticket in story.bazaar.tickets.values()]
    assert [("A-001", ("ktp", "kk")), ("B-001", ("skck",))] == tickets
    assert {"v": ("A-001", "B-001")} == story.bazaar.visits


def test_visit_without_id_is_named_by_its_command() -> None:
    """An issue that names no visit begins one under its own command_id."""
    story = given().when(issue("ktp"), by="kiosk/1").happens()
    assert ["command-00000001"] == list(story.bazaar.visits)


def test_priority_ticket_has_its_own_prefix_and_count() -> None:
    """Numbers count within the lane."""
    story = given(issued("A", 1)).when(issue("ktp", lane=Lane.PRIORITY), by="phone").happens()
    assert "AP-001" in story.bazaar.tickets


def test_priority_where_there_is_no_priority_lane() -> None:
    """Asking for priority in a line that has none gives a regular ticket."""
    story = given().when(issue("skck", lane=Lane.PRIORITY), by="phone").happens()
    assert Lane.REGULAR is story.bazaar.tickets[Label("B-001")].lane


def test_second_live_ticket_in_a_line() -> None:
    """A visit that waits in a line gets no second number there, and none of the others it asked for."""
    given(issued("A", 1, "v")).when(issue("skck", "kk", visit="v"), by="phone").refused("already_waiting", ticket="A-001")


def test_quota() -> None:
    """When a line's quota is given out, no more numbers are."""
    given(issued("B", 1), issued("B", 2), issued("B", 3)).when(issue("skck")).refused("quota_reached", line="B", quota=3)


def test_unknown_service() -> None:
    """A service that the bazaar file does not name is refused by name."""
    given().when(issue("ktp", "sim")).refused("unknown_service", service="sim")


def test_closed_service() -> None:
    """A closed service gives no numbers until it is reopened; those who wait stay."""
    story = given(issued("A", 1)).when(order.CloseService(service=ServiceCode("ktp")), by="desk").happens()
    story = story.when(issue("ktp")).refused("service_closed", service="ktp")
    story = story.when(order.ReopenService(service=ServiceCode("ktp")), by="desk").happens()
    story.when(issue("ktp")).happens()


def test_recall() -> None:
    """A recall counts one more call of the ticket at the counter."""
    story = at_counter().when(order.RecallTicket(counter=C1, ticket=A1)).then(happened.TicketRecalled(ticket=A1, counter=C1))
    assert 2 == story.bazaar.tickets[A1].calls


@pytest.mark.parametrize(
    "command",
    [
        order.RecallTicket(counter=C1, ticket=Label("A-002")),
        order.MarkAbsent(counter=C1, ticket=Label("A-002")),
        order.HoldTicket(counter=C1, ticket=Label("A-002")),
        order.FinishTicket(counter=C1, ticket=Label("A-002")),
        order.UndoCall(counter=C1, ticket=Label("A-002")),
        order.TransferTicket(counter=C1, ticket=Label("A-002"), service=ServiceCode("skck")),
    ],
)
def test_not_at_this_counter(command: Command) -> None:
    """What an officer does to a ticket, they do at the counter where it is."""
    at_counter().given(issued("A", 2)).when(command).refused("not_at_counter", ticket="A-002", counter=1, serving="A-001")


def test_absent_too_soon() -> None:
    """Absent needs a recall and thirty seconds; the refusal says what is left of both."""
    command = order.MarkAbsent(counter=C1, ticket=A1)
    story = at_counter().at(29.5).when(command).refused("too_soon", recalls=1, seconds=1)
    story = story.given(happened.TicketRecalled(ticket=A1, counter=C1)).when(command).refused("too_soon", recalls=0, seconds=1)
    story.at(30).when(command).then(happened.TicketAbsent(ticket=A1, counter=C1))


def test_undo_in_time() -> None:
    """Within twenty seconds a call is taken back; the ticket waits and no screen has it any more."""
    story = at_counter().at(20).when(order.UndoCall(counter=C1, ticket=A1)).then(happened.CallUndone(ticket=A1, counter=C1))
    assert [] == story.bazaar.calls
    assert "1" == str(story.bazaar.lines[Prefix("A")].lanes[Lane.REGULAR].waiting)


def test_undo_too_late() -> None:
    """After twenty seconds a call stands."""
    at_counter().at(20.1).when(order.UndoCall(counter=C1, ticket=A1)).refused("undo_expired", seconds=20)


def test_hold_at_the_counter_and_return() -> None:
    """A held ticket leaves the counter and waits again under its own number."""
    story = at_counter().when(order.HoldTicket(ticket=A1, counter=C1), by="counter/1").happens()
    assert story.bazaar.counters[C1].serving is None
    story = story.when(order.ReturnTicket(ticket=A1), by="phone").then(happened.TicketReturned(ticket=A1))
    story.when(order.ReturnTicket(ticket=A1)).refused("already_waiting")


def test_resident_is_late() -> None:
    """A resident holds their own waiting ticket, and also one that was just called; the counter is free then."""
    late = order.HoldTicket(ticket=A1)
    given(issued("A", 1)).when(late, by="phone").then(happened.TicketHeld(ticket=A1))
    story = at_counter().when(late, by="phone").then(happened.TicketHeld(ticket=A1, counter=C1))
    assert story.bazaar.counters[C1].serving is None


def test_cancel() -> None:
    """Whoever waits may leave the line; whoever is at a counter or gone may not."""
    given(issued("A", 1)).when(order.CancelTicket(ticket=A1), by="phone").then(happened.TicketCancelled(ticket=A1))
    story = at_counter().when(order.CancelTicket(ticket=A1)).refused("not_waiting", state="called")
    story.given(served("A-001", 1)).when(order.CancelTicket(ticket=A1)).refused("not_waiting", state="served")


def test_return_of_an_ended_ticket() -> None:
    """A ticket that was served does not come back."""
    at_counter().given(served("A-001", 1)).when(order.ReturnTicket(ticket=A1)).refused("not_waiting", state="served")


def test_transfer() -> None:
    """A transfer ends the ticket and gives the visit the next number of the other line."""
    new = happened.TicketIssued(
        ticket=Label("B-001"),
        line=Prefix("B"),
        lane=Lane.REGULAR,
        number=1,
        services=(ServiceCode("skck"),),
        visit=VisitId("visit-A-001"),
    )
    command = order.TransferTicket(counter=C1, ticket=A1, service=ServiceCode("skck"))
    ended = happened.TicketTransferred(ticket=A1, to_ticket=Label("B-001"), counter=C1)
    at_counter().when(command).then(new, ended)


def test_transfer_within_the_line() -> None:
    """A transfer to another service of the same line gives a new number of that line."""
    command = order.TransferTicket(counter=C1, ticket=A1, service=ServiceCode("kk"))
    story = at_counter().when(command).happens()
    assert ["A-001", "A-002"] == list(story.bazaar.tickets)


def test_out_of_order_only_to_an_empty_counter() -> None:
    """A counter that serves somebody first finishes or holds; nobody is marked served by an emergency."""
    command = order.CallOutOfOrder(counter=C1, ticket=Label("A-002"), reason=OutOfOrderReason.MEDICAL)
    at_counter().given(issued("A", 2)).when(command).refused("stale", serving="A-001")


def test_out_of_order_only_in_the_counter_s_lines() -> None:
    """Also a supervisor calls only to a counter that serves the line."""
    command = order.CallOutOfOrder(counter=C3, ticket=A1, reason=OutOfOrderReason.MEDICAL)
    given(*opened(3), issued("A", 1)).when(command).refused("not_allowed", line="A")


def test_pause_and_resume() -> None:
    """A counter pauses with a reason and opens again; one that is closed cannot pause."""
    story = given().when(order.PauseCounter(counter=C1, reason="salat")).refused("counter_closed")
    story = story.given(*opened(1)).when(order.PauseCounter(counter=C1, reason="salat")).happens()
    assert "salat" == story.bazaar.counters[C1].reason
    story = story.when(order.OpenCounter(counter=C1)).happens()
    assert "" == story.bazaar.counters[C1].reason


def test_unknown_counter_and_ticket() -> None:
    """What does not exist is refused by its name."""
    given().when(order.OpenCounter(counter=CounterNumber(99))).refused("unknown_counter", counter=99)
    given().when(order.ReturnTicket(ticket=A1)).refused("unknown_ticket", ticket="A-001")


@pytest.mark.parametrize(
    ("by", "command"),
    [
        ("counter/2", order.OpenCounter(counter=C1)),
        ("counter/2", order.FinishTicket(counter=C1, ticket=A1)),
        ("counter/1", order.HoldTicket(ticket=A1)),
        ("counter/1", order.CloseBazaar()),
        ("phone", order.OpenCounter(counter=C1)),
        ("phone", order.HoldTicket(ticket=A1, counter=C1)),
        ("kiosk/1", order.CancelTicket(ticket=A1)),
        ("somebody", order.IssueTickets(services=(ServiceCode("ktp"),))),
        ("", order.OpenCounter(counter=C1)),
    ],
)
def test_not_allowed(by: str, command: Command) -> None:
    """Nobody acts beyond their role, and an officer only at their own counter."""
    at_counter().when(command, by=by).refused("not_allowed", by=by)


@pytest.mark.parametrize(
    ("by", "command"),
    [
        ("counter/3", order.CancelTicket(ticket=A1)),
        ("counter/3", order.ReturnTicket(ticket=A1)),
        ("counter/3", order.IssueTickets(services=(ServiceCode("skck"),), visit=VisitId("visit-A-001"))),
        ("counter/3", order.HandOutNumbers(line=Prefix("B"), first=1, visits=(VisitId("new"), VisitId("visit-A-001")))),
        ("counter/9", order.CancelTicket(ticket=A1)),
        ("counter/9", order.IssueTickets(services=(ServiceCode("skck"),))),
        ("counter/", order.IssueTickets(services=(ServiceCode("skck"),))),
        ("counter/01", order.IssueTickets(services=(ServiceCode("ktp"),))),
    ],
)
def test_another_agencys_people(by: str, command: Command) -> None:
    """An officer ends, brings back or adds nothing for people of other agencies; what is no counter does nothing."""
    given(*opened(1, 3), issued("A", 1), happened.TicketHeld(ticket=A1)).when(command, by=by).refused("not_allowed", by=by)


def test_the_own_agencys_people() -> None:
    """Any officer of the agency brings somebody back, gives a visit that was there one more errand anywhere, and begins new visits."""
    visit = VisitId("visit-A-001")
    story = given(*opened(1, 2, 3), issued("A", 1, "visit-A-001"), happened.TicketHeld(ticket=A1))
    story = story.when(order.ReturnTicket(ticket=A1), by="counter/2").happens()
    story = story.when(order.IssueTickets(services=(ServiceCode("skck"),), visit=visit), by="counter/2").happens()
    story = story.when(order.CancelTicket(ticket=Label("B-001")), by="counter/2").refused("not_allowed")
    story = story.when(order.CancelTicket(ticket=Label("B-001")), by="counter/4").happens()
    story = story.when(order.IssueTickets(services=(ServiceCode("ktp"),)), by="counter/3").happens()
    story.when(order.CancelTicket(ticket=Label("Z-001")), by="counter/3").refused("unknown_ticket")


@pytest.mark.parametrize("device", ["counter/1", "kiosk/4", "supervisor", "admin"])
def test_a_key_is_renewed(device: str) -> None:
    """The key of each device that has one is renewed alone, as often as it is asked for."""
    story = given().when(order.RenewKey(device=device), by="desk").then(happened.KeyRenewed(device=device))
    story = story.when(order.RenewKey(device=device), by="desk").happens()
    assert {device: 2} == story.bazaar.renewals


@pytest.mark.parametrize("device", ["counter/9", "counter/01", "counter", "kiosk/0", "kiosk/5", "screen/utama", "phone", "", "admin/1"])
def test_a_key_of_nothing(device: str) -> None:
    """What has no key has none to renew."""
    given().when(order.RenewKey(device=device), by="desk").refused("malformed", field="device")


def test_announcement() -> None:
    """An announcement is up until its minutes have passed, or until it is ended."""
    announce = order.Announce(text="Antrean D ditutup", scope="bazaar", minutes=10)
    up = happened.Announced(id="command-00000001", text="Antrean D ditutup", scope="bazaar", until=START_MS + 600_000)
    story = given().when(announce, by="desk").then(up)
    story = story.when(order.EndAnnouncement(id=up.id), by="desk").then(happened.AnnouncementEnded(id=up.id))
    story.when(order.EndAnnouncement(id=up.id), by="desk").refused("malformed", field="id")


def test_announcement_to_nobody() -> None:
    """An announcement for a place that does not exist is refused by field."""
    given().when(order.Announce(text="Halo", scope="pasar", minutes=1), by="desk").refused("malformed", field="scope")


def test_rating() -> None:
    """A visit rates its own tickets only."""
    answers = {"waktu": 4}
    story = at_counter().given(served("A-001", 1))
    story = story.when(order.Rate(visit=VisitId("other"), ticket=A1, answers=answers), by="phone").refused("not_allowed")
    rate = order.Rate(visit=VisitId("visit-A-001"), ticket=A1, answers=answers)
    story.when(rate, by="phone").then(happened.Rated(ticket=A1, answers=answers))


def test_closing() -> None:
    """At closing all that is live expires in issue order; after it nothing is accepted but ratings."""
    story = given(*opened(1), issued("A", 1), issued("B", 1), issued("A", 2), called("A-001", 1))
    story = story.given(happened.TicketHeld(ticket=Label("B-001")))
    story = story.when(order.CloseBazaar(), by="desk").then(
        happened.TicketExpired(ticket=A1, counter=C1),
        happened.TicketExpired(ticket=Label("B-001")),
        happened.TicketExpired(ticket=Label("A-002")),
        happened.BazaarClosed(),
    )
    story = story.when(issue("ktp")).refused("bazaar_closed")
    story.when(order.Rate(visit=VisitId("visit-A-001"), ticket=A1, answers={"waktu": 4}), by="phone").happens()
