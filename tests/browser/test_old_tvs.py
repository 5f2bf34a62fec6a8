"""Every page in the Chromium of old TVs and tablets: no script fails, and a call goes all the way."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.browser.cdp import OldPage
from tests.browser.devices import Devices
from tests.browser.old_chromium import EDITIONS, Edition, old_page
from tests.browser.running import Bazaar

pytestmark = pytest.mark.browser

PRESS = "document.querySelector('[data-next-button]').click()"
"""Pressed until it is taken: a second tap of one twitch is not."""


class Browsers:
    """Old browsers of one edition."""

    def __init__(self, edition: Edition, folder: Path) -> None:
        self._edition, self._folder, self._begun = edition, folder, 0

    def page(self) -> AbstractAsyncContextManager[OldPage]:
        """A browser of its own with an empty page."""
        self._begun += 1
        folder = self._folder / str(self._begun)
        folder.mkdir()
        return old_page(self._edition, folder)


@pytest.fixture(params=EDITIONS, ids=lambda edition: f"chromium-{edition.chromium}")
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Browsers:
    """Browsers of each old edition."""
    return Browsers(request.param, tmp_path)


async def test_it_is_old(old: Browsers) -> None:
    """The browser is as old as it is taken for: optional chaining is no JavaScript to it."""
    async with old.page() as page:
        assert "SyntaxError" == await page.evaluate("(() => { try { new Function('a?.b') } catch (error) { return error.name } })()")


async def test_every_page(old: Browsers, bazaar: Bazaar, devices: Devices) -> None:
    """Every page of a bazaar opens, and its script comes to the end of its beginning without an exception."""
    phone = await devices.phone(bazaar, "ktp", "skck")
    async with old.page() as page:
        for key in (bazaar.keys.admin, bazaar.keys.kiosks[1], bazaar.keys.counters[1]):
            await page.goto(f"{bazaar.home}/pair/{key}")
        for address in bazaar.addresses(phone.page.url):
            await page.goto(address)


async def test_a_call(old: Browsers, bazaar: Bazaar, devices: Devices) -> None:
    """An old tablet opens its counter and presses Next; an old TV shows the call in large, then among the last calls."""
    await devices.phone(bazaar, "ktp")
    async with old.page() as tv, old.page() as tablet:
        await tv.goto(f"{bazaar.home}/tv/utama")
        await tablet.goto(f"{bazaar.home}/pair/{bazaar.keys.counters[1]}")
        await tablet.evaluate("document.querySelector('[data-open-button]').click()")
        await tablet.until("document.querySelector('[data-next]').textContent === 'A-001'")
        await tablet.until(f"({PRESS}, document.querySelector('[data-serving]').textContent === 'A-001')")
        await tv.until('document.querySelector(\'[data-call][data-label="A-001"][data-counter="1"]:not([hidden])\')')
        await tv.until("document.querySelector('[data-call]').hidden")
        await tv.until("document.querySelector('[data-recent-slot][data-label=\"A-001\"]')")
