"""The whole bazaar as the organiser sees it: every counter, every line, what is announced and what is closed."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict
from typing import assert_never

from counters.waits import waiting_since
from server.core import events as happened
from server.core.bazaar import Bazaar, LineState
from server.core.events import Event
from server.core.plan_parts import Screen
from server.core.values import TicketState
from server.hub.channels import View

STATES = {
    "waiting": TicketState.WAITING,
    "serving": TicketState.CALLED,
    "served": TicketState.SERVED,
    "held": TicketState.HELD,
    "absent": TicketState.ABSENT,
}
"""The figures of a line and of the day: the view's words for the states that an organiser counts."""


def view(bazaar: Bazaar, argument: str) -> View | None:
    """The view of ``desk`` (no argument). Times are Unix ms, ``left`` is None in a line without a quota.

    ``{closed, totals, counters: [{counter, agency, lines, state, reason, label, since, calls, served}], lines: [{line, agency, regular,
    priority, waiting_since, issued, left, waiting, serving, served, held, absent}], closed_services, announcements: [{id, text, scope,
    until}], screens: [{code, name, agencies, zone, speaks}]}``; ``totals`` holds ``issued`` and the figures of `STATES`.
    """
    if argument:
        return None
    return {
        "closed": bazaar.closed,
        "totals": {"issued": len(bazaar.tickets), **_figures(bazaar.lines.values())},
        "counters": list(_counters(bazaar)),
        "lines": [_line(bazaar, line) for line in bazaar.lines.values()],
        "closed_services": sorted(bazaar.closed_services),
        "announcements": [asdict(said) for said in bazaar.announcements.values()],
        "screens": [_screen(screen) for screen in bazaar.screens.values()],
    }


def touched(_bazaar: Bazaar, event: Event) -> Iterable[str]:
    """The desk shows nearly everything: all but what leaves no trace in it."""
    match event:
        case happened.TicketPassed() | happened.Rated() | happened.KeyRenewed():
            return ()
        case happened.BazaarOpened() | happened.BazaarClosed():
            return ("",)
        case happened.TicketIssued() | happened.TicketCalled() | happened.TicketRecalled() | happened.CallUndone():
            return ("",)
        case happened.TicketServed() | happened.TicketAbsent() | happened.TicketHeld() | happened.TicketReturned():
            return ("",)
        case happened.TicketTransferred() | happened.TicketCancelled() | happened.TicketExpired():
            return ("",)
        case happened.CounterOpened() | happened.CounterPaused() | happened.CounterClosed():
            return ("",)
        case happened.ServiceClosed() | happened.ServiceReopened() | happened.Announced() | happened.AnnouncementEnded():
            return ("",)
        case happened.ScreenSet() | happened.ScreenRemoved():
            return ("",)
        case _:
            assert_never(event)


def _counters(bazaar: Bazaar) -> Iterator[View]:
    for stand in bazaar.counters.values():
        ticket = bazaar.tickets[stand.serving] if stand.serving else None
        yield {
            "counter": stand.number,
            "agency": bazaar.plan.agency_of_counter(stand.number).code,
            "lines": list(bazaar.plan.counter(stand.number).lines),
            "state": stand.state.value,
            "reason": stand.reason,
            "label": stand.serving,
            "since": ticket.called_at if ticket else None,
            "calls": ticket.calls if ticket else 0,
            "served": stand.served,
        }


def _line(bazaar: Bazaar, line: LineState) -> View:
    prefix = line.plan.prefix
    return {
        "line": prefix,
        "agency": bazaar.plan.agency_of(prefix).code,
        "regular": 0,
        "priority": 0,
        **{lane.value: len(state.waiting) for lane, state in line.lanes.items()},
        "waiting_since": waiting_since(bazaar, (line,)),
        "issued": line.issued,
        "left": line.left,
        **_figures((line,)),
    }


def _screen(screen: Screen) -> View:
    """Field by field: `asdict` would copy every agency's code each time."""
    return {"code": screen.code, "name": screen.name, "agencies": screen.agencies, "zone": screen.zone, "speaks": screen.speaks}


def _figures(lines: Collection[LineState]) -> View:
    """How many tickets of these lines are in each state that is shown."""
    return {word: sum(line.census[state] for line in lines) for word, state in STATES.items()}
