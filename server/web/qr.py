"""QR codes as SVG, for pages and as pictures of their own."""

from io import BytesIO

import segno
from markupsafe import Markup

ON_SCREEN, ON_PAPER = 2, 4
"""The quiet zone that cameras need around a code: on a screen the page is quiet too, paper is cut and folded."""
_ERROR_CORRECTION = "m"
_PAPER = "#fff"


def inline_qr(text: str, *, border: int = ON_SCREEN) -> Markup:
    """An SVG element on white, sized by whoever shows it; ``border`` is the quiet zone around the code, in modules."""
    svg = segno.make(text, error=_ERROR_CORRECTION).svg_inline(border=border, light=_PAPER, omitsize=True)
    return Markup(svg)  # noqa: S704  # segno's own markup


def qr_picture(text: str) -> bytes:
    """An SVG file, black on white."""
    picture = BytesIO()
    segno.make(text, error=_ERROR_CORRECTION).save(picture, kind="svg", border=ON_SCREEN, scale=8, light=_PAPER)
    return picture.getvalue()
