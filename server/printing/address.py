"""Where printers are, as the organiser writes it: ``1=tcp://192.168.1.50:9100?paper=58`` is the printer of kiosk 1."""

from collections.abc import Iterable
from functools import partial
from urllib.parse import SplitResult, parse_qsl, urlsplit

from server.printing.links import DeviceLink, NetworkLink
from server.printing.printer import Printer
from server.printing.slip import Paper

RAW_PORT = 9100
EXAMPLES = "1=tcp://192.168.1.50:9100?paper=58 or 1=usb:///dev/usb/lp0?paper=80"


class BadPrinter(ValueError):
    """No printer's address; the text says which, and what is wrong with it."""


def printers_at(addresses: Iterable[str], kiosks: int) -> dict[int, Printer]:
    """The printer of each kiosk (1 to ``kiosks``) that has one; raises `BadPrinter`."""
    printers: dict[int, Printer] = {}
    for address in addresses:
        kiosk, printer = _printer_at(address, kiosks)
        if kiosk in printers:
            raise BadPrinter(f"printer {address!r}: kiosk {kiosk} has a printer already")
        printers[kiosk] = printer
    return printers


def _printer_at(address: str, kiosks: int) -> tuple[int, Printer]:
    try:
        kiosk, is_there, url = address.partition("=")
        if not is_there:
            raise BadPrinter("name the kiosk first")
        return _kiosk(kiosk, kiosks), _printer(url)
    except ValueError as fault:
        raise BadPrinter(f"printer {address!r}: {fault}; write {EXAMPLES}") from None


def _kiosk(text: str, kiosks: int) -> int:
    if text not in map(str, range(1, kiosks + 1)):
        raise BadPrinter(f"{text!r} is no kiosk: they have the numbers 1 to {kiosks}")
    return int(text)


def _printer(url: str) -> Printer:
    parts = urlsplit(url)
    paper, answers = _options(parts.query)
    if parts.scheme == "tcp":
        return Printer(name=_bare(url), paper=paper, open=partial(NetworkLink.open, *_host_and_port(parts)), answers=answers)
    if parts.scheme == "usb":
        if parts.netloc or not parts.path.startswith("/"):
            raise BadPrinter("name the device by its whole path, after three slashes")
        return Printer(name=_bare(url), paper=paper, open=partial(DeviceLink.open, parts.path, answers=answers), answers=answers)
    raise BadPrinter(f"{parts.scheme!r} is no way to a printer: tcp or usb")


def _bare(url: str) -> str:
    return url.partition("?")[0]


def _host_and_port(parts: SplitResult) -> tuple[str, int]:
    """Host and port; Python's own words for a port that is none are good enough."""
    if not parts.hostname or parts.username is not None or parts.path:
        raise BadPrinter("a host and a port is all that it takes")
    return parts.hostname, RAW_PORT if parts.port is None else parts.port


def _options(query: str) -> tuple[Paper, bool]:
    options = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=True)) if query else {}
    paper, status = options.pop("paper", str(int(Paper.WIDE))), options.pop("status", "yes")
    if options:
        raise BadPrinter(f"{next(iter(options))!r} is no option: paper or status")
    if paper not in (str(int(width)) for width in Paper):
        raise BadPrinter(f"paper {paper!r} is no width: 58 or 80")
    if status not in ("yes", "no"):
        raise BadPrinter(f"status {status!r}: yes or no")
    return Paper(int(paper)), status == "yes"
