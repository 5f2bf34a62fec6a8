"""Whose calls a screen's loudspeaker says: those of all agencies of all screens that are heard where it is."""

from collections.abc import Container, Iterator
from itertools import islice
from typing import Any

from server.core.bazaar import Bazaar, Ticket, newest_calls
from server.core.plan_parts import Screen
from server.core.values import AgencyCode, CounterNumber, Label

HEARD_MS = 60_000
"""A speaking screen is told what was called within a minute of the newest call; older ones it would not say any more."""
HEARD_MAX = 60
"""So many at most: more than a loudspeaker says in a minute."""


def heard(bazaar: Bazaar, screen: Screen) -> list[dict[str, Any]] | None:
    """The calls that the screen says, newest first, as ``{label, counter, agency, call_offset, at, calls}``; None when it is mute.

    The latest call of each ticket; ``at`` is that call or its latest recall. A call that is not among them was undone or is old: so it
    depends on what is called in the zone alone, and on no clock.
    """
    if not screen.speaks:
        return None
    agencies = _agencies(bazaar, screen)
    newest = islice(newest_calls(bazaar, agencies), HEARD_MAX)
    calls = dict([*_at_counters(bazaar, agencies), *((call.ticket, call.counter) for call in newest)])
    latest = sorted(calls, key=lambda label: _when(bazaar.tickets[label]), reverse=True)[:HEARD_MAX]
    views = [_call(bazaar, bazaar.tickets[label], calls[label]) for label in latest]
    return [view for view in views if views[0]["at"] - view["at"] <= HEARD_MS]


def speakers_of(bazaar: Bazaar, counter: CounterNumber) -> Iterator[str]:
    """The codes of the screens that say the calls of a counter."""
    agency = bazaar.plan.agency_of_counter(counter).code
    return (code for code, screen in bazaar.screens.items() if screen.speaks and agency in _agencies(bazaar, screen))


def _agencies(bazaar: Bazaar, screen: Screen) -> set[AgencyCode]:
    return {code for other in bazaar.screens.values() if other.zone == screen.zone for code in other.agencies}


def _at_counters(bazaar: Bazaar, agencies: Container[AgencyCode]) -> Iterator[tuple[Label, CounterNumber]]:
    """Who is at a counter may be called again, however long ago the call was."""
    for stand in bazaar.counters.values():
        if stand.serving and bazaar.plan.agency_of_counter(stand.number).code in agencies:
            yield stand.serving, stand.number


def _when(ticket: Ticket) -> tuple[int, int]:
    """Where its latest call or recall stands among those of others: by time, calls of one moment by their order in the log."""
    return ticket.recalled_at or ticket.called_at or 0, ticket.call_offset or 0


def _call(bazaar: Bazaar, ticket: Ticket, counter: CounterNumber) -> dict[str, Any]:
    at, offset = _when(ticket)
    agency = bazaar.plan.agency_of_counter(counter).code
    return {"label": ticket.label, "counter": counter, "agency": agency, "call_offset": offset, "at": at, "calls": ticket.calls}
