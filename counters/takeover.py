"""Taking over a counter: a colleague is away, and whoever works next to it goes on there within seconds.

Rule: a counter is taken by a device of a counter of the same agency, which then is the tablet of this one and of the other no more; a
supervisor's or the organiser's device may work at any. Nothing else is opened by a key that lies about: an agency's people are at hand.
"""

from aiohttp import web

from server.core.plan import Plan
from server.core.plan_parts import Agency
from server.core.values import CounterNumber
from server.hub.room import Room
from server.web.addresses import home_of
from server.web.credentials import ADMIN, SUPERVISOR, counter_principal
from server.web.pairing import paired
from server.web.requests import require, see_other


def may_be_taken_by(plan: Plan, number: CounterNumber, *, by_chief: bool) -> tuple[Agency, ...]:
    """The agencies at whose counters somebody may go on who works at counter ``number``: the own one, a supervisor at all."""
    return plan.agencies if by_chief else (plan.agency_of_counter(number),)


def taken(request: web.Request, room: Room, number: CounterNumber) -> web.Response:
    """Make the device the tablet of counter ``number`` and show it.

    Raises:
        Problem: 401 when it is paired as nothing, 403 when as something else than a counter of the agency or a supervisor.
    """
    colleagues = [counter_principal(counter.number) for counter in room.plan.agency_of_counter(number).counters]
    if require(request, room, SUPERVISOR, ADMIN, *colleagues) in (SUPERVISOR, ADMIN):
        return see_other(f"{home_of(room)}/counter/{number}")
    principal = counter_principal(number)
    return paired(request, room, principal, instead_of=(other for other in colleagues if other != principal))
