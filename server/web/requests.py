"""What every handler needs: the bazaar that is asked for, who asks, the body, and a command carried out."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from aiohttp import web

from server.core.entry import Entry, Refusal
from server.core.refusals import Refused
from server.core.values import BazaarId, VisitId
from server.hub.room import Room
from server.store.codec import events_of
from server.store.errors import StoreUnreachable
from server.web import errors
from server.web.command_notes import noted
from server.web.credentials import ADMIN, DEVICE_COOKIE, SUPERVISOR, kiosk_principal, scope_of
from server.web.keys import CREDENTIALS, CROWD, HUB, METRICS, PROXIES
from server.web.limits import place_of

BODY_BYTES_MAX = 64 * 1024
BODY_S_MAX = 30.0
"""A body takes so long at most: who announces one and never sends it would keep a file descriptor for ever."""
FORM = "application/x-www-form-urlencoded"
Form = Mapping[str, Sequence[str]]
"""What a form was filled in with: one or more values a field."""
_CHARSET = "utf-8"
_PRINCIPALS: web.RequestKey[dict[tuple[str, int], frozenset[str]]] = web.RequestKey("principals", dict)
"""Who asks, by scope: a press asks twice, and to check signatures takes as long as to decide it."""


def room_of(request: web.Request) -> Room:
    """The bazaar that the path names.

    Raises:
        Problem: 404 when there is none, 503 when it is not known yet because the store has not answered.
    """
    hub = request.app[HUB]
    room = hub.rooms.get(BazaarId(request.match_info["bazaar"]))
    if room is None and not hub.reachable:
        raise errors.store_unreachable()
    if room is None:
        raise errors.not_found("bazaar")
    if not room.opened:
        raise errors.store_unreachable()
    return room


def scope_of_room(room: Room) -> str:
    """What the keys, cookies and tokens of the room's bazaar are bound to."""
    return scope_of(room.plan.bazaar.id, room.epoch)


# Who asks


def principals_of(request: web.Request, room: Room) -> frozenset[str]:
    """Everybody whose key or cookies the request carries: one device may be paired for several things.

    Raises:
        Problem: 401 for a bearer key that is nobody's, 403 for a page of another site that uses this device's cookies.
    """
    asked = scope_of_room(room), sum(room.bazaar.renewals.values())  # a body may come long after a key was renewed
    if _PRINCIPALS not in request:
        request[_PRINCIPALS] = {}
    known = request[_PRINCIPALS]
    if asked not in known:
        known[asked] = _principals_in(request, room)
    return known[asked]


def _principals_in(request: web.Request, room: Room) -> frozenset[str]:
    credentials, scope, renewals = request.app[CREDENTIALS], scope_of_room(room), room.bazaar.renewals
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        principal = credentials.principal_of_key(scope, key.strip(), renewals)
        if principal is None:
            raise errors.no_credential()
        return frozenset({principal})
    principals = frozenset(credentials.principals_of_cookies(scope, request.cookies, renewals))
    if principals and is_cross_origin(request):
        raise errors.cross_origin()
    return principals


def require(request: web.Request, room: Room, *allowed: str) -> str:
    """The first of ``allowed`` whom the request comes from; supervisor and admin count where they are named.

    Raises:
        Problem: 401 when it comes from nobody we know, 403 when from somebody else.
    """
    principals = principals_of(request, room)
    for principal in allowed:
        if principal in principals:
            return principal
    raise errors.not_yours() if principals else errors.no_credential()


def is_trusted(request: web.Request, room: Room) -> bool:
    """Whether a kiosk, a supervisor or the organiser asks: they stand in the hall, and for many people. Raises as `principals_of`."""
    return any(who in (ADMIN, SUPERVISOR) or who.startswith(kiosk_principal("")) for who in principals_of(request, room))


def origin_of(request: web.Request) -> str:
    """The address that a request came from: of whoever connected, or whom a proxy that we trust names as that.

    A proxy adds to ``X-Forwarded-For`` at the end; what stands before its word anybody may have written.
    """
    remote, proxies = request.remote or "", request.app[PROXIES]
    named = ",".join(request.headers.getall("X-Forwarded-For", ())).split(",") if remote in proxies else []
    return next((address for address in map(str.strip, reversed(named)) if address and address not in proxies), remote)


def is_secure(request: web.Request) -> bool:
    """Whether whoever asks came by https: to us, or to a proxy that we trust, whose word stands last."""
    if request.remote not in request.app[PROXIES]:
        return request.secure
    named = ",".join(request.headers.getall("X-Forwarded-Proto", ())).rpartition(",")[2].strip()
    return (named or request.scheme) == "https"


def is_cross_origin(request: web.Request) -> bool:
    """Whether a page of another site sent this request."""
    return is_of_another_site(request.headers, request.host)


