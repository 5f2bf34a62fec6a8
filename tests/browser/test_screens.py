"""A TV and the organiser's desk side by side: a screen is set up by its code, changed and removed, and the desk sees how it is."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, expect

from tests.browser.devices import Devices
from tests.browser.hands import CONNECTED, READY, qr_text
from tests.browser.running import Bazaar, Demo, bazaar_of, demo

pytestmark = pytest.mark.browser

NAME = "Layar timur"
REFUSES_TO_PLAY = """HTMLMediaElement.prototype.play = () => Promise.reject(new DOMException("press a key first", "NotAllowedError"));"""
ALL_IN_SIGHT = """[...document.querySelectorAll("[data-code], [data-qr], [data-status]")]
    .every((part) => part.getBoundingClientRect().bottom <= innerHeight)"""


@dataclass(frozen=True, slots=True)
class Desk:
    """The organiser's desk."""

    page: Page
    bazaar: Bazaar

    async def set_up(self, code: str, *agencies: str) -> None:
        """Type the code that a TV shows, name the screen and choose its agencies."""
        await self.page.fill("[data-pair-screen] [name=code]", code.lower())
        await self.page.click("[data-pair-screen] button")
        await self.page.fill("[data-set-up] [name=name]", NAME)
        for agency in agencies:
            await self.page.check(f"[data-set-up] [name=agencies][value={agency}]")
        await self.page.click("[data-set-up] button")
        await self.page.wait_for_selector(READY)

    def screen(self, code: str) -> Locator:
        """A screen's row."""
        return self.page.locator(f"[data-screen='{code.lower()}']")

    async def sees(self, code: str, state: str) -> None:
        """The screen's TV finds itself so; it is said by a lamp and in words."""
        lamp = self.screen(code).locator("[data-light]")
        await expect(lamp).to_have_attribute("data-state", state)
        await expect(lamp).not_to_be_empty()


async def desk_of(devices: Devices, bazaar: Bazaar, *, scripts: bool = True) -> Desk:
    """The desk, paired by its link."""
    page = await devices.page("desk", scripts=scripts)
    await page.goto(f"{bazaar.home}/pair/{bazaar.keys.admin}")
    if scripts:
        await page.wait_for_selector(CONNECTED)
    return Desk(page, bazaar)


async def waiting_tv(devices: Devices, bazaar: Bazaar, *, scripts: bool = True) -> tuple[Page, str]:
    """A TV on which somebody has opened the short address, and the code that it shows."""
    page = await devices.page("tv", scripts=scripts)
    await page.goto(f"{bazaar.home}/tv")
    code = await page.get_attribute("[data-code]", "data-code") or ""
    assert code == "".join((await page.inner_text("[data-code]")).split())
    return page, code


async def test_a_screen_from_the_desk(devices: Devices, bazaar: Bazaar) -> None:
    """The TV finds out by itself that it was set up, and from then on shows what the desk makes of it, until it is removed."""
    tv, code = await waiting_tv(devices, bazaar)
    desk = await desk_of(devices, bazaar)
    await desk.set_up(code, "polsek")
    await tv.wait_for_selector(f"{CONNECTED}[data-screen='{code.lower()}']")
    await expect(tv.locator(".tv-screen")).to_have_text(NAME)
    await expect(tv.locator("[data-slot][data-counter='3']")).to_be_visible()
    await expect(tv.locator("[data-slot][data-counter='1']")).to_have_count(0)
    row = desk.screen(code)
    await row.locator("summary").click()
    await row.locator("[name=name]").fill("Layar barat")
    await row.locator("[name=agencies][value=dukcapil]").check()
    await row.locator("[data-command=set_screen] button").click()
    await expect(row.locator("[data-name]")).to_have_text("Layar barat")
    await expect(tv.locator(".tv-screen")).to_have_text("Layar barat")
    await expect(tv.locator("[data-slot][data-counter='1']")).to_be_visible()
    devices.in_trouble = True  # the page of a screen that is removed is a 404
    await row.locator("[data-command=remove_screen] button").click()
    await expect(row).to_have_count(0)
    await expect(tv.locator("[data-gone]")).to_be_visible()
    await expect(tv.locator("[data-code]")).to_have_attribute("data-code", code)
    await desk.set_up(code)
    await tv.wait_for_selector(f"{CONNECTED}[data-screen='{code.lower()}']")


