"""The demo's own page: what a newcomer sees within a minute of the first command."""

from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import FrameLocator, Page, async_playwright, expect

from server.core.plan_parts import LANGUAGES
from tests.browser.conftest import CHROMIUM
from tests.browser.running import SAMPLE, bazaar_of, demo
from tests.browser.test_access import faults_of
from tests.browser.test_tablet_hands import PIXELS_OUT

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


async def test_in_every_language_and_size(page: Page, reader: aiohttp.ClientSession, tmp_path: Path) -> None:
    """In each language axe finds no fault; on a small laptop all three screens are wholly in sight, and a phone has them in its width."""
    async with demo(tmp_path / "data", SAMPLE) as running:
        bazaar = await bazaar_of(running, reader)
        for language in LANGUAGES:
            await page.set_viewport_size({"width": 1366, "height": 657})
            await page.goto(f"{bazaar.home}/demo?lang={language}")
            await expect(page.locator("body[data-ready]")).to_be_attached()
            assert [] == await faults_of(page), language
            assert 0 == await page.locator("[data-glass]").evaluate_all(PIXELS_OUT), language
            await page.set_viewport_size({"width": 320, "height": 640})
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), language


async def test_any_press_unlocks_the_sound(reader: aiohttp.ClientSession, tmp_path: Path) -> None:
    """A browser that plays nothing unasked plays the calls as soon as the newcomer has pressed anything, such as the tablet."""
    async with demo(tmp_path / "data", SAMPLE) as running, async_playwright() as playwright:
        bazaar = await bazaar_of(running, reader)
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--mute-audio"])
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        await page.goto(f"{bazaar.home}/demo")
        locked = screen(page, "tv").locator("[data-locked]")
        await expect(locked).to_be_visible()
        await page.request.post(f"{bazaar.home}/tickets", data={"command_id": "phone-command-000001", "services": ["ktp"]})
        await screen(page, "tablet").locator("[data-command='next'] button").click()
        await expect(screen(page, "tv").locator("[data-call] [data-badge]")).to_have_text("A-001")
        await expect(locked).to_be_hidden()
        await browser.close()


def screen(page: Page, name: str) -> FrameLocator:
    """One of the screens on the page."""
    return page.frame_locator(f"[data-screen='{name}'] iframe")
