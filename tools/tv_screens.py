"""Takes the pictures of docs/screens/tv-*: the hall TV in each of its states.

`make screens` runs it after tools/screens.py; it takes a minute. Nobody is simulated here: every state is brought about on purpose.
"""

import asyncio
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from server.cli.equipment import Equipment
from server.store.plan_file import read_plan
from server.web.keys import ROOT
from tests.serving import Served, serving

FOLDER = ROOT / "docs" / "screens"
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--mute-audio", "--autoplay-policy=no-user-gesture-required")
WIDTH, HEIGHT = 1920, 1080
INTO_THE_EVENING_MS = 5_400_000
FADE_MS = 90_000
"""After this a TV shows no earlier call in large."""
TURN_MS = 9_100
TURNS_MAX = 60
SILENCE_MS = 40_000
NUMBERS_BEFORE = 7
ANNOUNCED = "Musala ada di belakang panggung. Parkir sepeda motor di halaman SDN Mayangan 1."
URGENT = "Listrik tenda B padam sebentar. Mohon tetap di tempat, nomor Anda tetap berlaku."
CARD = "document.querySelector('[data-card]').dataset.card"


@dataclass(slots=True)
class Hall:
    """The sample bazaar at half past five, its TV, and one clock for both."""

    served: Served
    page: Page
    clock_ms: list[int]

    async def passes(self, ms: int) -> None:
        """So much time passes."""
        await self.page.clock.run_for(ms)
        self.clock_ms[0] += ms

    async def turns_to(self, card: str) -> None:
        """The cards turn until this one is there, and the hub has just said something: the TV's time runs faster than its heartbeat."""
        for _ in range(TURNS_MAX):
            await self.submit("pause_counter", counter=3, reason="salat")
            if await self.page.evaluate(CARD) == card:
                return
            await self.passes(TURN_MS)
        raise RuntimeError(f"no card {card} came in {TURNS_MAX} turns")

    async def submit(self, do: str, **fields: Any) -> None:
        """Have something happen, and wait until the TV knows."""
        await self.served.submit(do, **fields)
        await self.page.wait_for_selector(f"[data-mark]:has-text('#{self.served.room.offset} ')")

    async def take(self, name: str) -> None:
        """Photograph it as it is now."""
        await self.page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")
        print(name)


async def fill(served: Served) -> None:
    """Counters open, people wait, and most counters have called somebody."""
    for counter in served.room.plan.counters:
        await served.submit("open_counter", counter=counter.number)
    for agency in served.room.plan.agencies:
        service = agency.lines[0].services[0].code
        for _ in range(NUMBERS_BEFORE):
            await served.submit("issue", services=[service])
        for counter in agency.counters[:2]:
            if agency.lines[0].prefix in counter.lines:
                await served.submit("next", counter=counter.number, seen=None)


async def states(hall: Hall) -> None:
    """One state after the other."""
    await hall.page.wait_for_selector("body[data-ready][data-connected]")
    await hall.passes(TURN_MS)
    await hall.turns_to("requirements")
    await hall.take("tv-requirements")
    await hall.turns_to("image")
    await hall.take("tv-slide")
    await hall.turns_to("programme")
    await hall.take("tv-programme")
    await hall.submit("announce", text=ANNOUNCED, scope="bazaar", minutes=30)
    await hall.turns_to("announcement")
    await hall.take("tv-announcement")
    await hall.submit("announce", text=URGENT, scope="bazaar", minutes=30, urgent=True)
    await hall.take("tv-urgent")
    await hall.submit("issue", services=["ktp"], lane="priority")
    await hall.submit("next", counter=4, seen=None)
    await hall.page.wait_for_selector("[data-call]:not([hidden])")
    await hall.take("tv-call-priority")
    await hall.passes(TURN_MS)
    await hall.page.context.set_offline(True)
    await hall.passes(SILENCE_MS)
    await hall.page.wait_for_selector("[data-stale]:not([hidden])")
    await hall.take("tv-stale")


async def slide(browser: Browser, folder: Path) -> None:
    """A picture such as an organiser puts into the folder."""
    page = await browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    await page.goto((ROOT / "tools/tv-slide.html").as_uri())
    await page.screenshot(path=folder / "jamu.png")
    await page.close()


async def main() -> None:
    """All pictures of the TV."""
    plan = read_plan(ROOT / "bazaars" / "mayangan.toml")
    clock_ms = [int(datetime.fromisoformat(plan.bazaar.opens).timestamp() * 1000) + INTO_THE_EVENING_MS]
    with tempfile.TemporaryDirectory() as name:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=ARGUMENTS)
            await slide(browser, Path(name))
            equipment = Equipment(slides=Path(name))
            async with serving(config=plan.as_config(), equipment=equipment, clock=lambda: clock_ms[0]) as served:
                await fill(served)
                clock_ms[0] += FADE_MS
                await served.submit("pause_counter", counter=3, reason="salat")
                page = await browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
                await page.clock.install()
                async with page.expect_event("requestfinished", lambda request: request.url.endswith(".png")):
                    await page.goto(f"{served.home}/tv/utama")
                await states(Hall(served, page, clock_ms))
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