async def test_the_code_is_read_by_a_camera(devices: Devices, bazaar: Bazaar) -> None:
    """A phone that is signed in at the desk reads the picture on the TV, and has the form with the code filled in."""
    tv, code = await waiting_tv(devices, bazaar)
    phone = await devices.page("phone")
    await phone.goto(f"{bazaar.home}/pair/{bazaar.keys.supervisor}")
    await phone.goto(await qr_text(tv.locator("[data-qr] svg")))
    await expect(phone.locator("[data-set-up] [data-code]")).to_have_text(code)
    await phone.select_option("[data-join] [name=screen]", "utama")
    await phone.tap("[data-join] button")
    await tv.wait_for_selector(f"{CONNECTED}[data-screen='utama']")


async def test_without_scripts(devices: Devices, bazaar: Bazaar) -> None:
    """A TV and a desk that run no scripts come together as well: the TV's page asks again by itself."""
    tv, code = await waiting_tv(devices, bazaar, scripts=False)
    desk = await desk_of(devices, bazaar, scripts=False)
    await desk.page.fill("[data-pair-screen] [name=code]", code)
    await desk.page.click("[data-pair-screen] button")
    await desk.page.fill("[data-set-up] [name=name]", NAME)
    await desk.page.click("[data-set-up] button")
    await tv.wait_for_selector(f"[data-screen='{code.lower()}']")
    await expect(desk.screen(code)).to_contain_text(NAME)


async def test_the_desk_sees_its_devices(devices: Devices, bazaar: Bazaar) -> None:
    """A screen without a TV, with one that works, and with one whose browser refuses to be heard: the desk's row follows by itself."""
    desk = await desk_of(devices, bazaar)
    await desk.sees("utama", "unseen")
    await devices.tv(bazaar)
    await desk.sees("utama", "ok")
    mute = await devices.page("tv")
    await mute.add_init_script(REFUSES_TO_PLAY)
    await mute.goto(f"{bazaar.home}/tv/utama")
    tablet = await devices.tablet(bazaar, 1)
    await devices.phone(bazaar, "ktp")
    await tablet.calls("A-001")
    await desk.sees("utama", "sound_locked")


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1024, 768), (320, 640)])
async def test_axe_finds_nothing(devices: Devices, bazaar: Bazaar, width: int, height: int) -> None:
    """No fault of accessibility on the page of a waiting TV and on the form, and nothing to scroll sideways."""
    tv, code = await waiting_tv(devices, bazaar)
    desk = await desk_of(devices, bazaar)
    await desk.page.goto(f"{bazaar.home}/desk/screen?code={code}")
    for page in (tv, desk.page):
        await page.set_viewport_size({"width": width, "height": height})
        found = (await Axe().run(page)).response["violations"]
        assert [] == [(fault["id"], fault["nodes"][0]["html"]) for fault in found]
        assert width == await page.evaluate("document.documentElement.scrollWidth")
    assert width == 320 or await tv.evaluate(ALL_IN_SIGHT)


@pytest_asyncio.fixture
async def own(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """A `urut demo` of the test's own, to be killed."""
    async with demo(tmp_path_factory.mktemp("urut") / "data") as started:
        yield started


@pytest.mark.faults
async def test_everything_is_started_anew(devices: Devices, own: Demo, reader: aiohttp.ClientSession) -> None:
    """A TV that waits keeps its code over a new start of hub and store; a TV that was set up is known by both, and after its own."""
    devices.in_trouble = True
    bazaar = await bazaar_of(own, reader)
    waiting, its_code = await waiting_tv(devices, bazaar)
    tv, code = await waiting_tv(devices, bazaar)
    desk = await desk_of(devices, bazaar)
    await desk.set_up(code)
    await tv.wait_for_selector(f"{CONNECTED}[data-screen='{code.lower()}']")
    await own.kill()
    await expect(waiting.locator("body[data-unreachable]")).to_have_count(1)
    await own.start()
    await expect(waiting.locator("body[data-unreachable]")).to_have_count(0)
    await expect(waiting.locator("[data-code]")).to_have_attribute("data-code", its_code)
    await tv.wait_for_selector(CONNECTED)
    again = await tv.context.new_page()
    await again.goto(f"{bazaar.home}/tv")
    await again.wait_for_selector(f"{CONNECTED}[data-screen='{code.lower()}']")
    await desk.page.goto(f"{bazaar.home}/desk")
    await desk.set_up(its_code)
    await waiting.wait_for_selector(f"{CONNECTED}[data-screen='{its_code.lower()}']")
