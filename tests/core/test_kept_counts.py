"""What `evolve` keeps so that no view has to look at every ticket is what counting the tickets afresh gives, whatever is pressed."""

from collections import Counter

from hypothesis import settings

from server.core import events as happened
from server.core.bazaar import ASIDE, Bazaar, LineState, Ticket, newest_calls
from server.core.calling import resumes_at
from server.core.commands import Command
from server.core.events import Event
from server.core.values import AgencyCode, CounterNumber, Label, Lane, Prefix, TicketState, label_of
from tests.core.machine import RandomDay
from tests.scenarios import called, given, issued, opened

STEPS = 30


def tickets_in(bazaar: Bazaar, line: LineState, *states: TicketState) -> list[Ticket]:
    """Every ticket of the line that is in one of these states."""
    return [ticket for ticket in bazaar.tickets.values() if ticket.line == line.plan.prefix and ticket.state in states]


def those_who_returned(bazaar: Bazaar, line: LineState, lane: Lane) -> dict[int, int]:
    """Who waits again, by number, and the entry of the return, in the order of the returns."""
    waiting = [ticket for ticket in tickets_in(bazaar, line, TicketState.WAITING) if ticket.lane is lane]
    returned = {ticket.number: ticket.returned_offset for ticket in waiting if ticket.returned_offset is not None}
    return dict(sorted(returned.items(), key=lambda item: item[1]))


def sitting_out(bazaar: Bazaar, line: LineState, lane: Lane) -> set[int]:
    """Who has to let further calls pass."""
    tickets = [ticket for ticket in tickets_in(bazaar, line, TicketState.WAITING) if ticket.lane is lane]
    return {ticket.number for ticket in tickets if (resumes_at(bazaar, ticket) or 0) > len(line.lanes[lane].calls)}


def latest_calls(bazaar: Bazaar, agency: AgencyCode) -> list[Label]:
    """Whose call is the latest of its ticket, newest first."""
    calls = [call for call in bazaar.calls if bazaar.plan.agency_of_counter(call.counter).code == agency]
    return [call.ticket for call in reversed(calls) if bazaar.tickets[call.ticket].call_offset == call.offset]


class CountedDay(RandomDay):
    """Random commands, and somebody who counts after each."""

    def ask(self, command: Command, by: str) -> tuple[Event, ...]:
        """Put a command to the day; then what was kept is what there is, of each line, lane and agency."""
        events, bazaar = self.day.ask(command, by), self.day.bazaar
        for line in bazaar.lines.values():
            self.count_line(bazaar, line)
            for lane, state in line.lanes.items():
                waiting = [ticket.number for ticket in tickets_in(bazaar, line, TicketState.WAITING) if ticket.lane is lane]
                assert sorted(waiting) == list(state.waiting)
                assert [*those_who_returned(bazaar, line, lane).items()] == [*state.returned.items()]
                assert sitting_out(bazaar, line, lane) == {*state.sitting_out(bazaar.plan.bazaar.return_after)}
        for agency in bazaar.plan.agencies:
            assert latest_calls(bazaar, agency.code) == [call.ticket for call in newest_calls(bazaar, [agency.code])]
        return events

    def count_line(self, bazaar: Bazaar, line: LineState) -> None:
        """Its tickets by state, those who wait by errand, and who is aside."""
        waiting = tickets_in(bazaar, line, TicketState.WAITING)
        assert Counter(ticket.state for ticket in tickets_in(bazaar, line, *TicketState)) == +line.census
        assert Counter(code for ticket in waiting for code in ticket.services or (None,)) == +line.errands
        assert {ticket.label for ticket in tickets_in(bazaar, line, *ASIDE)} == line.aside.keys()
        assert len(waiting) == line.waiting


def held(number: int) -> happened.TicketHeld:
    """Somebody of line A will be late."""
    return happened.TicketHeld(ticket=label_of("A", number))


def returned(number: int) -> happened.TicketReturned:
    """And is back."""
    return happened.TicketReturned(ticket=label_of("A", number))


def test_one_who_is_passed_came_back_no_later() -> None:
    """A returned number that is passed keeps its place among those who returned: who came back after it still sits out."""
    story = given(*opened(1, 2, 3), *(issued("A", number) for number in range(1, 7)), held(1), returned(1))
    story.given(called("A-004", 1), called("A-005", 2), held(3), returned(3))
    story.given(happened.TicketPassed(ticket=label_of("A", 1), busy_at=CounterNumber(3)))
    assert [3] == list(story.bazaar.lines[Prefix("A")].lanes[Lane.REGULAR].sitting_out(2))


def test_a_second_call_is_the_newest() -> None:
    """Whoever is called again is the newest, not where the first call stood; an undone call leaves none of the ticket."""
    story = given(*opened(1, 2), issued("A", 1), issued("A", 2), called("A-001", 1), called("A-002", 2))
    story.given(happened.TicketHeld(ticket=label_of("A", 1), counter=CounterNumber(1)), returned(1), called("A-001", 1))
    agencies = [agency.code for agency in story.bazaar.plan.agencies]
    assert ["A-001", "A-002"] == [call.ticket for call in newest_calls(story.bazaar, agencies)]
    story.given(happened.CallUndone(ticket=label_of("A", 1), counter=CounterNumber(1)))
    assert ["A-002"] == [call.ticket for call in newest_calls(story.bazaar, agencies)]


TestKeptCounts = CountedDay.TestCase
TestKeptCounts.settings = settings(stateful_step_count=STEPS)
