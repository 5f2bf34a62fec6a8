"""The pages of residents on a phone that is set to light: axe finds no fault in any state, contrasts among them."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.hands import READY
from tests.browser.test_access import faults_of
from tests.browser.test_join import config
from tests.serving import Served, serving

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    """Counters 1 and 3 are open, and one person waits in A."""
    async with serving(config=config()) as bazaar:
        await bazaar.submit("open_counter", counter=1)
        await bazaar.submit("open_counter", counter=3)
        await bazaar.submit("issue", services=["ktp"])
        yield bazaar


async def test_start_and_join(page: Page, served: Served) -> None:
    """The start page, and the way to a number with everything on it that there may be."""
    await page.emulate_media(color_scheme="light")
    await page.goto(served.home)
    await page.wait_for_selector(READY)
    await page.click("[data-agency='polsek'] > summary")
    assert [] == await faults_of(page)
    await page.goto(f"{served.home}/join")
    await page.wait_for_selector(READY)
    for office, errand in (("dukcapil", "ktp"), ("polsek", "skck")):
        await page.click(f"[data-office='{office}'] > summary")
        await page.check(f"[data-errand='{errand}'] input")
    await page.check("[data-complete='ktp']")
    assert [] == await faults_of(page)


async def test_a_visit(page: Page, served: Served) -> None:
    """A visit soon called, called, busy elsewhere, set aside and done."""
    await page.emulate_media(color_scheme="light")
    wish = {"command_id": "phone-command-000001", "services": ["ktp", "skck", "hilang"]}
    answer = await page.request.post(f"{served.home}/tickets", data=wish)
    await page.goto(served.url + (await answer.json())["url"])
    await page.wait_for_selector(READY)
    await expect(page.locator("[data-soon]")).to_be_visible()
    await page.locator("[data-ticket='A-002'] .leave > summary").click()
    assert [] == await faults_of(page)
    await served.submit("hold", ticket="C-001")
    await served.submit("next", counter=3, seen=None)
    await expect(page.locator("[data-call]")).to_be_visible()
    await expect(page.locator("[data-ticket='C-001'][data-state=held]")).to_be_visible()
    await expect(page.locator("[data-ticket='A-002'] [data-busy]")).to_be_visible()
    assert [] == await faults_of(page)
    await served.submit("finish", counter=3, ticket="B-001")
    await served.submit("cancel", ticket="C-001")
    await expect(page.locator("[data-call]")).to_be_hidden()
    assert [] == await faults_of(page)
