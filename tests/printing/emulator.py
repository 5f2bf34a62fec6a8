"""A receipt printer on a TCP port: takes our part of ESC/POS, answers status bytes, has faults, and renders what came out of it.

Its papers are what people would hold in their hands: one picture and the text on it for each cut, and what came out before a fault as a
torn piece. Paper that runs out in a ticket stops it there: what it was given stays in its memory until there is paper again.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from PIL import Image

from server.printing.slip import Paper
from tests.printing.paper import Sheet

STATUS, DRAWER = 0b0001_0010, 0b0000_0100
OFFLINE, COVER, PAPER_END = 0b0000_1000, 0b0000_0100, 0b0010_0000
ROLL_LOW, ROLL_OUT = 0b0000_1100, 0b0110_0000
LENGTHS = {b"\x1b@": 0, b"\x1ba": 1, b"\x1bE": 1, b"\x1bd": 1, b"\x1d!": 1, b"\x1dV": 1, b"\x1dr": 1}
"""Commands and how many bytes follow them."""
RASTER = b"\x1dv0"


class NoCommand(AssertionError):
    """Bytes that a printer would take for something else than we mean."""


@dataclass(slots=True)
class Emulator:
    """The printer. Set its faults while it runs; ``rows_left`` counts dot rows until the roll is at its end.

    ``answers_done`` is false for a cheap one that knows no ``GS r``; ``hangs_up_after`` closes the connection when that many bytes came.
    """

    paper: Paper = Paper.WIDE
    port: int = 0
    rows_left: int | None = None
    paper_low: bool = False
    cover_open: bool = False
    offline: bool = False
    stalls: bool = False
    answers_done: bool = True
    hangs_up_after: int | None = None
    papers: list[Sheet] = field(default_factory=list)
    came_out: asyncio.Event = field(default_factory=asyncio.Event)
    connections: int = 0
    _memory: bytes = b""
    _sheet: Sheet | None = None
    _server: asyncio.Server | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def address(self) -> str:
        """As it is written for `--printer`, without the kiosk."""
        return f"tcp://127.0.0.1:{self.port}?paper={int(self.paper)}"

    async def switch_on(self) -> None:
        """Listen, where it listened before if it did."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def switch_off(self) -> None:
        """As when the plug is pulled: what was in its memory is gone, a begun ticket is a torn piece of paper."""
        assert self._server is not None
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await self._server.wait_closed()
        self._memory = b""
        self._tear()

    async def load(self, rows: int | None = None) -> None:
        """Put a new roll in; what waits in the memory goes on."""
        self.rows_left = rows
        await self._print()

    async def has_printed(self, count: int) -> list[Sheet]:
        """Wait until so many papers came out, and give them."""
        async with asyncio.timeout(120), self._news:
            await self._news.wait_for(lambda: len(self.papers) >= count)
        return self.papers

    # Talking

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self.connections += 1
        came = 0
        with suppress(ConnectionError, asyncio.CancelledError):
            while data := await reader.read(1024):
                came += len(data)
                if self.hangs_up_after is not None and came >= self.hangs_up_after:
                    break
                await self._take(data, writer)
        self._writers.discard(writer)
        writer.transport.abort()

    async def _take(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        """Questions in real time are answered at once, wherever they stand; the rest goes into the memory."""
        if self.stalls:
            return
        while (at := data.find(b"\x10\x04")) >= 0 and at + 2 < len(data):
            writer.write(bytes([self._status(data[at + 2])]))
            data = data[:at] + data[at + 3 :]
        self._memory += data
        answers = await self._print()
        if self.answers_done:
            writer.write(bytes(answers))

    def _status(self, what: int) -> int:
        out = self.rows_left == 0
        if what == 1:
            return STATUS | DRAWER | (OFFLINE if out or self.cover_open or self.offline else 0)
        if what == 2:
            return STATUS | (COVER if self.cover_open else 0) | (PAPER_END if out else 0)
        if what == 4:
            return STATUS | (ROLL_LOW if self.paper_low or out else 0) | (ROLL_OUT if out else 0)
        raise NoCommand(f"DLE EOT {what}")

    # Printing

    async def _print(self) -> list[int]:
        """Carry out what is whole in the memory, as long as it can print; a zero byte for each ``GS r`` on the way."""
        answers = []
        while self.rows_left != 0 and not self.cover_open and not self.offline:
            command = _first(self._memory)
            if command is None:
                break
            self._memory = self._memory[len(command) :]
            if command[:2] == b"\x1dr":
                answers.append(0)
            else:
                self._carry_out(command)
        async with self._news:
            self._news.notify_all()
        return answers

    def _carry_out(self, command: bytes) -> None:
        if self._sheet is None:
            self._sheet = Sheet(self.paper)
        before = self._sheet.height
        self._sheet.take(command)
        if self.rows_left is not None:
            self.rows_left = max(0, self.rows_left - (self._sheet.height - before))
        if command[:2] == b"\x1dV":
            self._sheet.is_cut = True
            self._tear()

    def _tear(self) -> None:
        if self._sheet is not None and self._sheet.height:
            self.papers.append(self._sheet)
        self._sheet = None


def _first(memory: bytes) -> bytes | None:
    """The first command or line of text in the memory, None while it is not whole."""
    if memory[:3] == RASTER[: len(memory[:3])] and memory:
        if len(memory) < 8:
            return None
        whole = 8 + int.from_bytes(memory[4:6], "little") * int.from_bytes(memory[6:8], "little")
        return memory[:whole] if len(memory) >= whole else None
    if memory[:1] in (b"\x1b", b"\x1d"):
        if len(memory) < 2:
            return None
        if memory[:2] not in LENGTHS:
            raise NoCommand(memory[:3].hex())
        whole = 2 + LENGTHS[memory[:2]]
        return memory[:whole] if len(memory) >= whole else None
    line, feed, _ = memory.partition(b"\n")
    return line + feed if feed else None


@asynccontextmanager
async def emulator(paper: Paper = Paper.WIDE) -> AsyncIterator[Emulator]:
    """A printer that is switched on, until the context ends."""
    printer = Emulator(paper=paper)
    await printer.switch_on()
    try:
        yield printer
    finally:
        await printer.switch_off()


def picture_of(ticket: bytes, paper: Paper) -> Image.Image:
    """What a ticket's bytes look like."""
    return sheet_of(ticket, paper).picture()


def sheet_of(ticket: bytes, paper: Paper) -> Sheet:
    """The paper that a ticket's bytes make."""
    sheet = Sheet(paper)
    while (command := _first(ticket)) is not None:
        sheet.take(command)
        ticket = ticket[len(command) :]
    assert b"" == ticket, "something is left that is no whole command"
    return sheet
