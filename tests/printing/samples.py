"""A ticket and a printer for the tests."""

from functools import partial

from server.printing.links import NetworkLink
from server.printing.printer import Patience, Printer
from server.printing.slip import Slip
from tests.printing.emulator import Emulator

HASTE = Patience(answer_s=30, take_s=30, done_s=0.3)
"""With a printer that answers, however slow the machine is. Whether a ticket is out it may never say; then it is asked how it is."""
SILENCE = Patience(answer_s=0.3, take_s=0.3, done_s=0.3)
"""With a printer that says nothing at all, for ever."""


def slip(label: str = "A-012", lane: str = "") -> Slip:
    """A ticket in Indonesian with some letters that no printer has."""
    return Slip(
        bazaar="Bazar Pelayanan Kecamatan Mayangan",
        agency="Dinas Kependudukan dan Pencatatan Sipil",
        label=label,
        lane=lane,
        services=("Perekaman dan KTP-el baru", "Kartu Keluarga: perubahan data"),
        facts=(
            "4 Desember 2026, 17.05",
            "Orang di depan Anda: 12",
            "Perkiraan tunggu: ± 20\N{EN DASH}30 mnt",
            "Èyatorè ngantos è kasebbhut",
        ),
        link="http://192.0.2.10:8000/mayangan/visit/vAbCdEfGhIjKlMnOp.abcdefghijklmnopqrstuvwx",
        follow="Ikuti giliran Anda di HP: arahkan kamera ke kode ini.",
        free="Gratis. Jangan beri uang kepada siapa pun.",
        copy="SALINAN",
    )


def printer_at(emulator: Emulator, *, answers: bool = True, patience: Patience = HASTE) -> Printer:
    """The printer as urut sees it."""
    way = partial(NetworkLink.open, "127.0.0.1", emulator.port)
    return Printer(name="the emulator", paper=emulator.paper, open=way, answers=answers, patience=patience)
