"""One line as a phone needs it: who waits, where it is served, how fast; a place in it is worked out from this alone."""

from collections.abc import Iterable, Mapping
from statistics import median
from typing import TypeVar, assert_never

from server.core import events as happened
from server.core.bazaar import Bazaar, LineState
from server.core.calling import regular_due
from server.core.events import Event
from server.core.place import LineNow, Pace, Serving
from server.core.ranks import nearest_rank
from server.core.values import MS_PER_MINUTE, MS_PER_SECOND, CounterNumber, CounterState, Lane, Prefix
from server.hub.channels import View

_T = TypeVar("_T")

SERVINGS_MIN = 5
"""With fewer serving times than this a line's pace is told from the bazaar file."""


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
        "called_last": _by_lane({lane: state.last_called for lane, state in line.lanes.items()}, 0),
        "left": line.left,
        **line_now(bazaar, line),
    }


def line_now(bazaar: Bazaar, line: LineState) -> LineNow:
    """The part of the view from which a place is worked out."""
    return {
        "waiting": _by_lane({lane: str(state.waiting) for lane, state in line.lanes.items()}, ""),
        "calls": _by_lane({lane: len(state.calls) for lane, state in line.lanes.items()}, 0),
        "regular_after_priority": line.plan.regular_after_priority,
        "regular_due": regular_due(line),
        "serving": _serving(bazaar, line),
        "pace": _pace(bazaar, line),
    }


def touched(bazaar: Bazaar, event: Event) -> Iterable[str]:
    """The lines of the event's ticket, counter or service."""
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
        case happened.ScreenSet() | happened.ScreenRemoved():
            return ()
        case _:
            assert_never(event)


def gives_numbers(bazaar: Bazaar, line: LineState) -> bool:
    """Whether somebody may still take a number: the bazaar and a service of the line are open, and the quota is not used up."""
    services = (service.code for service in line.plan.services)
    return not bazaar.closed and line.left != 0 and any(code not in bazaar.closed_services for code in services)


def _serving(bazaar: Bazaar, line: LineState) -> list[Serving]:
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
    stands = (bazaar.counters[counter.number] for counter in bazaar.plan.counters_of(line.plan.prefix))
    return {
        "seconds_p50": round(median(times) / MS_PER_SECOND),
        "seconds_p80": round(nearest_rank(sorted(times), 0.8) / MS_PER_SECOND),
        "counters": sum(stand.state is CounterState.OPEN for stand in stands),
    }


def _by_lane(values: Mapping[Lane, _T], missing: _T) -> dict[str, _T]:
    """The values under the names of both lanes, also in a line that has only the regular one."""
    return {lane.value: values.get(lane, missing) for lane in Lane}


def _lines_at(bazaar: Bazaar, counter: CounterNumber | None) -> tuple[Prefix, ...]:
    return () if counter is None else bazaar.plan.counter(counter).lines
