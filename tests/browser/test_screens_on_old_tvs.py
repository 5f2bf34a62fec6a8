"""A TV of 2018 is set up by its code, follows the desk and is removed, like any other."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.devices import Devices
from tests.browser.old_chromium import EDITIONS, Edition, old_page
from tests.browser.running import Bazaar
from tests.browser.test_screens import desk_of

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: f"chromium-{edition.chromium}")
async def test_from_code_to_removal(edition: Edition, bazaar: Bazaar, devices: Devices, tmp_path: Path) -> None:
    """The old TV goes to its screen by itself, says how it is, shows another name at once, and its code again when it is removed."""
    desk = await desk_of(devices, bazaar)
    async with old_page(edition, tmp_path) as tv:
        await tv.goto(f"{bazaar.home}/tv")
        code = str(await tv.evaluate("document.querySelector('[data-code]').dataset.code"))
        await desk.set_up(code, "polsek")
        await tv.until(f"document.querySelector('body[data-ready][data-screen=\"{code.lower()}\"]')")
        row = desk.screen(code)
        await expect(row.locator("[data-light=good], [data-light=warn]")).to_be_visible()
        await row.locator("summary").click()
        await row.locator("[name=name]").fill("Layar barat")
        await row.locator("[data-command=set_screen] button").click()
        await tv.until("(document.querySelector('.tv-screen') || {}).textContent === 'Layar barat'")
        await row.locator("[data-command=remove_screen] button").click()
        await tv.until("document.querySelector('[data-gone]')")
        assert code == await tv.evaluate("document.querySelector('[data-code]').dataset.code")
