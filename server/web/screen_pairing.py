"""A TV becomes a screen of the hall: it shows a code, the organiser types it at the desk, and the TV finds that out by itself.

Rule: the code alone gives nothing. It is made from a secret that the TV alone has, in a cookie; what the desk approves is that secret's
fingerprint, and only the TV that comes with the secret is given the screen's cookie. Pending codes stand on a board that every hub
process reads, for as long as their TV goes on asking.
"""

import json
from dataclasses import asdict, dataclass
from hashlib import blake2b

from aiohttp import web

from server.core.plan_parts import Screen
from server.hub.room import Room
from server.web import errors
from server.web.addresses import home_of
from server.web.credentials import COOKIE_PREFIX, COOKIE_S, new_device, screen_principal
from server.web.keys import CREDENTIALS, HUB, NEW_SCREENS
from server.web.limits import place_of
from server.web.requests import is_secure, origin_of, principals_of, scope_of_room

TV_COOKIE = "urut-tv"
ALPHABET = "CDFGHKLMNPRTVWXY34679"
"""No letter or digit that looks like another, and no vowels: a code is no word."""
CODE_CHARS = 6
PENDING_MS = 60_000
"""A code whose TV has not asked for so long is no longer good."""
APPROVED_MS = 10 * 60_000
"""So long a TV has time to fetch what was approved."""
_TOPIC = "pairing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """A TV's fingerprint, and the screen that the desk has made it: "" for none yet, else set up at the latest by entry ``offset``."""

    tv: str
    screen: str = ""
    offset: int = 0

    @property
    def code(self) -> str:
        """The six characters that the TV shows."""
        number = int.from_bytes(blake2b(self.tv.encode(), digest_size=16).digest())
        return "".join(ALPHABET[number // len(ALPHABET) ** place % len(ALPHABET)] for place in range(CODE_CHARS))


# The TV


def tv_of(request: web.Request) -> str:
    """The TV's own secret from its cookie, a fresh one without a cookie."""
    return request.cookies.get(TV_COOKIE) or new_device()


def fingerprint_of(request: web.Request, room: Room, tv: str) -> str:
    """What stands for a TV's secret where others read it."""
    return request.app[CREDENTIALS].tv_fingerprint(scope_of_room(room), tv)


def screens_paired(request: web.Request, room: Room) -> list[Screen]:
    """The screens of the hall that this TV is paired as."""
    principals = principals_of(request, room)
    return [screen for code, screen in room.bazaar.screens.items() if screen_principal(code) in principals]


async def ask(request: web.Request, room: Room, tv: str) -> Pairing:
    """Keep this TV's code good for another while; what the desk has made of it.

    Raises:
        Problem: 429 when too many TVs wait, in all or at this address.
        StoreUnreachable: nothing can be said now.
    """
    hub = request.app[HUB]
    board, now = hub.store.board(room.plan.bazaar.id, _TOPIC), hub.clock()
    fresh = Pairing(tv=fingerprint_of(request, room, tv))
    note = (await board.read(now)).get(fresh.code)
    known = _read(note)
    if known and known.tv == fresh.tv and known.screen and (known.screen in room.bazaar.screens or known.offset > room.offset):
        return known
    if known is None:
        _count_new(request)
    if (known and known.tv != fresh.tv) or not await board.swap(fresh.code, note, _note(fresh), until=now + PENDING_MS, now=now):
        raise errors.too_many(PENDING_MS // 1000)
    return fresh


def _count_new(request: web.Request) -> None:
    wait_s = request.app[NEW_SCREENS].wait_s(place_of(origin_of(request)))
    if wait_s:
        raise errors.too_many(wait_s)


def remember_tv(request: web.Request, room: Room, response: web.StreamResponse, tv: str) -> None:
    """Have the browser keep the TV's secret."""
    response.set_cookie(TV_COOKIE, tv, max_age=COOKIE_S, path=home_of(room), httponly=True, samesite="Lax", secure=is_secure(request))


def make_screen(request: web.Request, room: Room, response: web.StreamResponse, screen: str) -> None:
    """Have the browser keep that it is this screen, and no other one."""
    for name in request.cookies:
        if name.startswith(COOKIE_PREFIX + screen_principal("").replace("/", "-")):
            response.del_cookie(name, path=home_of(room))
    name, value = request.app[CREDENTIALS].cookie(scope_of_room(room), screen_principal(screen))
    response.set_cookie(name, value, max_age=COOKIE_S, path=home_of(room), httponly=True, samesite="Lax", secure=is_secure(request))


# The desk


def code_typed(text: str) -> str:
    """A code as it is meant, however somebody has typed it."""
    return "".join(letter for letter in text.upper() if letter.isascii() and letter.isalnum())


async def pending(request: web.Request, room: Room, code: str) -> Pairing:
    """The TV that shows this code; raises `Problem` 404 when none does now."""
    hub = request.app[HUB]
    known = _read((await hub.store.board(room.plan.bazaar.id, _TOPIC).read(hub.clock())).get(code_typed(code)))
    if known is None:
        raise errors.no_such_code()
    return known


async def approve(request: web.Request, room: Room, pairing: Pairing, screen: str, offset: int) -> None:
    """Make the TV this screen, which stands in the log at the latest at ``offset``. Again is the same; another screen is too late.

    Raises:
        Problem: 404 when no TV shows the code any more.
    """
    hub = request.app[HUB]
    board, now = hub.store.board(room.plan.bazaar.id, _TOPIC), hub.clock()
    approved = Pairing(tv=pairing.tv, screen=screen, offset=offset)
    if pairing.screen == screen:
        return
    if pairing.screen or not await board.swap(pairing.code, _note(pairing), _note(approved), until=now + APPROVED_MS, now=now):
        raise errors.no_such_code()


def _note(pairing: Pairing) -> bytes:
    return json.dumps(asdict(pairing)).encode()


def _read(note: bytes | None) -> Pairing | None:
    return None if note is None else Pairing(**json.loads(note))
