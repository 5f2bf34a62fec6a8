"""The hall as its screens show it: who is at which counter, and whom to call out."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from typing import assert_never

from displays.voice.heard import heard, speakers_of
from server.core import events as happened
from server.core.bazaar import Bazaar, Call, CounterStand, newest_calls
from server.core.events import Event
from server.core.plan_parts import Screen
from server.core.values import EVERYWHERE, AgencyCode, CounterNumber
from server.hub.channels import View

RECENT_CALLS_MAX = 10


def view(bazaar: Bazaar, argument: str) -> View | None:
    """The view of ``hall`` (argument ""; every agency) or ``hall/{screen}``; None when there is no such screen.

    The contract's fields, and ``reason`` of a pause, ``closed`` (the bazaar). ``call_at`` and ``at`` are the latest call *or recall*, so
    that a screen knows whether it is fresh. ``clock`` says how to read the frame's time on the hall's wall: ``{timezone, opens, closes}``.
    ``screen`` is what the desk has made of the screen, ``{name, agencies, zone, speaks}``; None in ``hall``.
    ``speech`` are the calls that its loudspeaker says (`displays.voice.heard`).
    """
    agencies = _agencies(bazaar, argument)
    if agencies is None:
        return None
    info = bazaar.plan.bazaar
    stands = (bazaar.counters[counter.number] for code in agencies for counter in bazaar.plan.agency(code).counters)
    lines = (line.prefix for code in agencies for line in bazaar.plan.agency(code).lines)
    return {
        "counters": [_counter(bazaar, stand) for stand in stands],
        "recent": [_call(bazaar, call) for call in islice(newest_calls(bazaar, agencies), RECENT_CALLS_MAX)],
        "announcements": announcements(bazaar, {EVERYWHERE, *agencies, *lines}),
        "clock": {"timezone": info.timezone, "opens": info.opens, "closes": info.closes},
        "closed": bazaar.closed,
        "screen": _screen(bazaar.screens[argument]) if argument else None,
        "speech": heard(bazaar, bazaar.screens[argument]) if argument else None,
    }


def touched(bazaar: Bazaar, event: Event) -> Iterable[str]:
    """The screens that show the event's counter; all of them for what is said to everybody."""
    match event:
        case happened.TicketCalled() | happened.TicketRecalled() | happened.TicketAbsent() | happened.CallUndone():
            return _screens_of(bazaar, event.counter)
        case happened.TicketServed() | happened.TicketHeld() | happened.TicketTransferred() | happened.TicketExpired():
            return _screens_of(bazaar, event.counter)
        case happened.CounterOpened() | happened.CounterPaused() | happened.CounterClosed():
            return _screens_of(bazaar, event.counter)
        case happened.Announced() | happened.AnnouncementEnded() | happened.BazaarOpened() | happened.BazaarClosed():
            return ("", *bazaar.screens)
        case happened.ScreenSet():
            return tuple(bazaar.screens)
        case happened.ScreenRemoved():
            return (event.screen, *bazaar.screens)
        case happened.TicketIssued() | happened.TicketReturned() | happened.TicketCancelled() | happened.TicketPassed():
            return ()
        case happened.ServiceClosed() | happened.ServiceReopened() | happened.Rated() | happened.KeyRenewed():
            return ()
        case _:
            assert_never(event)


def announcements(bazaar: Bazaar, scopes: Container[str] | None = None) -> list[View]:
    """What is announced in these scopes (None: in all) and has not run out at the latest entry.

    Whoever shows it drops it at ``until`` (Unix ms): no entry tells that an announcement has run out.
    """
    stand = (said for said in bazaar.announcements.values() if said.until > bazaar.at)
    return [asdict(said) for said in stand if scopes is None or said.scope in scopes]


def _agencies(bazaar: Bazaar, screen: str) -> tuple[AgencyCode, ...] | None:
    if screen == "":
        return tuple(agency.code for agency in bazaar.plan.agencies)
    return bazaar.screens[screen].agencies if screen in bazaar.screens else None


def _screen(screen: Screen) -> View:
    return {"name": screen.name, "agencies": list(screen.agencies), "zone": screen.zone, "speaks": screen.speaks}


def _screens_of(bazaar: Bazaar, counter: CounterNumber | None) -> Iterator[str]:
    if counter is None:
        return
    agency = bazaar.plan.agency_of_counter(counter).code
    yield ""
    yield from (screen.code for screen in bazaar.screens.values() if agency in screen.agencies)
    yield from speakers_of(bazaar, counter)


def _counter(bazaar: Bazaar, stand: CounterStand) -> View:
    ticket = bazaar.tickets[stand.serving] if stand.serving else None
    return {
        "counter": stand.number,
        "agency": bazaar.plan.agency_of_counter(stand.number).code,
        "lines": list(bazaar.plan.counter(stand.number).lines),
        "state": stand.state.value,
        "reason": stand.reason,
        "label": stand.serving,
        "call_offset": ticket.call_offset if ticket else None,
        "call_at": ticket.recalled_at or ticket.called_at if ticket else None,
        "calls": ticket.calls if ticket else 0,
    }


def _call(bazaar: Bazaar, call: Call) -> View:
    ticket = bazaar.tickets[call.ticket]
    return {
        "label": call.ticket,
        "counter": call.counter,
        "agency": bazaar.plan.agency_of_counter(call.counter).code,
        "call_offset": call.offset,
        "at": ticket.recalled_at or call.at,
        "calls": ticket.calls,
    }
