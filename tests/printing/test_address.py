"""What the organiser writes for `--printer`, and what is said of a slip in it."""

import pytest

from server.printing.address import BadPrinter, printers_at
from server.printing.slip import Paper

KIOSKS = 4


def test_printers_of_several_kiosks() -> None:
    """Network and USB printers of both widths; the usual port and 80 mm where nothing is said."""
    printers = printers_at(
        ["1=tcp://192.168.1.50:9100?paper=58", "2=usb:///dev/usb/lp0?paper=80", "3=tcp://printer.lan", "4=tcp://[::1]:1?status=no"], KIOSKS
    )
    assert {
        1: ("tcp://192.168.1.50:9100", Paper.NARROW, True),
        2: ("usb:///dev/usb/lp0", Paper.WIDE, True),
        3: ("tcp://printer.lan", Paper.WIDE, True),
        4: ("tcp://[::1]:1", Paper.WIDE, False),
    } == {kiosk: (printer.name, printer.paper, printer.answers) for kiosk, printer in printers.items()}


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("tcp://192.168.1.50", "name the kiosk first"),
        ("5=tcp://192.168.1.50", "'5' is no kiosk: they have the numbers 1 to 4"),
        ("01=tcp://192.168.1.50", "'01' is no kiosk"),
        ("1=http://192.168.1.50", "'http' is no way to a printer"),
        ("1=192.168.1.50:9100", "is no way to a printer"),
        ("1=tcp://", "a host and a port"),
        ("1=tcp://me@host", "a host and a port"),
        ("1=tcp://host/queue", "a host and a port"),
        ("1=tcp://host:99999", "Port out of range"),
        ("1=tcp://host:x", "Port could not be cast"),
        ("1=tcp://host?paper=72", "paper '72' is no width: 58 or 80"),
        ("1=tcp://host?papier=58", "'papier' is no option"),
        ("1=tcp://host?status=maybe", "status 'maybe'"),
        ("1=tcp://host?paper", "bad query field"),
        ("1=usb://dev/usb/lp0", "three slashes"),
        ("1=usb:", "three slashes"),
    ],
)
def test_a_slip(address: str, fault: str) -> None:
    """What is wrong is said with the address that has it and how one is written."""
    with pytest.raises(BadPrinter, match="write 1=tcp://") as caught:
        printers_at([address], KIOSKS)
    assert repr(address) in str(caught.value)
    assert fault in str(caught.value)


def test_two_printers_of_one_kiosk() -> None:
    """A kiosk has one printer: which of two would print a ticket?"""
    with pytest.raises(BadPrinter, match="kiosk 1 has a printer already"):
        printers_at(["1=tcp://one", "1=tcp://two"], KIOSKS)
