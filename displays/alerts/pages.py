"""Asking to be told of one's turn, seeing what is kept for it, and having it erased."""

from collections.abc import Awaitable, Sequence
from dataclasses import asdict
from typing import TypeVar

from aiohttp import web

from displays.alerts.contacts import CONTACTS_MAX, Contact, read_contact
from displays.alerts.delivery import Letterbox
from displays.alerts.push import PushSender
from displays.alerts.service import AlertService, until_ms
from displays.alerts.webhook import Gateway
from displays.visit_pages import known_visit, visit_path
from server.core.values import natural
from server.store.errors import StoreUnreachable
from server.web import errors
from server.web.background import run_beside
from server.web.i18n import Catalogues
from server.web.keys import ADDRESSES, CREDENTIALS, DEVICES, HUB, MESSAGES, ONLY_FOLLOWS
from server.web.pages import language_of
from server.web.requests import check_limit, check_origin, form_body, is_form, json_body, room_of, see_other

_T = TypeVar("_T")

routes = web.RouteTableDef()
ALERTS = web.AppKey("alerts", AlertService)
OWN_PUSH_SERVICES = web.AppKey("own_push_services", frozenset[str])
SHOWN_DIGITS = 3
AHEAD_DIGITS_MAX = 4


def install_alerts(app: web.Application, *, gateway: Gateway | None = None, push_services: Sequence[str] = (), operator: str) -> None:
    """Let this process tell people of their turn, unless it only follows.

    ``operator`` is where push services find whoever runs the site (``mailto:…``).
    """
    hub, credentials, public = app[HUB], app[CREDENTIALS], app[ADDRESSES].public
    push = PushSender(credentials.subkey("vapid"), operator)
    letterbox = Letterbox(push=push, gateway=gateway, catalogues=Catalogues(), clock=hub.clock)
    app[ALERTS] = AlertService(hub, app[DEVICES], credentials, letterbox, lambda room, token: public + visit_path(room, token))
    app[MESSAGES] = gateway is not None
    app[OWN_PUSH_SERVICES] = frozenset(push_services)
    if not app.get(ONLY_FOLLOWS):
        run_beside(app, app[ALERTS].run)


@routes.get("/{bazaar}/visit/{token}/alerts")
async def kept(request: web.Request) -> web.Response:
    """What is kept of this visit beside the public log, and what a browser needs to subscribe."""
    room = room_of(request)
    service = request.app[ALERTS]
    contacts = await _reached(service.contacts_of(room, known_visit(request, room)))
    gateway = service.letterbox.gateway is not None
    return web.json_response({"key": service.letterbox.push.public_key, "gateway": gateway, "contacts": list(map(_shown, contacts))})


@routes.get("/{bazaar}/visit/{token}/data.json")
async def data(request: web.Request) -> web.Response:
    """All that is held of a visit, for whoever it belongs to: what the public log says of its numbers, and what is kept beside the log."""
    room = room_of(request)
    visit = known_visit(request, room)
    check_limit(request, room, known=f"visit {visit}")
    contacts = await _reached(request.app[ALERTS].contacts_of(room, visit))
    tickets = [asdict(room.bazaar.tickets[label]) for label in room.bazaar.visits[visit]]
    held = {"bazaar": room.plan.bazaar.id, "visit": visit, "tickets": tickets, "alerts": list(map(_shown, contacts))}
    name = f'attachment; filename="{room.plan.bazaar.id}.json"'
    return web.json_response({**held, "alerts_kept_until": until_ms(room)}, headers={"Content-Disposition": name})


@routes.post("/{bazaar}/visit/{token}/alerts")
async def tell_me(request: web.Request) -> web.StreamResponse:
    """Keep one more contact, ``{ahead, push}`` or ``{ahead, phone}``; a form is answered with the way back to the page."""
    room = room_of(request)
    check_origin(request)
    service, visit, own_push_services = request.app[ALERTS], known_visit(request, room), request.app[OWN_PUSH_SERVICES]
    check_limit(request, room, known=f"visit {visit}")
    contact = read_contact(await _asked(request), language_of(request), own_push_services)
    if contact.phone and service.letterbox.gateway is None:
        raise errors.malformed("phone", "cannot be told here; there is no gateway for messages")
    others = [other for other in await _reached(service.contacts_of(room, visit)) if other.address != contact.address]
    if len(others) >= CONTACTS_MAX:
        raise errors.malformed("contacts", f"must be {CONTACTS_MAX} at most; have those erased that are no longer needed")
    await _reached(service.keep(room, visit, contact))
    if is_form(request):
        return see_other(visit_path(room, request.match_info["token"]))
    return web.json_response({"contacts": [_shown(other) for other in (*others, contact)]}, status=201)


@routes.delete("/{bazaar}/visit/{token}/alerts")
@routes.post("/{bazaar}/visit/{token}/alerts/erase")
async def erase(request: web.Request) -> web.StreamResponse:
    """Keep none of it any more."""
    room = room_of(request)
    check_origin(request)
    await _reached(request.app[ALERTS].forget(room, known_visit(request, room)))
    if is_form(request):
        return see_other(visit_path(room, request.match_info["token"]))
    return web.json_response({"contacts": []})


async def _asked(request: web.Request) -> dict[str, object]:
    if not is_form(request):
        return await json_body(request)
    form = {name: values[0] for name, values in (await form_body(request)).items()}
    ahead = {"ahead": natural(form["ahead"], AHEAD_DIGITS_MAX)} if "ahead" in form else {}
    return {"phone": form.get("phone", ""), **ahead}


def _shown(contact: Contact) -> dict[str, object]:
    """As its owner may recognise it; whoever looks over a shoulder learns no number."""
    if contact.phone:
        return {"kind": "phone", "ahead": contact.ahead, "phone": f"{contact.phone[:3]}…{contact.phone[-SHOWN_DIGITS:]}"}
    return {"kind": "push", "ahead": contact.ahead}


async def _reached(work: Awaitable[_T]) -> _T:
    """What the store answers; raises `Problem` 503 when it does not."""
    try:
        return await work
    except StoreUnreachable:
        raise errors.store_unreachable() from None
