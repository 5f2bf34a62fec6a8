"""What people are told, and when."""

from displays.alerts.rules import Alert, alerts
from server.core import commands as order
from server.core.bazaar import Bazaar
from server.core.values import CounterNumber, Label, VisitId
from tests.scenarios import called, given, issued, opened

C1 = CounterNumber(1)


def told(bazaar: Bazaar, visit: str, ahead: int = 1) -> list[Alert]:
    """What this visit is told now."""
    return list(alerts(bazaar, [(VisitId(visit), ahead)]))


def test_near() -> None:
    """Whoever wants to know one person before hears nothing with two ahead, and hears of it with one."""
    story = given(*opened(1), *(issued("A", number, f"v{number}") for number in (1, 2, 3)))
    assert [] == told(story.bazaar, "v3")
    story = story.when(order.CallNext(counter=C1, seen=None), by="counter/1").happens()
    assert [("A-003", None, 1)] == [(alert.label, alert.counter, alert.ahead) for alert in told(story.bazaar, "v3")]


def test_the_call_only() -> None:
    """Who wants to know of nobody ahead hears of the call alone, not of being first in line."""
    assert [] == told(given(issued("A", 1, "v")).bazaar, "v", ahead=0)


def test_called() -> None:
    """A call tells where to go."""
    story = given(*opened(1), issued("A", 1, "v"), called("A-001", 1))
    assert [(Label("A-001"), C1, 1)] == [(alert.label, alert.counter, alert.calls) for alert in told(story.bazaar, "v")]


def test_the_same_state_says_the_same() -> None:
    """Looking again makes no new alert: its id depends on what happened only."""
    story = given(*opened(1), issued("A", 1, "v"))
    near = told(story.bazaar, "v")
    story = story.when(order.OpenCounter(counter=CounterNumber(2)), by="counter/2").happens()
    assert [alert.id for alert in near] == [alert.id for alert in told(story.bazaar, "v")]


def test_a_recall_is_a_new_alert() -> None:
    """Who did not hear the call hears the recall."""
    story = given(*opened(1), issued("A", 1, "v"), called("A-001", 1))
    first = told(story.bazaar, "v")
    story = story.when(order.RecallTicket(counter=C1, ticket=Label("A-001")), by="counter/1").happens()
    assert 2 == len({alert.id for alert in [*first, *told(story.bazaar, "v")]})


def test_whoever_returns_is_told_again() -> None:
    """Standing in line again is another time of being near."""
    story = given(issued("A", 1, "v"))
    first = told(story.bazaar, "v")
    story = story.when(order.HoldTicket(ticket=Label("A-001")), by="phone").happens()
    assert [] == told(story.bazaar, "v")
    story = story.when(order.ReturnTicket(ticket=Label("A-001")), by="phone").happens()
    assert 2 == len({alert.id for alert in [*first, *told(story.bazaar, "v")]})


def test_nobody_else_is_told() -> None:
    """Other visits' tickets are nobody's news, and a visit that there is not has none."""
    story = given(*opened(1), issued("A", 1, "v"), called("A-001", 1))
    assert [] == told(story.bazaar, "w")