def is_of_another_site(headers: Mapping[str, str], host: str) -> bool:
    """Whether what has these headers, and was sent to this host, comes from a page of another site."""
    origin = headers.get("Origin")
    return origin is not None and _host_of(origin) != host


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def check_origin(request: web.Request) -> None:
    """Refuse what a page of another site sends; raises `Problem` 403."""
    if is_cross_origin(request):
        raise errors.cross_origin()


def device_of(request: web.Request) -> str:
    """The phone's own name from its cookie, "" without one that we gave."""
    return request.app[CREDENTIALS].device_of_cookie(request.cookies.get(DEVICE_COOKIE, ""))


def check_limit(request: web.Request, room: Room, *, known: str = "") -> None:
    """Count a request of the public for its phone, or for its address; raises `Problem` 429 when it was one too many.

    ``known`` is a visit or a paper whose secret the request has brought: that is as good a name as a phone's. Who is trusted has no limit.
    """
    if is_trusted(request, room):
        return
    wait_s = request.app[CROWD].wait_s(known or device_of(request), place_of(origin_of(request)))
    if wait_s:
        raise errors.too_many(wait_s)


# Visits


def visit_token(request: web.Request, room: Room, visit: VisitId) -> str:
    """The secret that opens a visit's page."""
    return request.app[CREDENTIALS].visit_token(scope_of_room(room), visit)


def visit_of(request: web.Request, room: Room, token: str) -> VisitId:
    """The visit that a token opens, whether it has tickets yet or not; raises `Problem` 404."""
    visit = request.app[CREDENTIALS].visit_of_token(scope_of_room(room), token)
    if visit is None:
        raise errors.not_found("visit")
    return visit


def new_visit(request: web.Request, room: Room, device: str, command_id: str) -> VisitId:
    """The visit that this device's command begins; the same command of the same device begins the same one."""
    return request.app[CREDENTIALS].visit_id(scope_of_room(room), device, command_id)


# Bodies and commands


def is_form(request: web.Request) -> bool:
    """Whether a page without scripts asks: it wants a page again."""
    return request.content_type == FORM


async def form_body(request: web.Request) -> Form:
    """The form that the request carries; raises `Problem` 413 or 422.

    Only in UTF-8, as browsers send our forms: Python knows charsets that take seconds for a form, or bring half characters out of it.
    """
    _check_not_compressed(request)
    if (request.charset or _CHARSET).lower() != _CHARSET:
        raise errors.malformed("body", "no form in UTF-8")
    try:
        async with _in_time():
            form = await request.post()
    except ValueError:
        raise errors.malformed("body", "no form in UTF-8") from None
    return {name: [str(value) for value in form.getall(name)] for name in form}


def text_in(form: Form, field: str) -> str:
    """A field's text, "" where the form says nothing."""
    return next(iter(form.get(field, ())), "")


async def json_body(request: web.Request) -> dict[str, object]:
    """The JSON object that the request carries; raises `Problem` 413 or 422."""
    _check_not_compressed(request)
    async with _in_time():
        sent = await request.read()
    try:
        body = json.loads(sent, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise errors.malformed("body", f"no JSON: {str(error)[:80]}") from None
    if not isinstance(body, dict):
        raise errors.malformed("body", "no JSON object")
    return body


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    """Wait no longer for a body than it may take; raises `Problem` 422."""
    try:
        async with asyncio.timeout(BODY_S_MAX):
            yield
    except TimeoutError:
        raise errors.malformed("body", f"did not come within {BODY_S_MAX:.0f} s") from None


def _check_not_compressed(request: web.Request) -> None:
    """Nobody unpacks bodies here (`server.cli.wiring`): a few kilobytes may hold gigabytes, and everybody would wait meanwhile."""
    if "Content-Encoding" in request.headers:
        raise errors.malformed("body", "must not be compressed")


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


async def carry_out(request: web.Request, room: Room, command: Mapping[str, object], by: str) -> Entry:
    """Submit a command and wait for its entry, which holds events.

    Raises:
        Problem: 422 when it is no command (nothing was published), 409 with the refusal, or when somebody else has sent something under
            its command_id, 503 without an answer.
    """
    with noted(request.app[METRICS], room, command, by) as note:
        return note.answered(await _carried_out(room, command, by))


async def _carried_out(room: Room, command: Mapping[str, object], by: str) -> Entry:
    try:
        entry = await room.submit({**command, "by": by})
    except Refused as error:
        raise errors.refused(error.code, error.fields) from None
    except StoreUnreachable:
        raise errors.store_unreachable() from None
    if entry.by != by:
        raise errors.sent_before()
    if isinstance(entry.outcome, Refusal):
        raise errors.refused(entry.outcome.code, {**entry.outcome.fields, "offset": entry.offset})
    return entry


def see_other(path: str) -> web.Response:
    """The way to a page, for a browser without scripts that has sent a form."""
    return web.Response(status=303, headers={"Location": path})


def answer_of(entry: Entry) -> web.Response:
    """What a command brought about: ``{offset, events}``, each event as ``[name, map]``."""
    return web.json_response({"offset": entry.offset, "events": events_of(entry)})
