"""Paper at the kiosk and at the desk, as people see it: the number first, and the paper beside it if there is one."""

from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import expect

from displays.kiosk.printing import PRINTING
from server.cli.equipment import Equipment
from server.core.values import KIOSKS
from server.printing.address import printers_at
from server.printing.queue import KEEP_S
from tests.browser.devices import Devices
from tests.browser.hands import READY, Kiosk
from tests.browser.running import Bazaar
from tests.browser.test_access import faults_of
from tests.printing.emulator import Emulator, emulator
from tests.printing.samples import HASTE
from tests.scenarios import config_with
from tests.serving import Served, serving

pytestmark = pytest.mark.browser

SOON_S = 1.0


@pytest_asyncio.fixture
async def device() -> AsyncIterator[Emulator]:
    """A printer."""
    async with emulator() as switched_on:
        yield switched_on


@pytest_asyncio.fixture
async def served(device: Emulator) -> AsyncIterator[Served]:
    """A bazaar whose kiosk 1 has the printer."""
    (printer,) = printers_at([f"1={device.address}"], KIOSKS).values()
    equipment = Equipment(printers={1: replace(printer, patience=HASTE)})
    async with serving(config=config_with(languages=["id", "en"]), equipment=equipment) as serves:
        yield serves


def keeps(served: Served, seconds: float) -> None:
    """After so long a ticket that does not come out is given up."""
    queue = served.app[PRINTING].of(1)
    assert queue is not None
    queue.keep_s = seconds


@pytest.fixture
def bazaar(served: Served, reader: aiohttp.ClientSession) -> Bazaar:
    """The same, as the devices take it."""
    return Bazaar(url=served.url, id=served.room.plan.bazaar.id, keys=served.keys, reader=reader)


async def says(kiosk: Kiosk, state: str) -> None:
    """What the kiosk tells of the paper, read out as it changes."""
    place = kiosk.page.locator(f"[data-print={state}][role=status]")
    await expect(place).not_to_be_empty(timeout=30_000)


async def test_number_and_paper(devices: Devices, bazaar: Bazaar, device: Emulator) -> None:
    """The number is on the screen at once and then on paper; the kiosk says to take it. Screen and paper lead to the same page."""
    kiosk = await devices.kiosk(bazaar)
    assert ["A-001"] == await kiosk.take("ktp")
    await says(kiosk, "printed")
    (sheet,) = await device.has_printed(1)
    assert await kiosk.address() == sheet.qr_text()


async def test_number_without_paper(devices: Devices, bazaar: Bazaar, device: Emulator, served: Served) -> None:
    """Without paper the number and its code are on the screen all the same, and the kiosk says that there will be none."""
    device.rows_left = 0
    keeps(served, SOON_S)
    kiosk = await devices.kiosk(bazaar)
    assert ["A-001"] == await kiosk.take("ktp")
    assert (await kiosk.address()).startswith(f"{bazaar.home}/visit/")
    await says(kiosk, "given_up")
    await kiosk.leave()
    await expect(kiosk.page.locator("[data-no-paper]")).to_be_visible()


async def test_paper_out_drill(devices: Devices, bazaar: Bazaar, device: Emulator, served: Served) -> None:
    """The drill of the set-up hour: paper out is seen at the desk, with the ticket that lacks it; with paper in, one press prints it."""
    device.rows_left = 0
    keeps(served, SOON_S)
    kiosk = await devices.kiosk(bazaar)
    await kiosk.take("ktp")
    await says(kiosk, "given_up")
    desk = await devices.page("desk")
    await desk.goto(f"{bazaar.home}/pair/{bazaar.keys.admin}")
    await desk.click("[data-printing]")
    await desk.wait_for_selector(READY)
    row = desk.locator("[data-device='printer/1']")
    await expect(row.locator("[data-state=paper_out]")).to_be_visible()
    await expect(row.locator("[data-print=A-001]")).to_be_visible()
    keeps(served, KEEP_S)
    await device.load()
    await row.locator("[data-print=A-001]").click()
    await expect(desk.locator("[data-sent]")).to_contain_text("A-001")
    (sheet,) = await device.has_printed(1)
    assert "SALINAN" in sheet.text
    await expect(row.locator("[data-state=ok]")).to_be_visible()
    await expect(row.locator("[data-missing]")).to_be_hidden()


async def test_the_desk_without_scripts(devices: Devices, bazaar: Bazaar, device: Emulator, served: Served) -> None:
    """Without scripts a test page and a copy are ordered by forms; a number that there is not is refused in a sentence."""
    devices.in_trouble = True
    await served.submit("issue", services=["ktp"])
    desk = await devices.page("desk", scripts=False)
    await desk.goto(f"{bazaar.home}/pair/{bazaar.keys.supervisor}")
    await desk.goto(f"{bazaar.home}/desk/printing")
    await desk.click("form[data-test] button")
    await expect(desk.locator("[data-sent]")).to_be_visible()
    await desk.fill("[data-again] [name=ticket]", "a-001")
    await desk.click("[data-again] button")
    await expect(desk.locator("[data-sent]")).to_contain_text("A-001")
    await desk.fill("[data-again] [name=ticket]", "a-999")
    await desk.click("[data-again] button")
    await expect(desk.locator("[data-fault]")).to_be_visible()
    assert [False, True] == sorted("SALINAN" in sheet.text for sheet in await device.has_printed(2))


async def test_no_barriers(devices: Devices, bazaar: Bazaar, device: Emulator, served: Served) -> None:
    """The page of printers in trouble, and a kiosk that says so, are as good to use by ear and by keys as others."""
    device.rows_left = 0
    keeps(served, SOON_S)
    kiosk = await devices.kiosk(bazaar)
    await kiosk.take("ktp")
    await says(kiosk, "given_up")
    await kiosk.page.tap("[data-do=help]")
    await expect(kiosk.page.locator("[data-helped]")).to_be_visible()
    assert [] == await faults_of(kiosk.page)
    desk = await devices.page("desk")
    await desk.goto(f"{bazaar.home}/pair/{bazaar.keys.admin}")
    await expect(desk.locator("[data-device='kiosk/1'] [data-state=help]")).to_be_visible()
    await desk.goto(f"{bazaar.home}/desk/printing")
    assert [] == await faults_of(desk)
