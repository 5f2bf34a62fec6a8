"""The code of the day: eight digits on the screens of the hall, so that only those who are there take numbers on a phone.

It is derived like every key and stored nowhere. It is no public view's: the desk shows it, and TVs that were paired.
"""

from datetime import timedelta

from aiohttp import web

from server.hub.room import Room
from server.web import errors
from server.web.credentials import same
from server.web.keys import CREDENTIALS, CROWD, GUESSES, HUB
from server.web.limits import place_of
from server.web.pages import local_time
from server.web.requests import device_of, is_trusted, origin_of, scope_of_room

GRACE = timedelta(minutes=15)
"""So long after midnight yesterday's code is still good: somebody has just read it."""


def day_code_of(request: web.Request, room: Room) -> str:
    """Today's code, by the calendar of the bazaar's place; "" where numbers are given to everybody."""
    if not room.plan.bazaar.day_code:
        return ""
    return _code(request, room, timedelta())


def check_day_code(request: web.Request, room: Room, given: str) -> None:
    """Let pass who knows the code, and everybody where there is none; kiosks, supervisors and the organiser need none.

    Raises:
        Problem: 403 when it is not the code, 429 when this phone, or all without a name at its address, have guessed too often.
    """
    if not room.plan.bazaar.day_code or is_trusted(request, room):
        return
    phone = device_of(request)
    guesses, place = (request.app[CROWD].guesses, phone) if phone else (request.app[GUESSES], place_of(origin_of(request)))
    wait_s = guesses.look_s(place)
    if wait_s:
        raise errors.too_many(wait_s)
    # Both are compared whatever the first one says, so that the time of the answer tells nothing.
    good = [same("".join(given.split()), _code(request, room, back)) for back in (timedelta(), GRACE)]
    if not any(good):
        guesses.wait_s(place)
        raise errors.wrong_code()


def _code(request: web.Request, room: Room, back: timedelta) -> str:
    day = (local_time(room, request.app[HUB].clock()) - back).date()
    return request.app[CREDENTIALS].day_code(scope_of_room(room), day)
