"""The label in large: its letters drawn as dots, because a printer's own letters end at 17 mm and a ticket is read from afar.

Letters are 5 dots wide and 7 high, doubled three times by Scale2x (which rounds corners instead of copying steps), then stretched.
The letter O has corners, for a round one is the digit.
"""

Picture = list[list[bool]]
"""Rows of dots, black where true; all rows are equally long."""

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
    drawn = _drawn(label)
    for _ in range(DOUBLINGS):
        drawn = _doubled(drawn)
    natural = len(drawn[0]) * height // len(drawn)
    return _stretched(drawn, min(width_max, natural), height)


def _drawn(label: str) -> Picture:
    """The letters side by side, a column between them."""
    letters = [_LETTERS.get(letter, _UNKNOWN).split() for letter in label.upper()]
    return [[dot == "#" for dot in ".".join(letter[row] for letter in letters)] for row in range(_ROWS)]


def _doubled(small: Picture) -> Picture:
    """Twice as wide and high. A corner takes the colour of its two neighbours where these agree and the opposite ones do not."""
    rows, columns = len(small), len(small[0])
    large: Picture = [[False] * (2 * columns) for _ in range(2 * rows)]
    for y in range(rows):
        for x in range(columns):
            here = small[y][x]
            above, below = small[y - 1][x] if y else False, small[y + 1][x] if y + 1 < rows else False
            left, right = small[y][x - 1] if x else False, small[y][x + 1] if x + 1 < columns else False
            smooth = above != below and left != right
            large[2 * y][2 * x] = left if smooth and left == above else here
            large[2 * y][2 * x + 1] = right if smooth and above == right else here
            large[2 * y + 1][2 * x] = left if smooth and left == below else here
            large[2 * y + 1][2 * x + 1] = right if smooth and below == right else here
    return large


def _stretched(picture: Picture, width: int, height: int) -> Picture:
    rows, columns = len(picture), len(picture[0])
    return [[picture[y * rows // height][x * columns // width] for x in range(width)] for y in range(height)]
