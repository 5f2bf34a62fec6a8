"""The calling rule, told as stories."""

from server.core import commands as order
from server.core import events as happened
from server.core.values import CounterNumber, Label, Lane, OutOfOrderReason, ServiceCode, VisitId
from tests.scenarios import called, given, issued, opened, passed, served

C1, C2, C3, C4 = (CounterNumber(number) for number in (1, 2, 3, 4))


def press(counter: CounterNumber, seen: str | None = None) -> order.CallNext:
    """The officer's big button."""
    return order.CallNext(counter=counter, seen=Label(seen) if seen else None)


def test_lowest_number_first() -> None:
    """The lowest waiting number is called, and with it the one before is served, in one entry."""
    story = given(*opened(1), issued("A", 1), issued("A", 2))
    story = story.when(press(C1)).then(called("A-001", 1))
    story.when(press(C1, "A-001")).then(served("A-001", 1), called("A-002", 1))


def test_last_one_is_only_finished() -> None:
    """With nobody waiting, next finishes the ticket at the counter and calls nobody."""
    given(*opened(1), issued("A", 1), called("A-001", 1)).when(press(C1, "A-001")).then(served("A-001", 1))


def test_empty_line_and_empty_counter() -> None:
    """With nobody at the counter and nobody to call, next is refused."""
    given(*opened(1)).when(press(C1)).refused("line_empty", counter=1)


def test_double_tap_skips_nobody() -> None:
    """A press that saw another state than the present one is refused, so a second tap calls nobody."""
    story = given(*opened(1), issued("A", 1), issued("A", 2))
    story = story.when(press(C1)).then(called("A-001", 1))
    story.when(press(C1)).refused("stale", counter=1, serving="A-001")


def test_closed_counter_calls_nobody() -> None:
    """A counter that is closed or paused calls nobody."""
    story = given(issued("A", 1)).when(press(C1)).refused("counter_closed")
    story.given(*opened(1), happened.CounterPaused(counter=C1, reason="salat")).when(press(C1)).refused("counter_closed")


def test_busy_visit_is_passed_and_stays_first() -> None:
    """A visit that is at another counter is passed, named in the entry, and called as soon as it is free."""
    story = given(*opened(1, 3), issued("A", 1, "tiga"), issued("B", 1, "tiga"), issued("B", 2), called("A-001", 1))
    story = story.when(press(C3)).then(passed("B-001", 1), called("B-002", 3))
    story = story.when(press(C1, "A-001")).then(served("A-001", 1))
    story.when(press(C3, "B-002")).then(served("B-002", 3), called("B-001", 3))


def test_own_visit_is_no_hindrance() -> None:
    """The ticket that next finishes at this counter does not make its visit busy."""
    story = given(*opened(3), issued("B", 1, "dua"), issued("C", 1, "dua"), called("B-001", 3))
    story.when(press(C3, "B-001")).then(served("B-001", 3), called("C-001", 3))


def test_one_to_two() -> None:
    """With 1:2, two regular calls come between two priority calls while both wait."""
    story = given(*opened(1), *(issued("A", n) for n in (1, 2, 3, 4, 5)), *(issued("A", n, lane=Lane.PRIORITY) for n in (1, 2, 3)))
    order_of_calls = []
    seen = None
    for _ in range(8):
        story = story.when(press(C1, seen)).happens()
        seen = story.bazaar.counters[C1].serving
        order_of_calls.append(seen)
    expected = ["AP-001", "A-001", "A-002", "AP-002", "A-003", "A-004", "AP-003", "A-005"]
    assert expected == order_of_calls


def test_priority_first() -> None:
    """With "first", priority goes before regular as long as it waits."""
    story = given(*opened(3), issued("C", 1), issued("C", 1, lane=Lane.PRIORITY), issued("C", 2, lane=Lane.PRIORITY))
    story = story.when(press(C3)).then(called("CP-001", 3))
    story = story.when(press(C3, "CP-001")).then(served("CP-001", 3), called("CP-002", 3))
    story.when(press(C3, "CP-002")).then(served("CP-002", 3), called("C-001", 3))


