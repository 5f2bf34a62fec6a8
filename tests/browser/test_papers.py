"""Numbers on paper as people use them: a printed sheet, a camera, staff who hand out, and a phone that goes on by itself."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.hands import READY, qr_text
from tests.browser.test_access import faults_of
from tests.displays.test_papers import config
from tests.serving import Served, serving

pytestmark = pytest.mark.browser

MM_PER_PX = 25.4 / 96
CAP_HEIGHT_EM = 0.7


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    """Counter 1 is open; the numbers of line A are on paper."""
    async with serving(config=config()) as bazaar:
        await bazaar.submit("open_counter", counter=1)
        yield bazaar


async def staff(page: Page, served: Served) -> None:
    """The organiser's device, on the page of rolls."""
    await page.goto(f"{served.home}/pair/{served.keys.admin}")
    await page.goto(f"{served.home}/rolls")


async def test_from_the_sheet_to_the_visit(page: Page, served: Served) -> None:
    """A camera reads a paper's code; its page waits, and goes on to the visit by itself once staff have handed the number out."""
    await staff(page, served)
    await page.click("[data-roll='A'] summary")
    await page.fill("[data-roll='A'] [name=to]", "6")
    await page.click("[data-roll='A'] [data-print] button")
    papers = page.locator("[data-paper]")
    await expect(papers).to_have_count(6)
    address = await qr_text(papers.nth(4).locator("svg"))
    other = await page.context.new_page()
    await other.goto(address)
    await other.wait_for_selector(READY)
    await expect(other.locator("[data-ask]")).to_be_visible()
    await page.goto(f"{served.home}/rolls")
    await page.fill("[data-roll='A'] [name=count]", "5")
    await page.click("[data-roll='A'] [data-give] button")
    await expect(page.locator("[data-given]")).to_contain_text("A-005")
    await other.wait_for_url("**/visit/*")
    await expect(other.locator("[data-ticket='A-005'][data-state=waiting]")).to_be_visible()


async def test_the_holder_begins_the_next(page: Page, served: Served) -> None:
    """With the next number in hand one press on its page begins it."""
    await page.set_viewport_size({"width": 320, "height": 640})
    await staff(page, served)
    await page.goto(f"{served.home}/rolls/A?from=1&to=2")
    await page.goto(await qr_text(page.locator("[data-paper='A-002'] svg")))
    assert [] == await faults_of(page)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.click("[data-begin] button")
    await page.wait_for_url("**/visit/*")
    assert ["A-001", "A-002"] == list(served.room.bazaar.tickets)


@pytest.mark.parametrize(
    ("form", "lane", "height"), [("a4", "regular", 18), ("a4", "priority", 14), ("80mm", "regular", 15), ("80mm", "priority", 11)]
)
async def test_the_sheet_on_paper(page: Page, served: Served, form: str, lane: str, height: float) -> None:
    """On either paper nothing stands over the edge of its paper, and the number is so many millimetres high."""
    await staff(page, served)
    assert [] == await faults_of(page)
    await page.goto(f"{served.home}/rolls/A?from=1&to=12&format={form}&lane={lane}")
    assert [] == await faults_of(page)
    await page.emulate_media(media="print")
    for part in await page.locator("[data-paper]").all():
        assert await part.evaluate("(paper) => paper.scrollWidth <= paper.clientWidth && paper.scrollHeight <= paper.clientHeight")
    size = await page.locator(".paper-label").first.evaluate("(label) => parseFloat(getComputedStyle(label).fontSize)")
    assert size * MM_PER_PX * CAP_HEIGHT_EM >= height
    pdf = await page.pdf(prefer_css_page_size=True)
    assert {"a4": 2, "80mm": 12}[form] == pdf.count(b"/Type /Page\n")
