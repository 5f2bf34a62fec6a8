"""The ticket kiosk in a browser that runs no scripts: one page, forms, and a number with its code."""

import pytest
from playwright.async_api import expect

from displays.kiosk.pages import IDLE_S
from tests.browser.devices import Devices
from tests.browser.hands import qr_text
from tests.browser.running import Bazaar

pytestmark = pytest.mark.browser


async def test_without_scripts(devices: Devices, bazaar: Bazaar) -> None:
    """Without scripts one press of an errand's button gives the number, with its code; the kiosk goes back to its first page by itself."""
    page = await devices.page("kiosk", scripts=False)
    await page.goto(f"{bazaar.home}/pair/{bazaar.keys.kiosks[1]}")
    await page.tap(".kiosk-errand:has([data-errand=skck]) [data-take-one]")
    await page.wait_for_url("**/kiosk/1/visit/*")
    await expect(page.locator("[data-ticket=B-001]")).to_be_visible()
    scripted = await devices.page("kiosk")
    await scripted.set_content(f"<body>{await page.locator('[data-qr]').inner_html()}</body>")
    assert f"{bazaar.home}/visit/{page.url.rpartition('/')[2]}" == await qr_text(scripted.locator("svg"))
    assert f"{IDLE_S};url=/{bazaar.id}/kiosk/1?lang=id" == await page.locator("meta[http-equiv=refresh]").get_attribute("content")


async def test_enter_without_scripts(devices: Devices, bazaar: Bazaar) -> None:
    """Without scripts Enter takes numbers for what is ticked, and for nothing else."""
    page = await devices.page("kiosk", scripts=False)
    await page.goto(f"{bazaar.home}/pair/{bazaar.keys.kiosks[1]}")
    await page.tap("[data-errand=skck]")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/kiosk/1/visit/*")
    assert [["skck"]] == [issued["services"] for issued in await bazaar.events("ticket_issued")]


async def test_several_errands_without_scripts(devices: Devices, bazaar: Bazaar) -> None:
    """Without scripts several ticked errands are taken together, and a press with nothing ticked says what is missing."""
    devices.in_trouble = True
    page = await devices.page("kiosk", scripts=False)
    await page.goto(f"{bazaar.home}/pair/{bazaar.keys.kiosks[1]}")
    await page.tap("noscript button")
    await expect(page.locator("[data-answer]")).to_be_visible()
    await page.tap("[data-errand=ktp]")
    await page.tap("[data-errand=jkn]")
    await page.tap("[data-lanes] label:has([value=priority])")
    await page.tap("noscript button")
    await expect(page.locator("[data-ticket]")).to_have_count(2)
    assert ["AP-001", "CP-001"] == [issued["ticket"] for issued in await bazaar.events("ticket_issued")]


async def test_help_without_scripts(devices: Devices, bazaar: Bazaar) -> None:
    """Without scripts an officer is called by a form, and the page says that one was."""
    page = await devices.page("kiosk", scripts=False)
    await page.goto(f"{bazaar.home}/pair/{bazaar.keys.kiosks[3]}")
    await page.tap("[data-do=help]")
    await expect(page.locator("[data-helped]")).to_be_visible()
    desk = await devices.page("desk")
    await desk.goto(f"{bazaar.home}/pair/{bazaar.keys.admin}")
    await expect(desk.locator("[data-device='kiosk/3'] [data-state=help]")).to_be_visible()
