"""A ticket as the bytes of ESC/POS, the language of receipt printers.

Words go as plain ASCII, for each printer has letters with marks of its own. The label and the QR code go as pictures of the paper's full
width: every printer prints a picture, while many a cheap one has no QR command or another idea of the middle.
"""

import textwrap
import unicodedata
from collections.abc import Iterable

import segno

from server.printing.glyphs import Picture, large
from server.printing.slip import Paper, Slip

DOTS_PER_MM = 8
LABEL_MM = 21
"""What a ticket's number needs to be read by old people, and a little more."""
QR_MM = 32
QR_BORDER = 3
"""The quiet zone, in modules; the paper beside the code is white too."""
FEED_LINES = 5
"""From the print head to the knife."""

_ESC, _GS = b"\x1b", b"\x1d"
_BEGIN = _ESC + b"@"
_MIDDLE = _ESC + b"a\x01"
_BOLD, _LIGHT = _ESC + b"E\x01", _ESC + b"E\x00"
_PLAIN_SIZE, _TALL, _DOUBLE = _GS + b"!\x00", _GS + b"!\x01", _GS + b"!\x11"
_GAP = b"\n"
_FEED = _ESC + b"d" + bytes([FEED_LINES])
_CUT = _GS + b"V\x01"
_WRITTEN_OTHERWISE = str.maketrans(
    {
        "±": "+/-",
        "·": "-",
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
        "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "°": "",
    }
)


def printed(slip: Slip, paper: Paper, *, copy: bool) -> bytes:
    """The ticket from the first dot to the cut. ``copy`` marks one that may have been printed before."""
    wide = paper.columns // 2
    return b"".join(
        (
            _BEGIN + _MIDDLE,
            _lines([slip.bazaar], paper.columns),
            _BOLD + _TALL + _lines([slip.agency], paper.columns),
            _DOUBLE + _lines([slip.copy], wide) if copy else b"",
            _PLAIN_SIZE + _GAP + _picture(large(slip.label, width_max=paper.dots * 19 // 20, height=LABEL_MM * DOTS_PER_MM), paper) + _GAP,
            _DOUBLE + _lines([slip.lane], wide) if slip.lane else b"",
            _TALL + _LIGHT + _lines(slip.services, paper.columns),
            _PLAIN_SIZE + _lines(slip.facts, paper.columns),
            _picture(_qr(slip.link), paper),
            _lines([slip.follow], paper.columns),
            _BOLD + _TALL + _lines([slip.free], paper.columns),
            _LIGHT + _PLAIN_SIZE + _FEED + _CUT,
        )
    )


def folded(text: str) -> str:
    """The text in printable ASCII: marks fall off letters, and what has no like there is a question mark."""
    plain = unicodedata.normalize("NFKD", text.translate(_WRITTEN_OTHERWISE))
    bare = (letter for letter in plain if not unicodedata.combining(letter))
    return "".join(letter if letter.isascii() and letter.isprintable() else " " if letter.isspace() else "?" for letter in bare)


def _lines(texts: Iterable[str], columns: int) -> bytes:
    lines = [line for text in texts for line in textwrap.wrap(folded(text), columns)]
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def _qr(link: str) -> Picture:
    modules = list(segno.make(link, error="m", micro=False).matrix_iter(border=QR_BORDER))
    scale = max(1, QR_MM * DOTS_PER_MM // len(modules))
    rows = ("".join("1" * scale if dark else "0" * scale for dark in row) for row in modules)
    return [row for row in rows for _ in range(scale)]


def _picture(picture: Picture, paper: Paper) -> bytes:
    """The picture in the middle of the paper, eight dots a byte, the first in the highest bit."""
    size = (paper.dots // 8).to_bytes(2, "little") + len(picture).to_bytes(2, "little")
    rows = (int(row.center(paper.dots, "0"), 2).to_bytes(paper.dots // 8) for row in picture)
    return _GS + b"v0\x00" + size + b"".join(rows)
