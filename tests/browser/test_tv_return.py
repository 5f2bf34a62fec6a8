"""A hall TV is back within three seconds of its hub or its network, by itself; and its picture never stands quite still."""

import random
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.devices import Devices
from tests.browser.hands import CONNECTED
from tests.browser.running import bazaar_of, demo
from tests.faults.link import link_to
from tests.scenarios import CONFIG
from tests.serving import Served, serving

pytestmark = pytest.mark.browser

AWAY_MS = 60_000
"""Long enough for the pauses between attempts to have grown to their full length."""
ASK_AGAIN_MS = 300
"""While the hub is away the page asks for it so soon after each question that failed; one may take 2 s to fail."""
STALL_S = 10
"""The page may stand still for so long between telling its time and having it stopped: nothing can be stopped in its past."""
KEPT_CONNECTIONS = 6
"""A browser tries so many old connections to a host, and gives each up only when a question on it has failed."""
MINUTE_MS = 60_000
MARGINS = """() => Array.from(document.querySelectorAll("body > header, body > main, body > footer"))
    .map((part) => part.getBoundingClientRect()).map((box) => [box.left, box.top, innerWidth - box.right, innerHeight - box.bottom])
    .reduce((least, box) => least.map((margin, side) => Math.min(margin, box[side])))"""


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    """Counter 1 open, and somebody who waits."""
    async with serving(config=CONFIG) as bazaar:
        await bazaar.submit("open_counter", counter=1)
        await bazaar.submit("issue", services=["ktp"])
        yield bazaar


async def _stop_the_clock(page: Page) -> None:
    """From here on no pause of the page ends by itself."""
    await page.clock.pause_at(await page.evaluate("Date.now() / 1000") + STALL_S)


async def test_hub_returns(devices: Devices, tmp_path_factory: pytest.TempPathFactory, reader: aiohttp.ClientSession) -> None:
    """A hub that was killed and is there again after a minute is found at the next question, not at the end of a long pause."""
    devices.in_trouble = True
    async with demo(tmp_path_factory.mktemp("urut") / "data") as own:
        tv = (await devices.tv(await bazaar_of(own, reader))).page
        await own.kill()
        await expect(tv.locator(CONNECTED)).to_have_count(0)
        await tv.clock.run_for(AWAY_MS)
        await _stop_the_clock(tv)
        await own.start()
        await tv.clock.run_for(ASK_AGAIN_MS)
        await expect(tv.locator(CONNECTED)).to_be_visible()


async def test_frozen_link(devices: Devices, served: Served) -> None:
    """A link that froze and thawed without its connections' knowing is left for a new one: the call made meanwhile is there."""
    devices.in_trouble = True
    page = await devices.page("tv")
    await page.clock.install()
    async with link_to(int(served.url.rpartition(":")[2])) as link:
        await page.goto(f"http://127.0.0.1:{link.port}/uji/tv/utama")
        await page.wait_for_selector(CONNECTED)
        link.hold()
        for turn in range(20):
            link.forget(random.Random(turn))  # noqa: S311  # which wires, no secret
        for _ in range(KEPT_CONNECTIONS):
            await page.wait_for_event("requestfailed")
        await served.submit("next", counter=1, seen=None)
        await _stop_the_clock(page)
        await link.mend()
        await page.clock.run_for(ASK_AGAIN_MS)
        await expect(page.locator("[data-call][data-label='A-001']")).to_be_visible()


async def test_no_burn_in(page: Page, served: Served) -> None:
    """Each minute the picture moves by a few pixels, round and round, and never nearer to the edge than 5 %."""
    await page.set_viewport_size({"width": 1920, "height": 1080})
    await page.clock.install()
    await page.goto(f"{served.home}/tv/utama")
    await page.wait_for_selector(CONNECTED)
    places = []
    for _ in range(10):
        left, top, right, bottom = await page.evaluate(MARGINS)
        assert min(left, right) >= 0.05 * 1920 - 0.1
        assert min(top, bottom) >= 0.05 * 1080 - 0.1
        assert await page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        places.append((round(left), round(top)))
        await page.clock.run_for(MINUTE_MS)
    assert places[0] == places[9]
    assert 9 == len(set(places[:9]))
    assert max(abs(x - places[0][0]) for x, _ in places) in range(2, 8)
