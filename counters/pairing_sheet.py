"""The sheet of pairing codes: one for every counter and kiosk, for the organiser to print and hand out."""

from collections.abc import Iterator
from dataclasses import dataclass

import segno
from aiohttp import web
from markupsafe import Markup

from server.core.values import Text
from server.hub.room import Room
from server.web.credentials import KIOSKS, SUPERVISOR, counter_principal, kiosk_principal
from server.web.keys import ADDRESSES
from server.web.pairing import key_of, pairing_path


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingCode:
    """One code: what it makes of a device (``counter``, ``kiosk`` or ``supervisor``), which one, whose, the link and its QR as SVG."""

    kind: str
    number: int | None
    agency: Text
    link: str
    qr: Markup


def pairing_codes(request: web.Request, room: Room) -> Iterator[PairingCode]:
    """Every counter of the bazaar file, then the kiosks, then the supervisors' code."""
    here = str(request.url.origin())
    staff, public = (address or here for address in (request.app[ADDRESSES].staff, request.app[ADDRESSES].public))
    for counter in room.plan.counters:
        agency = room.plan.agency_of_counter(counter.number).name
        link = staff + pairing_path(room, key_of(request, room, counter_principal(counter.number)))
        yield PairingCode(kind="counter", number=counter.number, agency=agency, link=link, qr=_qr(link))
    for kiosk in range(1, KIOSKS + 1):
        link = public + pairing_path(room, key_of(request, room, kiosk_principal(kiosk)))
        yield PairingCode(kind="kiosk", number=kiosk, agency="", link=link, qr=_qr(link))
    link = staff + pairing_path(room, key_of(request, room, SUPERVISOR))
    yield PairingCode(kind="supervisor", number=None, agency="", link=link, qr=_qr(link))


def _qr(link: str) -> Markup:
    """Black on white, with the quiet zone that cameras need; sized by the style sheet."""
    return Markup(segno.make(link, error="m").svg_inline(border=4, light="#fff", omitsize=True))  # noqa: S704  # segno's own markup
