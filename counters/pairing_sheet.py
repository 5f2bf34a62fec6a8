"""The sheet of pairing codes: one for every counter and kiosk, for the organiser to print and hand out."""

from collections.abc import Iterator
from dataclasses import dataclass

from aiohttp import web
from markupsafe import Markup

from server.core.values import KIOSKS, Text
from server.hub.room import Room
from server.web.addresses import public_url, staff_url
from server.web.credentials import SUPERVISOR, counter_principal, kiosk_principal
from server.web.pairing import pairing_path
from server.web.qr import ON_PAPER, inline_qr

"""The quiet zone that cameras need around a code on paper."""


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
    for counter in room.plan.counters:
        link = staff_url(request, pairing_path(request, room, counter_principal(counter.number)))
        yield _code("counter", counter.number, link, agency=room.plan.agency_of_counter(counter.number).name)
    for kiosk in range(1, KIOSKS + 1):
        yield _code("kiosk", kiosk, public_url(request, pairing_path(request, room, kiosk_principal(kiosk))))
    yield _code("supervisor", None, staff_url(request, pairing_path(request, room, SUPERVISOR)))


def _code(kind: str, number: int | None, link: str, *, agency: Text = "") -> PairingCode:
    return PairingCode(kind=kind, number=number, agency=agency, link=link, qr=inline_qr(link, border=ON_PAPER))
