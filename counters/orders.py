"""What staff press, on its way in: a form or JSON becomes a command of whoever is allowed to send it, and its entry the answer."""

from collections.abc import Mapping

from aiohttp import web

from server.core.entry import Entry
from server.core.values import natural
from server.hub.room import Room
from server.web import errors
from server.web.credentials import ADMIN, SUPERVISOR, counter_principal
from server.web.requests import carry_out, form_body, is_form, json_body, require

NUMBERS = ("counter", "minutes")
"""The fields of a form that stand for numbers."""
LISTS = ("agencies",)
"""Those that may be chosen several times."""
TICKS = ("speaks", "urgent")
"""Those that are ticked or not there."""
NUMBER_DIGITS_MAX = 9
SENDERS = {ADMIN: "desk"}
"""What the log calls a principal, where that is another name."""

Wish = Mapping[str, object]
"""A command's map as it was asked for: ``command_id``, ``do`` and the order's own fields."""


def officers_of(number: int | str) -> tuple[str, ...]:
    """Who may work at a counter: its officer first, then those who may at every counter."""
    return counter_principal(number), SUPERVISOR, ADMIN


async def wish_of(request: web.Request) -> Wish:
    """What the body asks for; raises `Problem` 413 or 422."""
    if not is_form(request):
        return await json_body(request)
    return {name: list(texts) if name in LISTS else _value(name, texts[-1]) for name, texts in (await form_body(request)).items()}


async def press_at_counter(request: web.Request, room: Room, number: int, wish: Wish) -> Entry:
    """Carry out a command of counter ``number``, which the command itself need not name.

    A device that is paired as a counter and as a supervisor calls out of order as the supervisor.

    Raises:
        Problem: 401, 403, 409, 422 or 503.
    """
    if wish.get("counter", number) != number:
        raise errors.malformed("counter", f"is not {number}, whose page this is")
    officer, *chiefs = officers_of(number)
    principal = require(request, room, *((*chiefs, officer) if wish.get("do") == "call_out_of_order" else (officer, *chiefs)))
    return await carry_out(request, room, {**wish, "counter": number}, SENDERS.get(principal, principal))


async def press_at_desk(request: web.Request, room: Room, wish: Wish) -> Entry:
    """Carry out a command of the organiser or a supervisor; raises `Problem`."""
    principal = require(request, room, ADMIN, SUPERVISOR)
    return await carry_out(request, room, wish, SENDERS.get(principal, principal))


def _value(name: str, text: str) -> object:
    """A form knows only texts: what an empty ``seen``, digits and ticks stand for."""
    if name == "seen":
        return text or None
    if name in TICKS:
        return text == "true"
    number = natural(text, NUMBER_DIGITS_MAX) if name in NUMBERS else None
    return text if number is None else number
