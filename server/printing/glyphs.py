"""The label in large: its letters drawn as dots, because a printer's own letters end at 17 mm and a ticket is read from afar.

Letters are 5 dots wide and 7 high, doubled three times by Scale2x (which rounds corners instead of copying steps), then stretched.
The letter O has corners, for a round one is the digit.
"""

from collections.abc import Sequence
from functools import cache

Picture = Sequence[str]
"""Rows of dots, "1" where black; all rows are equally long."""

DOUBLINGS = 3
_ROWS = 7
_LETTERS = {
    "-": "..... ..... ..... ##### ..... ..... .....",
    "0": ".###. #...# #...# #...# #...# #...# .###.",
    "1": "..#.. .##.. #.#.. ..#.. ..#.. ..#.. #####",
    "2": ".###. #...# ....# ...#. ..#.. .#... #####",
    "3": ".###. #...# ....# ..##. ....# #...# .###.",
    "4": "...#. ..##. .#.#. #..#. ##### ...#. ...#.",
    "5": "##### #.... ####. ....# ....# #...# .###.",
    "6": ".###. #.... #.... ####. #...# #...# .###.",
    "7": "##### ....# ...#. ..#.. ..#.. ..#.. ..#..",
    "8": ".###. #...# #...# .###. #...# #...# .###.",
    "9": ".###. #...# #...# .#### ....# ....# .###.",
    "A": ".###. #...# #...# ##### #...# #...# #...#",
    "B": "####. #...# #...# ####. #...# #...# ####.",
    "C": ".###. #...# #.... #.... #.... #...# .###.",
    "D": "####. #...# #...# #...# #...# #...# ####.",
    "E": "##### #.... #.... ####. #.... #.... #####",
    "F": "##### #.... #.... ####. #.... #.... #....",
    "G": ".###. #...# #.... #.### #...# #...# .###.",
    "H": "#...# #...# #...# ##### #...# #...# #...#",
    "I": ".###. ..#.. ..#.. ..#.. ..#.. ..#.. .###.",
    "J": "..### ...#. ...#. ...#. ...#. #..#. .##..",
    "K": "#...# #..#. #.#.. ##... #.#.. #..#. #...#",
    "L": "#.... #.... #.... #.... #.... #.... #####",
    "M": "#...# ##.## #.#.# #.#.# #...# #...# #...#",
    "N": "#...# ##..# ##..# #.#.# #..## #..## #...#",
    "O": "##### #...# #...# #...# #...# #...# #####",
    "P": "####. #...# #...# ####. #.... #.... #....",
    "Q": ".###. #...# #...# #...# #.#.# #..#. .##.#",
    "R": "####. #...# #...# ####. #.#.. #..#. #...#",
    "S": ".#### #.... #.... .###. ....# ....# ####.",
    "T": "##### ..#.. ..#.. ..#.. ..#.. ..#.. ..#..",
    "U": "#...# #...# #...# #...# #...# #...# .###.",
    "V": "#...# #...# #...# #...# #...# .#.#. ..#..",
    "W": "#...# #...# #...# #.#.# #.#.# ##.## #...#",
    "X": "#...# #...# .#.#. ..#.. .#.#. #...# #...#",
    "Y": "#...# #...# .#.#. ..#.. ..#.. ..#.. ..#..",
    "Z": "##### ....# ...#. ..#.. .#... #.... #####",
}
_UNKNOWN = " ".join(["#####"] * _ROWS)


def large(label: str, *, width_max: int, height: int) -> Picture:
    """The label, ``height`` dots high and as wide as fits, but no wider than it is well shaped."""
    gap = "0" * 2**DOUBLINGS
    drawn = [gap.join(rows) for rows in zip(*map(_rounded, label.upper()), strict=True)]
    natural = len(drawn[0]) * height // len(drawn)
    return _stretched(drawn, min(width_max, natural), height)


@cache
def _rounded(letter: str) -> Picture:
    """One letter, doubled. Beside it is white, so it is the same in each label."""
    drawn: Picture = _LETTERS.get(letter, _UNKNOWN).replace("#", "1").replace(".", "0").split()
    for _ in range(DOUBLINGS):
        drawn = _doubled(drawn)
    return drawn


def _doubled(small: Picture) -> Picture:
    """Twice as wide and high. A corner takes the colour of its two neighbours where these agree and the opposite ones do not."""
    white = "0" * len(small[0])
    framed = [f"0{row}0" for row in (white, *small, white)]
    large: list[str] = []
    for above, row, below in zip(framed, framed[1:], framed[2:], strict=False):
        around = list(zip(row, above[1:], row[1:], below[1:], row[2:], strict=False))[: len(white)]
        large += [
            "".join(_corner(here, up, left, down, right) + _corner(here, up, right, down, left) for left, up, here, down, right in around),
            "".join(_corner(here, down, left, up, right) + _corner(here, down, right, up, left) for left, up, here, down, right in around),
        ]
    return large


def _corner(here: str, beside: str, next_to: str, opposite: str, far: str) -> str:
    """The corner of a dot between its neighbours ``beside`` and ``next_to``, which lie across from ``opposite`` and ``far``."""
    return beside if beside == next_to and beside != opposite and next_to != far else here


def _stretched(picture: Picture, width: int, height: int) -> Picture:
    columns = [x * len(picture[0]) // width for x in range(width)]
    wide = ["".join(row[x] for x in columns) for row in picture]
    return [wide[y * len(wide) // height] for y in range(height)]
