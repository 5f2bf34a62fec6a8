"""A channel whose view an event changed is among those it says it touched: else a screen would stay on yesterday's news."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from counters import desk, tablet
from server.core import commands as order
from server.core.bazaar import Bazaar
from server.core.commands import Command
from server.core.events import Event
from server.core.refusals import Refused
from server.core.values import CounterNumber, Label, Lane, OutOfOrderReason, ServiceCode, VisitId
from tests.scenarios import given

SERVICES = [ServiceCode(code) for code in ("ktp", "kk", "skck", "hilang")]
COUNTERS = [CounterNumber(number) for number in (1, 2, 3, 4)]
SECONDS_MAX = 60


@dataclass(frozen=True)
class Wish:
    """What somebody wants, before it is known what stands at the counter: ``pick`` chooses among what there is."""

    do: str
    counter: CounterNumber
    service: ServiceCode
    pick: int
    seconds: int


WISHES = st.lists(
    st.builds(
        Wish,
        do=st.sampled_from([*order.COMMANDS] + ["issue", "next"] * 6),
        counter=st.sampled_from(COUNTERS),
        service=st.sampled_from(SERVICES),
        pick=st.integers(0, 11),
        seconds=st.integers(0, SECONDS_MAX),
    ),
    min_size=30,  # a short day seldom gets as far as a recall
    max_size=100,
)


def command_of(wish: Wish, bazaar: Bazaar) -> Command:
    """The wish as a command that mostly makes sense in this bazaar."""
    at, labels = bazaar.counters[wish.counter].serving, list(bazaar.tickets) or [Label("A-001")]
    anyone = labels[wish.pick % len(labels)]
    here = at or anyone
    visits = [*bazaar.visits, None]
    ids = [*bazaar.announcements, "nothing"]
    made: dict[str, Callable[[], Command]] = {
        "issue": lambda: order.IssueTickets(
            services=(wish.service, SERVICES[wish.pick % 4]), lane=list(Lane)[wish.pick % 2], visit=visits[wish.pick % len(visits)]
        ),
        "next": lambda: order.CallNext(counter=wish.counter, seen=at),
        "recall": lambda: order.RecallTicket(counter=wish.counter, ticket=here),
        "absent": lambda: order.MarkAbsent(counter=wish.counter, ticket=here),
        "hold": lambda: order.HoldTicket(ticket=here, counter=wish.counter if wish.pick % 2 else None),
        "finish": lambda: order.FinishTicket(counter=wish.counter, ticket=here),
        "undo": lambda: order.UndoCall(counter=wish.counter, ticket=here),
        "return": lambda: order.ReturnTicket(ticket=anyone),
        "cancel": lambda: order.CancelTicket(ticket=anyone),
        "transfer": lambda: order.TransferTicket(counter=wish.counter, ticket=here, service=wish.service),
        "call_out_of_order": lambda: order.CallOutOfOrder(
            counter=wish.counter, ticket=anyone, reason=list(OutOfOrderReason)[wish.pick % 3]
        ),
        "open_counter": lambda: order.OpenCounter(counter=wish.counter),
        "pause_counter": lambda: order.PauseCounter(counter=wish.counter, reason="salat"),
        "close_counter": lambda: order.CloseCounter(counter=wish.counter),
        "close_service": lambda: order.CloseService(service=wish.service),
        "reopen_service": lambda: order.ReopenService(service=wish.service),
        "announce": lambda: order.Announce(text="Kunci tertinggal", scope="bazaar", minutes=5),
        "end_announcement": lambda: order.EndAnnouncement(id=ids[wish.pick % len(ids)]),
        "rate": lambda: order.Rate(visit=VisitId("nobody"), ticket=anyone, answers={}),
        "close_bazaar": lambda: order.CloseBazaar() if wish.pick == 0 else order.OpenCounter(counter=wish.counter),
    }
    return made[wish.do]()


def check(
    wishes: list[Wish],
    channels: list[str],
    view: Callable[[Bazaar, str], object],
    touched: Callable[[Bazaar, Event], Iterable[str]],
) -> None:
    """Let everything happen, command after command; after each event the changed channels are among the touched ones."""
    story = given()
    for number in COUNTERS:
        story = story.when(order.OpenCounter(counter=number)).happens()
    seconds = 0
    for wish in wishes:
        seconds += wish.seconds
        before, known = {channel: view(story.bazaar, channel) for channel in channels}, len(story.history)
        try:
            story = story.at(seconds).when(command_of(wish, story.bazaar)).happens()
        except Refused:
            continue
        changed = {channel for channel in channels if view(story.bazaar, channel) != before[channel]}
        events = story.history[known:]
        said = {channel for event in events for channel in touched(story.bazaar, event)}
        assert changed <= said, (changed - said, events)


@settings(max_examples=60, deadline=None)
@drawn(WISHES)
def test_tablets(wishes: list[Wish]) -> None:
    """Whatever happens, a tablet whose view changed was touched."""
    check(wishes, [str(number) for number in COUNTERS], tablet.view, tablet.touched)


@settings(max_examples=40, deadline=None)
@drawn(WISHES)
def test_desk(wishes: list[Wish]) -> None:
    """Whatever happens, a desk whose view changed was touched."""
    check(wishes, [""], desk.view, desk.touched)
