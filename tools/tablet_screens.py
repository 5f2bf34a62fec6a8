"""Takes the pictures of docs/screens/tablet-*: an officer's tablet state by state, lying, standing, and on a phone as a stopgap.

`make screens` runs it after the others; it takes a minute. Nobody is simulated here: every state is brought about on purpose.
"""

import asyncio
import os
from dataclasses import dataclass

from playwright.async_api import Browser, Page, async_playwright

from server.core.values import CounterNumber
from server.store.plan_file import read_plan
from server.web.keys import ROOT
from tests.scenarios import START_MS
from tests.serving import Served, serving

FOLDER = ROOT / "docs" / "screens"
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--mute-audio")
SIZES = {"lying": (1280, 800), "standing": (800, 1280), "phone": (390, 844)}
READY = "body[data-ready][data-connected]"
SHEETS = ("transfer", "aside", "pause", "takeover", "more")
COUNTER, POLICE = CounterNumber(1), CounterNumber(5)
MINUTE_MS = 60_000
OLD_MS = 130_000
LATE_MS = 10_000


class Clock:
    """The evening's clock, moved by hand."""

    ms = START_MS

    def __call__(self) -> int:
        """Unix ms."""
        return self.ms

    def go_on(self, minutes: float) -> None:
        """So much later."""
        self.ms += int(minutes * MINUTE_MS)


@dataclass(frozen=True, slots=True)
class Scene:
    """The sample bazaar at work, and the browser that photographs it."""

    served: Served
    clock: Clock
    browser: Browser

    async def people(self) -> None:
        """Some come, are served, held, called in vain, and one is back again; the police officer has somebody who waits here too."""
        for number in (COUNTER, CounterNumber(2), POLICE):
            await self.served.submit("open_counter", counter=number)
        for place in range(13):
            errands = ["ktp"] if place % 3 else ["kia", "skck-baru"]
            await self.served.submit("issue", services=errands, representing=place == 7)
            self.clock.go_on(0.7)
        for order in ("finish", "finish", "hold", "absent", "hold", "absent", "finish"):
            await self.call()
            self.clock.go_on(4)
            if order == "absent":
                await self.order("recall")
                self.clock.go_on(1)
            await self.order(order)
        await self.served.submit("return", ticket="A-004")
        await self.served.submit("next", counter=POLICE, seen=None)
        await self.call()
        self.clock.go_on(0.1)

    async def call(self) -> None:
        """The counter calls the next person."""
        await self.served.submit("next", counter=COUNTER, seen=self.served.room.bazaar.counters[COUNTER].serving)

    async def order(self, do: str) -> None:
        """Something happens to whoever is at the counter."""
        await self.served.submit(do, counter=COUNTER, ticket=self.served.room.bazaar.counters[COUNTER].serving)

    async def open(self, size: str) -> Page:
        """The counter's tablet in this size; its own time can be made to go faster."""
        width, height = SIZES[size]
        context = await self.browser.new_context(viewport={"width": width, "height": height}, has_touch=True, timezone_id="Asia/Jakarta")
        page = await context.new_page()
        await page.clock.install()
        await page.goto(f"{self.served.home}/pair/{self.served.keys.counters[COUNTER]}")
        await page.wait_for_selector(READY)
        return page


async def take(page: Page, name: str) -> None:
    """Photograph what is in sight."""
    await page.screenshot(path=FOLDER / f"tablet-{name}.png", animations="disabled")
    print(f"tablet-{name}")


async def sheets(page: Page, prefix: str) -> None:
    """Each of the sheets, opened."""
    for sheet in SHEETS:
        async with page.expect_response("**/views/*") if sheet in ("transfer", "takeover") else asyncio.timeout(None):
            await page.tap(f"[data-sheet={sheet}] > summary")
        if sheet == "transfer":
            await page.fill("[data-filter=services]", "surat pindah")
        await take(page, f"{prefix}{sheet}")
        await page.tap(f"[data-sheet={sheet}] [data-close]")


async def without_a_network(page: Page, prefix: str) -> None:
    """A recall that waits, then one that is so old that it asks."""
    await page.context.set_offline(True)
    await page.tap("[data-command=recall] button")
    await page.clock.run_for(LATE_MS)
    await page.wait_for_selector("[data-press]")
    await take(page, f"{prefix}kept")
    await page.clock.run_for(OLD_MS)
    await page.wait_for_selector("[data-press][data-kind=asked]")
    await take(page, f"{prefix}asked")


async def main() -> None:
    """All pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    plan, clock = read_plan(ROOT / "bazaars" / "mayangan.toml"), Clock()
    async with serving(config=plan.as_config(), clock=clock) as served, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=ARGUMENTS)
        scene = Scene(served, clock, browser)
        await scene.people()
        for size, prefix in (("lying", ""), ("standing", "standing-"), ("phone", "phone-")):
            page = await scene.open(size)
            await take(page, f"{prefix}serving")
            if size != "phone":
                await sheets(page, prefix)
            await without_a_network(page, prefix)
            await page.context.close()
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
