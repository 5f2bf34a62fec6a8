"""What a hall TV holds after a day: a real Chromium shows calls, cards and slides for 24 hours on a clock that runs fast.

    make screen-day
    CHROMIUM=$(bash tools/chromium.sh) .venv/bin/python tools/screen_day.py HOURS

Prints the heap after collecting, DOM nodes and listeners, hour by hour; about five minutes for a day.
"""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

from tests.browser.tv_day import CALL_EVERY_MS, HOUR_MS, Day, day_of

HOURS = 24
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--mute-audio")


async def show(hours: int) -> None:
    """The day, told hour by hour."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=ARGUMENTS)
        page = await browser.new_page(viewport={"width": 1920, "height": 1080})
        with tempfile.TemporaryDirectory() as folder:
            async with day_of(page, Path(folder)) as day:
                await _tell(day, 0)
                for hour in range(1, hours + 1):
                    for _ in range(HOUR_MS // CALL_EVERY_MS):
                        await day.call()
                    await _tell(day, hour)
        await browser.close()


async def _tell(day: Day, hour: int) -> None:
    held = await day.held()
    told = f"{day.calls:6} calls  {held.heap_bytes / 1e6:6.2f} MB heap  {held.nodes:5} nodes  {held.listeners:4} listeners"
    print(f"{hour:3} h  {told}", flush=True)


if __name__ == "__main__":
    asyncio.run(show(int(sys.argv[1]) if len(sys.argv) > 1 else HOURS))
