"""One line as a phone needs it: who waits, where it is served, how fast; a place in it is worked out from this alone."""

from collections.abc import Iterable
from statistics import median
from typing import TypedDict, assert_never

from server.core import events as happened
from server.core.bazaar import Bazaar, LineState
from server.core.events import Event
from server.core.place import by_lane, line_now
from server.core.ranks import nearest_rank
from server.core.values import MS_PER_MINUTE, MS_PER_SECOND, CounterNumber, CounterState, Prefix
from server.hub.channels import View

SERVINGS_MIN = 5
"""With fewer serving times than this a line's pace is told from the bazaar file."""


class Pace(TypedDict):
    """How fast a line moves: serving times in seconds that half and four fifths of people stay within, and its open counters."""

    seconds_p50: float
    seconds_p80: float
    counters: int


class Serving(TypedDict):
    """A counter of the line and who is there, None when nobody is."""

    counter: int
    label: str | None


def view(bazaar: Bazaar, argument: str) -> View | None:
    """The view of ``line/{prefix}``; None when there is no such line.

    The contract's fields, and those of `server.core.place.LineNow`. ``open``: numbers are still given out. ``serving`` holds the line's
    counters that are open or have somebody there, ``left`` the numbers left of the quota (None without one).
    """
    line = bazaar.lines.get(Prefix(argument))
    if line is None:
        return None
    return {
        "line": line.plan.prefix,
        "agency": bazaar.plan.agency_of(line.plan.prefix).code,
        "open": gives_numbers(bazaar, line),
        "serving": serving(bazaar, line),
        "called_last": by_lane({lane: state.last_called for lane, state in line.lanes.items()}, 0),
        "pace": _pace(bazaar, line),
        "left": line.left,
        **line_now(bazaar, line),
    }


def touched(bazaar: Bazaar, event: Event) -> Iterable[str]:
    """The lines of the event's ticket, counter or service, and those that share a counter with them: who waits there, waits here too."""
    return {beside for prefix in _lines_of(bazaar, event) for beside in _lines_beside(bazaar, prefix)}


def gives_numbers(bazaar: Bazaar, line: LineState) -> bool:
    """Whether somebody may still take a number: the bazaar and a service of the line are open, and the quota is not used up."""
    services = (service.code for service in line.plan.services)
    return not bazaar.closed and line.left != 0 and any(code not in bazaar.closed_services for code in services)


def open_counters(bazaar: Bazaar, line: LineState) -> int:
    """How many counters call people of the line now."""
    return sum(bazaar.counters[counter.number].state is CounterState.OPEN for counter in bazaar.plan.counters_of(line.plan.prefix))


def serving(bazaar: Bazaar, line: LineState) -> list[Serving]:
    """The line's counters that are open or have somebody there, by number, and who it is."""
    stands = (bazaar.counters[counter.number] for counter in bazaar.plan.counters_of(line.plan.prefix))
    return [
        {"counter": stand.number, "label": stand.serving}
        for stand in stands
        if stand.state is CounterState.OPEN or stand.serving is not None
    ]


def _pace(bazaar: Bazaar, line: LineState) -> Pace:
    """Whole seconds that half and four fifths of the latest servings took; at first, what the bazaar file says."""
    times = [stay.took_ms for stay in line.stays if stay.served]
    if len(times) < SERVINGS_MIN:
        times = [service.minutes * MS_PER_MINUTE for service in line.plan.services]
    return {
        "seconds_p50": round(median(times) / MS_PER_SECOND),
        "seconds_p80": round(nearest_rank(sorted(times), 0.8) / MS_PER_SECOND),
        "counters": open_counters(bazaar, line),
    }


def _lines_of(bazaar: Bazaar, event: Event) -> Iterable[Prefix]:
    match event:
        case (
            happened.TicketIssued()
            | happened.TicketCalled()
            | happened.TicketAbsent()
            | happened.TicketHeld()
            | happened.TicketReturned()
            | happened.CallUndone()
            | happened.TicketServed()
            | happened.TicketTransferred()
            | happened.TicketCancelled()
            | happened.TicketExpired()
        ):
            return {bazaar.tickets[event.ticket].line, *_lines_at(bazaar, getattr(event, "counter", None))}
        case happened.CounterOpened() | happened.CounterPaused() | happened.CounterClosed():
            return _lines_at(bazaar, event.counter)
        case happened.ServiceClosed() | happened.ServiceReopened():
            return (bazaar.plan.line_of(event.service).prefix,)
        case happened.BazaarOpened() | happened.BazaarClosed():
            return bazaar.lines
        case happened.TicketPassed() | happened.TicketRecalled() | happened.Announced() | happened.AnnouncementEnded() | happened.Rated():
            return ()
        case happened.ScreenSet() | happened.ScreenRemoved() | happened.KeyRenewed():
            return ()
        case _:
            assert_never(event)


def _lines_at(bazaar: Bazaar, counter: CounterNumber | None) -> tuple[Prefix, ...]:
    return () if counter is None else bazaar.plan.counter(counter).lines


def _lines_beside(bazaar: Bazaar, prefix: Prefix) -> Iterable[Prefix]:
    return (beside for counter in bazaar.plan.counters_of(prefix) for beside in counter.lines)
