"""The landing page in a real browser, and that the hall's pages can be used by everybody."""

import re
from collections.abc import AsyncIterator
from typing import cast

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.scenarios import CONFIG
from tests.serving import Served, serving

pytestmark = pytest.mark.browser

PATHS = ("/", "/order", "/tv/utama")

SPOKEN = {**cast(dict[str, object], CONFIG["bazaar"]), "languages": ["id", "jv", "mad", "en"]}


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    """Counter 1 open, nobody waiting, the pages in four languages."""
    async with serving(config={**CONFIG, "bazaar": SPOKEN}) as bazaar:
        await bazaar.submit("open_counter", counter=1)
        yield bazaar


async def test_waits_are_live(page: Page, served: Served) -> None:
    """Whoever looks at the landing page sees the line grow."""
    await page.goto(served.home)
    line = page.locator("[data-line='A']")
    await expect(line).to_contain_text("0 menunggu")
    await page.wait_for_selector("body[data-ready]")
    await served.submit("issue", services=["ktp"])
    await served.submit("issue", services=["kk"])
    await expect(line).to_contain_text("2 menunggu")
    await expect(line).to_contain_text(re.compile("± \\d+\N{EN DASH}\\d+ menit"))


async def test_announcement_is_live(page: Page, served: Served) -> None:
    """What is announced stands on the page until it is taken down."""
    await page.goto(served.home)
    await page.wait_for_selector("body[data-ready]")
    entry = await served.submit("announce", text="Parkir di utara", scope="bazaar", minutes=5)
    await expect(page.locator("[data-announcement]")).to_have_text("Parkir di utara")
    await served.submit("end_announcement", id=entry.command_id)
    await expect(page.locator("[data-announcement]")).to_have_count(0)


async def test_switch_of_languages(page: Page, served: Served) -> None:
    """The switch changes the language, and the choice holds on other pages."""
    await page.goto(served.home)
    await page.locator("[data-language='en']").click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await page.goto(f"{served.home}/order")
    await expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("path", PATHS)
async def test_accessible(page: Page, served: Served, path: str, lang: str) -> None:
    """axe finds no fault on the hall's pages."""
    await served.submit("issue", services=["ktp"])
    await served.submit("call_out_of_order", counter=1, ticket="A-001", reason="medical")
    await page.goto(f"{served.home}{path.rstrip('/')}?lang={lang}")
    found = await Axe().run(page)
    assert [] == [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in found.response["violations"]]


@pytest.mark.parametrize("path", ["/", "/order"])
async def test_reflow(page: Page, served: Served, path: str) -> None:
    """At 320 px nothing has to be scrolled sideways but tables."""
    await page.set_viewport_size({"width": 320, "height": 640})
    await page.goto(served.home + path.rstrip("/"))
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
