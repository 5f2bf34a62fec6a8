"""A piece of receipt paper as it comes out: its text, and a picture of it with one pixel for each dot."""

from dataclasses import dataclass, field

import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from server.printing.slip import Paper

LETTER_WIDTH, LETTER_HEIGHT, LINE_HEIGHT = 12, 24, 30
"""In dots, as the usual letter of a receipt printer."""
MARGIN = 24


@dataclass(slots=True)
class Sheet:
    """One paper, which grows with each command. ``too_wide`` holds lines that a printer would have broken by itself."""

    paper: Paper
    text: list[str] = field(default_factory=list)
    too_wide: list[str] = field(default_factory=list)
    pictures: list[Image.Image] = field(default_factory=list)
    fed_lines: int = 0
    is_cut: bool = False
    height: int = 0
    _drawn: list[tuple[int, int, Image.Image]] = field(default_factory=list)
    _size: tuple[int, int] = (1, 1)
    _bold: bool = False
    _middle: bool = False

    def take(self, command: bytes) -> None:
        """Carry out one command, or print one line of text."""
        head = command[:2]
        if command[:3] == b"\x1dv0":
            self._take_picture(command)
        elif head == b"\x1b@":
            self._size, self._bold, self._middle = (1, 1), False, False
        elif head == b"\x1ba":
            self._middle = command[2] == 1
        elif head == b"\x1bE":
            self._bold = command[2] == 1
        elif head == b"\x1d!":
            self._size = (command[2] >> 4) + 1, (command[2] & 15) + 1
        elif head == b"\x1bd":
            self.fed_lines += command[2]
            self.height += command[2] * LINE_HEIGHT
        elif head != b"\x1dV":
            self._take_line(command.decode("ascii").rstrip("\n"))

    def _take_line(self, line: str) -> None:
        (wide, high), top = self._size, self.height
        self.height += LINE_HEIGHT + LETTER_HEIGHT * (high - 1)
        if not line:
            return
        self.text.append(line)
        self.fed_lines = 0
        width = len(line) * LETTER_WIDTH * wide
        if width > self.paper.dots:
            self.too_wide.append(line)
        drawn = Image.new("L", (len(line) * LETTER_WIDTH, LETTER_HEIGHT), 255)
        pen = ImageDraw.Draw(drawn)
        for place, letter in enumerate(line):
            pen.text((place * LETTER_WIDTH, 0), letter, fill=0, font=ImageFont.load_default(18), stroke_width=0.4 if self._bold else 0)
        drawn = drawn.resize((width, LETTER_HEIGHT * high), Image.Resampling.NEAREST)
        self._put(drawn, top, (self.paper.dots - width) // 2 if self._middle else 0)

    def _take_picture(self, command: bytes) -> None:
        width, height = int.from_bytes(command[4:6], "little") * 8, int.from_bytes(command[6:8], "little")
        assert width <= self.paper.dots, "a picture wider than the paper"
        picture = Image.frombytes("1", (width, height), command[8:], "raw", "1;I").convert("L")
        self.pictures.append(picture)
        self._put(picture, self.height, 0)
        self.height += height

    def _put(self, drawn: Image.Image, top: int, left: int) -> None:
        self._drawn.append((top, left, drawn))

    def picture(self) -> Image.Image:
        """All of it, with the paper beside what can be printed on."""
        whole = Image.new("L", (self.paper.dots + 2 * MARGIN, self.height + MARGIN), 255)
        for top, left, drawn in self._drawn:
            whole.paste(drawn, (MARGIN + left, MARGIN + top))
        return whole

    def qr_text(self) -> str:
        """What a phone's camera reads from it."""
        picture = self.picture()
        grey = memoryview(picture.tobytes()).cast("B", shape=[picture.height, picture.width])
        (code,) = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
        return str(code.text)
