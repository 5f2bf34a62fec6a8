"""``urut tv``: the hall in a terminal, for whoever has no browser at hand."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.align import Align
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from displays.follower import Follower, Frame
from server.web.i18n import FIRST, Catalogues

Call = dict[str, Any]
Say = Callable[[str], str]

REFRESH_S = 1.0
STALE_S = 25
FRESH_MS = 60_000
"""Older calls are not announced: a terminal that was away shows them, and keeps quiet."""
RECENT_MAX = 5
ROWS_AROUND = 9
"""Lines of a terminal that clock, newest call, headings, last calls and age take."""
TICKET, CALLED, SIGN = "bold #1b160c on #fdf3dc", "bold #1a1200 on #ffb000", "bold #62bdf0"
SOFT, STALE = "grey70", "bold white on #a33a12"


async def watch(home: str, screen: str = "", *, lang: str = FIRST, console: Console | None = None) -> None:
    """Show the hall, or one screen of it, of the bazaar at ``home`` (``http://host/mayangan``) until cancelled.

    Where the output is no terminal each call is told as one line of text.

    Raises:
        NotServed: there is no such bazaar or screen.
    """
    hall = Hall(console or Console(), Catalogues().of(lang).gettext)
    follower = Follower(home, [f"hall/{screen}" if screen else "hall"], lambda frame: hall.take(frame, follower.now_ms))
    if hall.console.is_terminal:
        await _paint(hall, follower)
    else:
        await follower.run()


async def _paint(hall: "Hall", follower: Follower) -> None:
    """Follow, and paint the newest view once a second, so that its age is always true."""
    following = asyncio.create_task(follower.run())
    try:
        with Live(console=hall.console, screen=True, auto_refresh=False) as live:
            while not following.done():
                await asyncio.wait([following], timeout=REFRESH_S)
                live.update(hall.picture(follower.now_ms, follower.age_s, follower.mark), refresh=True)
        await following
    finally:
        following.cancel()


class Hall:
    """The newest view of the hall, and which of its calls have been told. Times are the hub's, Unix ms."""

    def __init__(self, console: Console, say: Say) -> None:
        self.console = console
        self._say = say
        self._view: dict[str, Any] | None = None
        self._told: dict[int, int] = {}

    def take(self, frame: Frame, now_ms: float) -> None:
        """A newer frame: tell its fresh calls and recalls, each once, in the order of the log."""
        self._view = frame["view"]
        calls = sorted(frame["view"]["recent"], key=lambda call: int(call["call_offset"]))
        for call in calls:
            if call["calls"] > self._told.get(call["call_offset"], 0) and now_ms - call["at"] <= FRESH_MS:
                self._tell(call)
        self._told = {call["call_offset"]: call["calls"] for call in calls}

    def _tell(self, call: Call) -> None:
        if self.console.is_terminal:
            self.console.bell()
        else:
            self.console.print(f"{self._clock(call['at'])}  {call['label']} → {self._say('Counter')} {call['counter']}")

    def picture(self, now_ms: float, age_s: float, mark: str) -> RenderableType:
        """Everything on one screen: the newest call, the counters, the last calls, the clock and the age of all this."""
        if self._view is None:
            return Align.center(self._say("Please wait"), vertical="middle")
        recent = self._view["recent"]
        parts: list[RenderableType] = [self._head(now_ms)]
        if recent and now_ms - recent[0]["at"] <= FRESH_MS:
            parts.append(self._newest(recent[0]))
        parts += [
            self._counters(self._view["counters"]),
            Padding(self._last_calls(recent[:RECENT_MAX]), (1, 0, 0, 0)),
            self._foot(age_s, mark),
        ]
        return Group(*parts)

    def _head(self, now_ms: float) -> RenderableType:
        return Align.right(Text(self._clock(now_ms), style="bold"))

    def _newest(self, call: Call) -> RenderableType:
        sentence = Text.assemble(
            (f" {call['label']} ", CALLED), f"  {self._say('Please go to')} {self._say('Counter')} ", (str(call["counter"]), SIGN)
        )
        return Panel(Align.center(sentence), border_style="#ffb000")

    def _counters(self, posts: list[dict[str, Any]]) -> RenderableType:
        """The counters in as many columns as the terminal's height needs."""
        rows = max(1, self.console.height - ROWS_AROUND)
        grid = Table.grid(expand=True)
        for _ in range(0, len(posts), rows):
            grid.add_column(ratio=1)
        grid.add_row(*(self._column(posts[first : first + rows]) for first in range(0, len(posts), rows)))
        return grid

    def _column(self, posts: list[dict[str, Any]]) -> Table:
        table = Table(expand=True, box=None, header_style=SOFT, padding=(0, 1))
        table.add_column(self._say("Counter"), justify="right", style=SIGN)
        table.add_column(self._say("Agency"), no_wrap=True, ratio=1)
        table.add_column(self._say("Number"), no_wrap=True)
        for post in posts:
            badge = (f" {post['label']} ", TICKET) if post["label"] else ("", "")
            table.add_row(str(post["counter"]), post["agency"], Text.assemble(badge, (f" {self._state(post)}", SOFT)))
        return table

    def _state(self, post: dict[str, Any]) -> str:
        words = {"open": "" if post["label"] else self._say("Ready"), "paused": self._say("Paused"), "closed": self._say("Closed")}
        return ": ".join(filter(None, (words[post["state"]], post["reason"])))

    def _last_calls(self, recent: list[Call]) -> Text:
        calls = (f"{call['label']} → {call['counter']}" for call in recent)
        return Text.assemble((f"{self._say('Last calls')}  ", SOFT), "   ".join(calls))

    def _foot(self, age_s: float, mark: str) -> Text:
        stale = age_s >= STALE_S
        words = "Data from %(n)s s ago. Reconnecting …" if stale else "data %(n)s s old"
        return Text.assemble((self._say(words) % {"n": int(age_s)}, STALE if stale else SOFT), (f"  {mark}", SOFT))

    def _clock(self, at_ms: float) -> str:
        zone = self._view["clock"]["timezone"] if self._view else "UTC"
        return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone)).strftime("%H.%M")
