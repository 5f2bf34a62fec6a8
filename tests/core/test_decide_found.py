"""What random days brought to light, told as stories."""

import pytest

from server.core import commands as order
from server.core import events as happened
from server.core.values import CounterNumber, Label
from tests.scenarios import called, config_with, given, issued, opened, served

C1, C2 = CounterNumber(1), CounterNumber(2)


def test_undoing_a_call_before_the_return_prolongs_nothing() -> None:
    """Two calls after the return are enough, also when a call that came before the return is undone after it."""
    story = given(*opened(1, 2), *(issued("A", number) for number in (1, 2, 3, 4)), happened.TicketHeld(ticket=Label("A-002")))
    story = story.given(called("A-001", 1), happened.TicketReturned(ticket=Label("A-002")))
    story = story.given(happened.CallUndone(ticket=Label("A-001"), counter=C1), called("A-001", 1), called("A-003", 2))
    story.when(order.CallNext(counter=C2, seen=Label("A-003"))).then(served("A-003", 2), called("A-002", 2))


@pytest.mark.parametrize("return_after", [0, 1])
def test_undoing_a_call_leaves_a_short_return_short(return_after: int) -> None:
    """A return after 0 or 1 calls is one after 0 or 1 calls, whatever is undone of the time before it."""
    story = given(*opened(1), *(issued("A", number) for number in (1, 2, 3)), config=config_with(return_after=return_after))
    story = story.given(happened.TicketHeld(ticket=Label("A-001")), called("A-002", 1), happened.TicketReturned(ticket=Label("A-001")))
    story = story.given(happened.CallUndone(ticket=Label("A-002"), counter=C1))
    expected = ["A-001", "A-002"] if return_after == 0 else ["A-002", "A-001"]
    story = story.when(order.CallNext(counter=C1, seen=None)).then(called(expected[0], 1))
    story.when(order.CallNext(counter=C1, seen=Label(expected[0]))).then(served(expected[0], 1), called(expected[1], 1))


def test_undoing_a_call_after_the_return_takes_it_from_the_count() -> None:
    """A call that came after the return and is undone is none of the two that have to come."""
    story = given(*opened(1, 2), *(issued("A", number) for number in (1, 2, 3, 4)), happened.TicketHeld(ticket=Label("A-001")))
    story = story.given(happened.TicketReturned(ticket=Label("A-001")), called("A-002", 1), called("A-003", 2))
    story = story.given(happened.CallUndone(ticket=Label("A-002"), counter=C1))
    story.when(order.CallNext(counter=C1, seen=None)).then(called("A-002", 1))
