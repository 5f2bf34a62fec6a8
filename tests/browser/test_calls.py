"""calls.js: which call a hall screen shows next."""

from typing import Any

import pytest
from playwright.async_api import Page

from tests.fake_hub import FakeHub

pytestmark = pytest.mark.browser

NOW = 1_000_000
SECOND = 1000
PLAY = """async ({ memory, steps }) => {
    const { CallQueue } = await import("/static/calls.js");
    const queue = new CallQueue(memory);
    const shown = [];
    for (const [verb, argument] of steps) {
        if (verb === "take") queue.take(argument);
        if (verb === "forget") queue.forget(argument);
        if (verb === "show") {
            const call = queue.waiting(argument)[0];
            if (call) queue.markShown(call);
            shown.push(call ? [call.label, call.calls] : null);
        }
    }
    return { shown, memory: queue.memory() };
}"""


def _call(label: str, offset: int, *, counter: int = 1, at: int = NOW, calls: int = 1) -> dict[str, Any]:
    return {"label": label, "counter": counter, "agency": "a", "call_offset": offset, "at": at, "calls": calls}


def _frame(*recent: dict[str, Any], at_counter: tuple[dict[str, Any], ...] = (), epoch: str = "e1") -> dict[str, Any]:
    """A hall frame; ``recent`` newest first."""
    posts = [
        {**{key: call[key] for key in ("label", "counter", "agency", "call_offset", "calls")}, "call_at": call["at"]} for call in at_counter
    ]
    empty = {"label": None, "counter": 99, "agency": "a", "call_offset": None, "calls": 0, "call_at": None}
    return {"epoch": epoch, "view": {"recent": list(recent), "counters": [*posts, empty]}}


class Screen:
    """A screen that takes frames and shows calls, played in the browser at once."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._steps: list[tuple[str, object]] = []

    def take(self, *recent: dict[str, Any], at_counter: tuple[dict[str, Any], ...] = (), epoch: str = "e1") -> "Screen":
        """A frame comes in."""
        self._steps.append(("take", _frame(*recent, at_counter=at_counter, epoch=epoch)))
        return self

    def show(self, times: int = 1, at: int = NOW) -> "Screen":
        """The screen is free so many times."""
        self._steps += [("show", at)] * times
        return self

    def forget(self, at: int) -> "Screen":
        """The screen tidies up."""
        self._steps.append(("forget", at))
        return self

    async def play(self, memory: object = None) -> Any:
        """``{shown, memory}``."""
        return await self._page.evaluate(PLAY, {"memory": memory or {"epoch": "", "shown": []}, "steps": self._steps})

    async def shown(self) -> Any:
        """What it showed, each time that it was free."""
        return (await self.play())["shown"]


@pytest.fixture
async def screen(page: Page, hub: FakeHub) -> Screen:
    """A screen without frames."""
    await page.goto(hub.url)
    return Screen(page)


async def test_order_of_the_log(screen: Screen) -> None:
    """Calls of one moment are shown one after the other, in the order of the log."""
    screen.take(_call("A-002", 8), _call("A-001", 7), at_counter=(_call("B-001", 6, counter=3),)).show(4)
    assert [["B-001", 1], ["A-001", 1], ["A-002", 1], None] == await screen.shown()


async def test_once(screen: Screen) -> None:
    """A call is shown once, however often frames tell of it."""
    screen.take(_call("A-001", 7)).show().take(_call("A-001", 7), at_counter=(_call("A-001", 7),)).show()
    assert [["A-001", 1], None] == await screen.shown()


async def test_recall(screen: Screen) -> None:
    """A recall is shown again."""
    screen.take(_call("A-001", 7)).show().take(_call("A-001", 7, calls=2)).show(2)
    assert [["A-001", 1], ["A-001", 2], None] == await screen.shown()


async def test_recall_of_a_forgotten_call(screen: Screen) -> None:
    """A recall is shown also when the call itself is long forgotten."""
    later = NOW + 300 * SECOND
    screen.take(_call("A-001", 7)).show().forget(later).take(_call("A-001", 7, calls=2, at=later)).show(1, later)
    assert [["A-001", 1], ["A-001", 2]] == await screen.shown()


async def test_fresh(screen: Screen) -> None:
    """A screen that was away shows calls of the last minute and does not shout older ones."""
    screen.take(_call("A-002", 8, at=NOW - 60 * SECOND), _call("A-001", 7, at=NOW - 61 * SECOND)).show(2)
    assert [["A-002", 1], None] == await screen.shown()


async def test_finished_meanwhile(screen: Screen) -> None:
    """A call that the counter has finished meanwhile is still shown."""
    screen.take(_call("A-001", 7), at_counter=(_call("A-001", 7),)).take(_call("A-002", 9), _call("A-001", 7)).show(2)
    assert [["A-001", 1], ["A-002", 1]] == await screen.shown()


async def test_undone(screen: Screen) -> None:
    """An undone call that waits for the screen is not shown: nobody is to go to that counter."""
    screen.take(_call("A-002", 8), _call("A-001", 7)).take(_call("A-002", 8)).show(2)
    assert [["A-002", 1], None] == await screen.shown()


async def test_pushed_out(screen: Screen) -> None:
    """A fresh call is not dropped when ten newer ones push it out of the recent calls."""
    newer = [_call(f"B-{n:03d}", 10 + n) for n in range(10, 0, -1)]
    screen.take(_call("A-001", 7)).take(*newer).show()
    assert [["A-001", 1]] == await screen.shown()


async def test_new_log(screen: Screen) -> None:
    """A log that was begun anew is shown from its beginning."""
    screen.take(_call("A-001", 7)).show().take(_call("A-001", 7), epoch="e2").show()
    assert [["A-001", 1], ["A-001", 1]] == await screen.shown()


async def test_memory(screen: Screen) -> None:
    """What an earlier run of the page has shown is not shown again, and what it had not shown is."""
    played = await screen.take(_call("A-002", 8), _call("A-001", 7)).show(2).play({"epoch": "e1", "shown": [[7, 1]]})
    assert [["A-002", 1], None] == played["shown"]
    assert {"epoch": "e1", "shown": [[7, 1], [8, 1]]} == played["memory"]


async def test_memory_stays_small(screen: Screen) -> None:
    """What can never be shown again is forgotten."""
    played = await screen.take(_call("A-001", 7)).show().forget(NOW + 61 * SECOND).play()
    assert [] == played["memory"]["shown"]
