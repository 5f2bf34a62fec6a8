"""A hall TV through hours of calls, cards and slides on a clock that runs fast, and what it holds in memory afterwards."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Page

from server.cli.equipment import Equipment
from server.core.values import CounterNumber
from tests.browser.hands import CONNECTED
from tests.scenarios import CONFIG, START_MS
from tests.serving import Served, serving

CALL_EVERY_MS = 30_000
WARM_CALLS = 60
"""What a browser keeps of any page is there by then."""
HOUR_MS = 3_600_000
DOT = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
SEES = "(offset) => Number(document.querySelector('[data-mark]').textContent.slice(1).split(' ')[0]) >= offset"


@dataclass(frozen=True, slots=True)
class Held:
    """What a page holds after all that is thrown away was collected: JavaScript's heap in bytes, nodes and listeners."""

    heap_bytes: int
    nodes: int
    listeners: int


@dataclass(slots=True)
class Day:
    """A bazaar, a TV that shows it, and one clock for both."""

    served: Served
    page: Page
    clock_ms: list[int]
    calls: int = 0

    async def call(self) -> None:
        """Somebody comes, is called, and the time until the next call passes on TV and hub alike."""
        counter = 1 + self.calls % 2
        self.calls += 1
        await self.served.submit("issue", services=["ktp"])
        seen = self.served.room.bazaar.counters[CounterNumber(counter)].serving
        await self.served.submit("next", counter=counter, seen=seen)
        if self.calls % 20 == 0:
            await self.served.submit("announce", text=f"Pengumuman {self.calls}", scope="bazaar", minutes=3, urgent=self.calls % 40 == 0)
        await self.page.wait_for_function(SEES, arg=self.served.room.offset)
        await self.page.clock.run_for(CALL_EVERY_MS)
        self.clock_ms[0] += CALL_EVERY_MS

    async def held(self) -> Held:
        """What the page holds now."""
        devtools = await self.page.context.new_cdp_session(self.page)
        await devtools.send("Performance.enable")
        for _ in range(3):
            await devtools.send("HeapProfiler.collectGarbage")
        answer = await devtools.send("Performance.getMetrics")
        await devtools.detach()
        figures = {metric["name"]: int(metric["value"]) for metric in answer["metrics"]}
        return Held(figures["JSHeapUsedSize"], figures["Nodes"], figures["JSEventListeners"])


@asynccontextmanager
async def day_of(page: Page, folder: Path) -> AsyncIterator[Day]:
    """A TV that has shown its first calls, with two slides in ``folder``."""
    for name in ("a.png", "b.png"):
        (folder / name).write_bytes(DOT)
    clock_ms = [START_MS]
    async with serving(config=CONFIG, equipment=Equipment(slides=folder), clock=lambda: clock_ms[0]) as served:
        for number in (1, 2):
            await served.submit("open_counter", counter=number)
        await page.clock.install()
        await page.goto(f"{served.home}/tv/utama")
        await page.wait_for_selector(CONNECTED)
        day = Day(served, page, clock_ms)
        for _ in range(WARM_CALLS):
            await day.call()
        yield day
