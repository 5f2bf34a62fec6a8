"""What a site has beside its store: flags of the commands that serve the public, checked at once, and installed in the application."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import wraps
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import click
from aiohttp import web

from displays.alerts.pages import install_alerts
from displays.alerts.webhook import BadGateway, Gateway, read_gateway
from displays.kiosk.printing import install_printing
from displays.slides import install_slides
from displays.voice.pages import SILENT, install_voice
from displays.voice.voice import Voice
from server.cli.flags import FOLDER, option
from server.cli.speech import open_voice, voice_file, voice_pack
from server.cli.stores import BadUse
from server.core.values import KIOSKS
from server.hub.hub import FOLLOWERS_PER_ADDRESS
from server.printing.address import EXAMPLES, BadPrinter, printers_at
from server.printing.printer import Printer
from server.web.keys import HUB, PROXIES

OPERATOR = "mailto:urut@localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """Everything that a serving process may be given. ``operator``: where push services find whoever runs the site."""

    gateway: Gateway | None = None
    push_services: tuple[str, ...] = ()
    operator: str = OPERATOR
    voice: Voice = SILENT
    printers: Mapping[int, Printer] = field(default_factory=dict)
    slides: Path | None = None
    proxies: frozenset[str] = frozenset()
    followers_per_address: int | None = None

    def install(self, app: web.Application) -> None:
        """Put it into an application that serves the public."""
        install_alerts(app, gateway=self.gateway, push_services=self.push_services, operator=self.operator)
        install_voice(app, self.voice)
        install_printing(app, self.printers)
        install_slides(app, self.slides)
        app[PROXIES] = self.proxies
        app[HUB].followers_per_address = self.followers_per_address


proxy = option("--proxy", "URUT_PROXY", multiple=True, help="Address of a proxy in front of us; its X-Forwarded-For is believed.")
printer_flag = option(
    "--printer", "URUT_PRINTER", multiple=True, help=f"KIOSK=ADDRESS of a ticket printer, as {EXAMPLES}; may be repeated."
)
_FLAGS = (
    option("--slides", "URUT_SLIDES", type=FOLDER, help="Pictures and silent videos that the hall's screens show between calls."),
    printer_flag,
    option("--gateway", "URUT_GATEWAY", help="Where messages for phones go (Standard Webhooks), to become WhatsApp or SMS."),
    option("--gateway-secret", "URUT_GATEWAY_SECRET", default="", help="whsec_…, which signs them; several with blanks between."),
    option("--push-service", "URUT_PUSH_SERVICE", multiple=True, help="HOST:PORT of a push service beside those of the browsers."),
    option("--operator", "URUT_OPERATOR", default=OPERATOR, show_default=True, help="mailto: or https: for push services."),
    proxy,
    option(
        "--followers-per-address",
        "URUT_FOLLOWERS_PER_ADDRESS",
        type=click.IntRange(1),
        help=f"So many phones may follow at once from one address; default: {FOLLOWERS_PER_ADDRESS}, or three quarters of all places.",
    ),
    voice_file,
    voice_pack,
)


def equipped(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the flags, and its coroutine one argument ``equipment``. Stands below `flags.runs`, which tells a BadUse."""

    @wraps(command)
    def run(*args: Any, **flags: Any) -> Any:
        voice, printers = open_voice(flags.pop("voice"), flags.pop("voice_pack")), printers_named(flags.pop("printer"))
        messages = _read(**{name: flags.pop(name) for name in ("gateway", "gateway_secret", "push_service", "operator")})
        proxies = proxies_at(flags.pop("proxy"))
        equipment = replace(
            messages,
            voice=voice,
            printers=printers,
            slides=flags.pop("slides"),
            proxies=proxies,
            followers_per_address=flags.pop("followers_per_address"),
        )
        return command(*args, equipment=equipment, **flags)

    made: Callable[..., Any] = run
    for flag in _FLAGS:
        made = flag(made)
    return made


def _read(*, gateway: str | None, gateway_secret: str, push_service: tuple[str, ...], operator: str) -> Equipment:
    try:
        messages = read_gateway(gateway, gateway_secret) if gateway else None
    except BadGateway as error:
        raise BadUse(f"--gateway: {error}") from None
    if not operator.startswith(("mailto:", "https://")):
        raise BadUse("--operator: begins with mailto: or https://")
    return Equipment(gateway=messages, push_services=push_service, operator=operator)


def proxies_at(addresses: Sequence[str]) -> frozenset[str]:
    """The proxies that ``--proxy`` names; raises BadUse."""
    try:
        return frozenset(str(ip_address(address)) for address in addresses)
    except ValueError as fault:
        raise BadUse(f"--proxy: {fault}") from None


def printers_named(addresses: Sequence[str]) -> Mapping[int, Printer]:
    """The printers that ``--printer`` names, by kiosk; raises `BadUse`."""
    try:
        return printers_at(addresses, KIOSKS)
    except BadPrinter as fault:
        raise BadUse(f"--printer: {fault}") from None
