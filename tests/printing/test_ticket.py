"""A ticket on paper of both widths: what stands on it, how large, and that its code leads to the visit's page."""

from dataclasses import replace

import pytest

from server.printing.glyphs import large
from server.printing.slip import Paper
from server.printing.ticket import DOTS_PER_MM, FEED_LINES, folded, printed
from tests.printing.emulator import sheet_of
from tests.printing.samples import slip

BOTH = pytest.mark.parametrize("paper", list(Paper), ids=lambda paper: f"{int(paper)} mm")
ALL_LETTERS = ("ABCDEFGH", "IJKLMNOP", "QRSTUVWX", "YZ-01234", "56789")


@BOTH
def test_what_stands_on_it(paper: Paper) -> None:
    """Bazaar, agency, services, time, people ahead, wait, what the code is for and that it is free: all words, none broken."""
    sheet, ticket = sheet_of(printed(slip(), paper, copy=False), paper), slip()
    words = [ticket.bazaar, ticket.agency, *ticket.services, *ticket.facts, ticket.follow, ticket.free]
    assert " ".join(folded(text) for text in words) == " ".join(sheet.text)
    assert [] == sheet.too_wide


@BOTH
def test_the_code_is_read_from_the_picture(paper: Paper) -> None:
    """A camera reads the visit's address from the rendered ticket."""
    assert slip().link == sheet_of(printed(slip(), paper, copy=False), paper).qr_text()


@BOTH
@pytest.mark.parametrize("label", ["A-012", "AP-012", "KTPAP-1234"])
def test_the_label_is_large(paper: Paper, label: str) -> None:
    """The number is at least 20 mm high and no wider than the paper, however long it is."""
    picture = sheet_of(printed(slip(label), paper, copy=False), paper).pictures[0]
    left, top, right, bottom = picture.point(lambda dot: 255 - dot).getbbox() or (0, 0, 0, 0)
    assert bottom - top >= 20 * DOTS_PER_MM
    assert paper.dots * 3 // 4 <= right - left <= paper.dots


def test_letters_are_told_apart() -> None:
    """No two letters or digits of a label look alike."""
    drawn = [str(large(letter, width_max=100, height=168)) for letters in ALL_LETTERS for letter in letters]
    assert len(drawn) == len(set(drawn))


@BOTH
def test_lane_and_copy(paper: Paper) -> None:
    """A priority ticket says so, a copy says so; others say neither."""
    plain = sheet_of(printed(slip(), paper, copy=False), paper)
    marked = sheet_of(printed(slip(lane="PRIORITAS"), paper, copy=True), paper)
    assert {"PRIORITAS", "SALINAN"} == set(marked.text) - set(plain.text)


@BOTH
def test_it_is_fed_and_cut(paper: Paper) -> None:
    """After the last word there are at least four lines of paper before the cut, or the knife would go through the words."""
    ticket = printed(slip(), paper, copy=False)
    sheet = sheet_of(ticket, paper)
    assert FEED_LINES == sheet.fed_lines >= 4
    assert ticket.endswith(b"\x1dV\x01")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Èyatorè ngantos è loket", "Eyatore ngantos e loket"),
        ("dhuwâ' sèttong°", "dhuwa' settong"),
        ("± 20\N{EN DASH}30 · gratis", "+/- 20-30 - gratis"),
        ("\N{LEFT DOUBLE QUOTATION MARK}Jum\N{RIGHT SINGLE QUOTATION MARK}at\N{RIGHT DOUBLE QUOTATION MARK}", '"Jum\'at"'),
        ("\N{NO-BREAK SPACE}①x²", " 1x2"),
        ("漢", "?"),
    ],
)
def test_letters_that_printers_lack(text: str, said: str) -> None:
    """Marks fall off their letters, signs are written out, and what has no like is a question mark."""
    assert said == folded(text)


def test_words_are_no_commands() -> None:
    """What stands in the bazaar file cannot open the drawer, cut the paper or switch the printer's settings."""
    evil = replace(slip(), agency="A\x1bp\x00\x19\x19B\x10\x14\x01", services=("x\x1dV\x00",))
    sheet = sheet_of(printed(evil, Paper.WIDE, copy=False), Paper.WIDE)
    assert "A?p???B???" in sheet.text
    assert "x V?" in sheet.text
