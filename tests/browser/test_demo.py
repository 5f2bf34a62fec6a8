"""The demo's own page: what a newcomer sees within a minute of the first command."""

from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import FrameLocator, Page, expect

from tests.browser.running import SAMPLE, bazaar_of, demo

pytestmark = pytest.mark.browser


async def test_the_three_screens_work_together(page: Page, reader: aiohttp.ClientSession, tmp_path: Path) -> None:
    """On one page a number is taken on the phone, called on the tablet, and the call stands on the TV and on the phone."""
    async with demo(tmp_path / "data", SAMPLE) as running:
        bazaar = await bazaar_of(running, reader)
        await page.set_viewport_size({"width": 1440, "height": 900})
        await page.goto(f"{bazaar.home}/demo")
        tv, tablet, phone = (screen(page, name) for name in ("tv", "tablet", "phone"))
        for frame in (tv, tablet, phone):
            await expect(frame.locator("body[data-ready]")).to_be_attached()
        await phone.locator("[data-service='ktp'], [value='ktp']").first.evaluate("(choice) => { choice.checked = true; }")
        await phone.locator("form[action$='/tickets']").evaluate("(form) => form.submit()")
        await expect(phone.locator("[data-ticket='A-001']")).to_be_visible()
        await tablet.locator("[data-command='next'] button").click()
        await expect(tv.locator("[data-call] [data-badge]")).to_have_text("A-001")
        await expect(phone.locator("[data-call-label]")).to_have_text("A-001")
        assert [("A-001", 1)] == await bazaar.calls()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def screen(page: Page, name: str) -> FrameLocator:
    """One of the screens on the page."""
    return page.frame_locator(f"[data-screen='{name}'] iframe")