def test_undone_call_counts_nowhere() -> None:
    """A priority call that was undone leaves the lane rule as it was: priority is due again."""
    story = given(*opened(1), issued("A", 1), issued("A", 1, lane=Lane.PRIORITY), called("AP-001", 1))
    story = story.given(happened.CallUndone(ticket=Label("AP-001"), counter=C1))
    story.when(press(C1)).then(called("AP-001", 1))


def test_several_lines_earliest_issue() -> None:
    """A counter with two lines takes the head that was issued first."""
    story = given(*opened(3), issued("C", 1), issued("B", 1), issued("B", 2))
    story = story.when(press(C3)).then(called("C-001", 3))
    story.when(press(C3, "C-001")).then(served("C-001", 3), called("B-001", 3))


def returned(label: str) -> happened.TicketReturned:
    """Somebody is back."""
    return happened.TicketReturned(ticket=Label(label))


def held(label: str) -> happened.TicketHeld:
    """Somebody is late."""
    return happened.TicketHeld(ticket=Label(label))


def test_returned_ticket_waits_two_calls() -> None:
    """A returned ticket keeps its number and is called after two further calls of its lane."""
    story = given(*opened(1), *(issued("A", n) for n in (1, 2, 3, 4)), held("A-001"), returned("A-001"))
    story = story.when(press(C1)).then(called("A-002", 1))
    story = story.when(press(C1, "A-002")).then(served("A-002", 1), called("A-003", 1))
    story.when(press(C1, "A-003")).then(served("A-003", 1), called("A-001", 1))


def test_returned_ticket_with_nobody_else() -> None:
    """A returned ticket is called at once when nobody else waits there."""
    given(*opened(1), issued("A", 1), held("A-001"), returned("A-001")).when(press(C1)).then(called("A-001", 1))


def test_two_returned_tickets_do_not_block_one_another() -> None:
    """Two people who both sit out and are alone there are called by number; nobody waits before an idle officer."""
    story = given(*opened(1), issued("A", 1), issued("A", 2), held("A-001"), held("A-002"), returned("A-002"), returned("A-001"))
    story.when(press(C1)).then(called("A-001", 1))


def test_undone_call_does_not_count_for_those_who_sit_out() -> None:
    """A call that was undone brings a returned ticket no nearer."""
    story = given(*opened(1, 2), *(issued("A", n) for n in (1, 2, 3, 4)), held("A-001"), returned("A-001"))
    story = story.given(called("A-002", 1), happened.CallUndone(ticket=Label("A-002"), counter=C1), called("A-002", 1))
    story.when(press(C2)).then(called("A-003", 2))


def test_out_of_order_needs_a_supervisor() -> None:
    """Only a supervisor calls out of order, and the reason stands in the event."""
    story = given(*opened(1), issued("A", 1), issued("A", 2))
    command = order.CallOutOfOrder(counter=C1, ticket=Label("A-002"), reason=OutOfOrderReason.MEDICAL)
    story = story.when(command, by="counter/1").refused("not_allowed")
    story.when(command, by="supervisor").then(called("A-002", 1, OutOfOrderReason.MEDICAL))


def test_out_of_order_never_calls_one_visit_twice() -> None:
    """A visit that is at a counter is not called out of order to another."""
    story = given(*opened(1, 3), issued("A", 1, "dua"), issued("B", 1, "dua"), called("A-001", 1))
    command = order.CallOutOfOrder(counter=C3, ticket=Label("B-001"), reason=OutOfOrderReason.VULNERABLE)
    story.when(command, by="supervisor").refused("not_waiting", busy_at=1)


def test_three_errands_at_two_counters() -> None:
    """A visit with three errands is passed where it is busy and keeps its turn in both other lines."""
    story = given(*opened(1, 3, 4))
    services = tuple(map(ServiceCode, ("ktp", "skck", "hilang")))
    story = story.when(order.IssueTickets(services=services, visit=VisitId("tiga")), by="phone").happens()
    story = story.given(issued("B", 2)).when(press(C1)).then(called("A-001", 1))
    story = story.when(press(C4)).then(passed("B-001", 1), called("B-002", 4))
    story = story.when(press(C3)).refused("line_empty")
    story = story.when(press(C1, "A-001")).then(served("A-001", 1))
    story.when(press(C3)).then(called("B-001", 3))
