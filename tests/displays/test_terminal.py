"""``urut tv``: the hall in a terminal, over a real hub and a real socket."""

import asyncio
import io
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from rich.console import Console

from displays import hall as hall_view
from displays.follower import Frame, NotServed
from displays.terminal import Hall, watch
from server.core import events as happened
from server.core.values import CounterNumber, Label
from tests.scenarios import START_MS, Story, called, given, issued, opened
from tests.serving import Served, serving

SECOND = 1000
RECALLED = happened.TicketRecalled(ticket=Label("A-001"), counter=CounterNumber(1))


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    """The bazaar of the stories, one person waiting, counter 1 open."""
    async with serving() as bazaar:
        await bazaar.submit("open_counter", counter=1)
        await bazaar.submit("issue", services=["ktp"])
        yield bazaar


class _Lines(io.StringIO):
    """Text that can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.written = asyncio.Event()

    def write(self, text: str) -> int:
        self.written.set()
        return super().write(text)


def _console() -> Console:
    return Console(file=io.StringIO(), width=100, height=30)


def _text(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def _frame(story: Story) -> Frame:
    view = hall_view.view(story.bazaar, "")
    return {"channel": "hall", "epoch": "e", "offset": story.bazaar.offset, "at": story.now_ms, "head": "00000000", "view": view}


# What it shows


def test_picture() -> None:
    """The picture has who is at which counter, the state of the others, the clock of the place, and the age."""
    console, story = _console(), given(*opened(1, 2), issued("A", 1), called("A-001", 1))
    hall = Hall(console, str)
    hall.take(_frame(story), START_MS)
    console.print(hall.picture(START_MS, 3, "#5 abcdef01"))
    for words in ("16.00", "A-001", "Please go to Counter 1", "dukcapil", "Ready", "Closed", "data 3 s old", "#5 abcdef01"):
        assert words in _text(console)


def test_picture_stale() -> None:
    """Data without news for 25 s is said to be old."""
    console = _console()
    hall = Hall(console, str)
    hall.take(_frame(given()), START_MS)
    console.print(hall.picture(START_MS, 40, ""))
    assert "Data from 40 s ago" in _text(console)


def test_calls_told_once() -> None:
    """A call is told once, its recall once more, in the order of the log."""
    console, story = _console(), given(*opened(1, 2), issued("A", 1), issued("A", 2), called("A-001", 1), called("A-002", 2))
    hall = Hall(console, str)
    hall.take(_frame(story), START_MS)
    hall.take(_frame(story), START_MS)
    hall.take(_frame(story.given(RECALLED)), START_MS)
    assert ["A-001", "A-002", "A-001"] == [line.split()[1] for line in _text(console).splitlines()]


def test_old_call_not_told() -> None:
    """A call of more than a minute ago is not told by a terminal that was away."""
    console = _console()
    Hall(console, str).take(_frame(given(*opened(1), issued("A", 1), called("A-001", 1))), START_MS + 61 * SECOND)
    assert "" == _text(console)


# How it follows


async def test_watch_call(served: Served) -> None:
    """A press at a counter is told by a terminal that watches, and so is the recall."""
    lines = _Lines()
    await served.submit("next", counter=1, seen=None)
    watching = asyncio.create_task(watch(served.home, console=Console(file=lines)))
    async with asyncio.timeout(30):
        await lines.written.wait()
        lines.written.clear()
        await served.submit("recall", counter=1, ticket="A-001")
        await lines.written.wait()
    watching.cancel()
    assert ["A-001 → Loket 1"] * 2 == [line.split("  ")[1] for line in lines.getvalue().splitlines()]


async def test_watch_unknown_screen(served: Served) -> None:
    """A screen that the bazaar does not have ends the watching with a reason."""
    with pytest.raises(NotServed, match="404"):
        await watch(served.home, "timur", console=_console())
