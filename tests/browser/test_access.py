"""Every page under axe, the checker of accessibility, in the states that people meet it in: no fault of any weight is found."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.browser.devices import Devices
from tests.browser.running import Bazaar

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["id", "en"])
async def test_every_page(devices: Devices, bazaar: Bazaar, language: str) -> None:
    """Every page as it opens, with people waiting, called and set aside."""
    tablet = await devices.tablet(bazaar, 1)
    phone = await devices.phone(bazaar, "ktp", "skck")
    await devices.phone(bazaar, "ktp")
    await tablet.calls("A-001")
    await tablet.press("hold")
    await tablet.calls("A-002")
    staff = await devices.page("desk")
    for key in (bazaar.keys.supervisor, bazaar.keys.admin, bazaar.keys.kiosks[1]):
        await staff.goto(f"{bazaar.home}/pair/{key}")
    for address in (bazaar.url, *bazaar.addresses(phone.page.url)):
        await staff.goto(f"{address}?lang={language}")
        assert [] == await faults_of(staff), address


async def test_pages_at_work(devices: Devices, bazaar: Bazaar) -> None:
    """A TV with a call, a called phone, a tablet with an open sheet, and each step of a kiosk."""
    tablet, tv = await devices.tablet(bazaar, 1), await devices.tv(bazaar)
    kiosk, phone = await devices.kiosk(bazaar), await devices.phone(bazaar, "ktp", "skck")
    await tablet.calls("A-001")
    await tv.announces("A-001", 1)
    await phone.is_called("A-001", 1)
    await tablet.page.tap("[data-sheet=transfer] > summary")
    await kiosk.page.tap("[data-open=dukcapil]")
    assert [] == await faults_of(kiosk.page)
    await kiosk.page.tap("[data-errand=ktp]")
    await kiosk.page.tap("[data-do=take]")
    await kiosk.page.wait_for_selector("[data-qr] img")
    for device in (kiosk, phone, tv, tablet):
        assert [] == await faults_of(device.page), device


async def test_a_page_that_is_not_there(devices: Devices, bazaar: Bazaar) -> None:
    """The page that says that something is not found is no worse than the others."""
    devices.in_trouble = True
    page = await devices.page("phone")
    await page.goto(f"{bazaar.home}/nowhere")
    await page.wait_for_selector("[data-error=not_found]")
    assert [] == await faults_of(page)


async def faults_of(page: Page) -> list[str]:
    """What axe finds on the page as it is now."""
    found = await Axe().run(page)
    return list(_told(found.response))


def _told(response: dict[str, Any]) -> Iterator[str]:
    for fault in response["violations"]:
        places = ", ".join(" ".join(map(str, node["target"])) for node in fault["nodes"][:4])
        yield f"{fault['impact']}: {fault['help']} ({fault['id']}) at {places}"
