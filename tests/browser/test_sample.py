"""The sample bazaar with its 21 agencies and 33 counters on a hall TV: all of it fits, and can be read from afar."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Page

from server.core.plan_parts import words
from server.store.plan_file import read_plan
from tests.browser.devices import Devices
from tests.browser.running import SAMPLE, Bazaar, bazaar_of, demo

pytestmark = pytest.mark.browser

SIZES = ((1920, 1080), (1280, 720))
PAGE_MS = 9_100
CAP_HEIGHT = 0.7
"""Of the type's size, in sans serif faces."""
CAP_SHARES = {"[data-slot] [data-badge]": 0.04, "[data-slot] [data-number]": 0.03, "[data-call] [data-badge]": 0.18}
"""How tall capitals and digits must at least stand on the screen, as shares of its height."""
OVERFLOWS = """() => ["[data-slot]:not([hidden]) *", "[data-recent-slot]:not([hidden]) *", ".tv-head *", ".tv-foot *"]
    .reduce((parts, selector) => parts.concat(Array.from(document.querySelectorAll(selector))), [])
    .filter((part) => part.childElementCount === 0 && part.textContent.trim() && getComputedStyle(part).position !== "absolute")
    .filter((part) => part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).display !== "inline")
    .map((part) => part.textContent.trim())"""

TEXT_BOX = """(selector) => {
    const range = document.createRange();
    range.selectNodeContents(document.querySelector(selector));
    return range.getBoundingClientRect().toJSON();
}"""


@pytest_asyncio.fixture(scope="module")
async def sample(tmp_path_factory: pytest.TempPathFactory, reader: aiohttp.ClientSession) -> AsyncIterator[Bazaar]:
    """`urut demo --quiet` with the sample bazaar."""
    async with demo(tmp_path_factory.mktemp("sample") / "data", SAMPLE) as running:
        yield await bazaar_of(running, reader)


async def test_all_of_it_fits(devices: Devices, sample: Bazaar) -> None:
    """The TV's pages show each counter once; none is larger than the screen, no word is cut off, and a call stands large in it."""
    tv, tablet = await devices.tv(sample), await devices.tablet(sample, 1, opened=False)
    numbers: list[str] = []
    for _ in range(await tv.page.locator("[data-pages] > li").count()):
        numbers += await tv.page.locator("[data-slot]:not([hidden]) [data-number]").all_inner_texts()
        await fits(tv.page)
        await tv.page.clock.run_for(PAGE_MS)
    assert [str(number) for number in range(1, 34)] == numbers
    # Its time has run ahead of the hub's by now, and a call would seem old to it.
    tv = await devices.tv(sample)
    label = (await (await devices.phone(sample, "ktp")).labels())[0]
    await tablet.calls(label)
    await tv.announces(label, 1)
    await fits(tv.page)
    for part, share in CAP_SHARES.items():
        size = await tv.page.locator(part).first.evaluate("(part) => parseFloat(getComputedStyle(part).fontSize)")
        assert size * CAP_HEIGHT >= share * SIZES[-1][1], part


async def test_a_recall_of_the_longest_name(devices: Devices, sample: Bazaar) -> None:
    """The sign that somebody is called again stands beside the agency's name, however long it is, and covers nothing."""
    agency = max(read_plan(SAMPLE).agencies, key=lambda agency: len(words(agency.name, "id")))
    counter = agency.counters[0].number
    tablet, tv = await devices.tablet(sample, counter, opened=False), await devices.tv(sample)
    label = (await (await devices.phone(sample, agency.lines[0].services[0].code)).labels())[0]
    await tablet.calls(label)
    await tablet.press("recall")
    await tv.call_ends()
    await tv.announces(label, counter, calls=2)
    for width, height in SIZES:
        await tv.page.set_viewport_size({"width": width, "height": height})
        name, again, badge = [await tv.page.evaluate(TEXT_BOX, f"[data-call] [data-{part}]") for part in ("agency", "again", "badge")]
        assert name["right"] < again["left"]
        assert name["bottom"] < badge["top"]


async def fits(page: Page) -> None:
    """At each size of screen the page is no larger than the screen, and what it says is not cut off."""
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        assert [width, height] == await page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        assert [] == await page.evaluate(OVERFLOWS)
