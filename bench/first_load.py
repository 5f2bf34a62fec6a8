"""How soon the pages of residents are useful on a bad network: a real browser on 400 kbit/s with 400 ms there and back, and a slow phone.

`.venv/bin/python -m bench.first_load` prints the table of docs/measurements.md. The browser's emulation delays requests but not the
connection before the first of them, so that one journey is added to each time.
"""

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import aiohttp
from playwright.async_api import Browser, ViewportSize, async_playwright
from rich.console import Console
from rich.table import Table

from bench.processes import hub

ROUND_TRIP_MS = 400
BITS_PER_S = 400_000
SLOWER_CPU = 4
"""A cheap phone computes about so many times slower than this machine."""
RUNS = 5
PHONE = ViewportSize(width=360, height=740)
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
READY = "body[data-ready]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One load of a page: its first picture, which the server drew, and the moment from which it is live, in ms; bytes and requests."""

    useful_ms: float
    live_ms: float
    bytes: int
    requests: int


async def load(browser: Browser, url: str) -> Load:
    """Open a page on a phone that has nothing of it yet."""
    context = await browser.new_context(viewport=PHONE, is_mobile=True, service_workers="block")
    page = await context.new_page()
    session = await context.new_cdp_session(page)
    ended: list[int] = []
    session.on("Network.loadingFinished", lambda event: ended.append(int(event["encodedDataLength"])))
    await session.send("Network.enable")
    network = {"offline": False, "latency": ROUND_TRIP_MS, "downloadThroughput": BITS_PER_S / 8, "uploadThroughput": BITS_PER_S / 8}
    await session.send("Network.emulateNetworkConditions", network)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_CPU})
    await page.goto(url, wait_until="commit")
    await page.wait_for_selector(READY)
    live_ms = await page.evaluate("performance.now()")
    await page.wait_for_load_state("networkidle")
    painted_ms = await page.evaluate(PAINTED)
    await context.close()
    return Load(useful_ms=painted_ms + ROUND_TRIP_MS, live_ms=live_ms + ROUND_TRIP_MS, bytes=sum(ended), requests=len(ended))


def row(name: str, loads: Sequence[Load]) -> tuple[str, ...]:
    """Medians and the slowest, as they stand in the table."""
    useful, live = [load.useful_ms for load in loads], [load.live_ms for load in loads]
    times = (f"{median(useful) / 1000:.1f}", f"{max(useful) / 1000:.1f}", f"{median(live) / 1000:.1f}")
    return name, *times, f"{loads[0].bytes / 1000:.1f}", str(loads[0].requests)


async def measure() -> Table:
    """The page to take numbers and a visit with three numbers, of the sample bazaar."""
    table = Table(title=f"{BITS_PER_S // 1000} kbit/s, {ROUND_TRIP_MS} ms, processor {SLOWER_CPU} times slower; {RUNS} first loads each")
    for name in ("page", "useful after s", "slowest s", "live after s", "KB", "requests"):
        table.add_column(name)
    async with hub() as served, async_playwright() as playwright, aiohttp.ClientSession() as session:
        wish = {"command_id": "bench-first-load-0001", "services": ["ktp", "skck-baru", "berkas"]}
        async with session.post(f"{served.home}/tickets", json=wish) as answer:
            visit = (await answer.json())["visit"]
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell") or shutil.which("chromium"), args=ARGUMENTS
        )
        for name, path in (("take a number", "/join"), ("a visit", f"/visit/{visit}"), ("start page", "")):
            table.add_row(*row(name, [await load(browser, served.home + path) for _ in range(RUNS)]))
        await browser.close()
    return table


if __name__ == "__main__":
    Console().print(asyncio.run(measure()))
