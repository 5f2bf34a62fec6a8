"""Without scripts, without a mouse, in four languages: the pages as they come from the server, and as keys reach them."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.devices import Devices
from tests.browser.hands import READY
from tests.browser.running import Bazaar

pytestmark = pytest.mark.browser

TABS_MAX = 60
LANGUAGES = ("id", "en", "jv", "mad")


async def test_a_day_without_scripts(devices: Devices, bazaar: Bazaar) -> None:
    """Taking a number, holding it and coming back, calling, recalling and finishing all work by forms alone."""
    phone, tablet = await devices.page("phone", scripts=False), await devices.page("tablet", scripts=False)
    await phone.goto(f"{bazaar.home}/join")
    await phone.tap("[data-office=dukcapil] > summary")
    await phone.tap("[data-errand=ktp]")
    await phone.tap("[data-take]")
    await phone.wait_for_url("**/visit/*")
    card = phone.locator("[data-ticket='A-001']")
    await card.locator("[data-command=hold] button").tap()
    await expect(card).to_have_attribute("data-state", "held")
    await card.locator("[data-command=return] button").tap()
    await expect(card).to_have_attribute("data-state", "waiting")
    await tablet.goto(f"{bazaar.home}/pair/{bazaar.keys.counters[1]}")
    await tablet.tap("[data-open-button]")
    await tablet.tap("[data-next-button]")
    await expect(tablet.locator("[data-serving]")).to_have_text("A-001")
    await tablet.tap(".actions [data-command=recall] button")
    await expect(tablet.locator("[data-calls]")).to_have_text("2")
    await phone.reload()
    await expect(phone.locator("[data-call] [data-call-label]")).to_have_text("A-001")
    await expect(phone.locator("[data-call-counter]")).to_have_text("1")
    await expect(phone.locator("[data-again]")).to_contain_text("2")
    await tablet.tap(".actions [data-command=finish] button")
    await expect(tablet.locator("[data-nobody]")).to_be_visible()
    happened = [(entry["by"], name) for entry in await bazaar.entries() for name, _ in entry["events"]][1:]
    at_counter = ("counter_opened", "ticket_called", "ticket_recalled", "ticket_served")
    by_phone = ("ticket_issued", "ticket_held", "ticket_returned")
    assert [*(("phone", name) for name in by_phone), *(("counter/1", name) for name in at_counter)] == happened


async def test_a_refusal_without_scripts(devices: Devices, bazaar: Bazaar) -> None:
    """A form that comes too late brings the page back with the sentence, and the page shows how things are now."""
    stale, tablet = await devices.page("tablet", scripts=False), await devices.tablet(bazaar, 1)
    await devices.phone(bazaar, "ktp")
    await stale.goto(f"{bazaar.home}/pair/{bazaar.keys.counters[1]}")
    await tablet.calls("A-001")
    await stale.tap("[data-next-button]")
    await expect(stale.locator("[data-refused]")).to_contain_text("1")
    await expect(stale.locator("[data-serving]")).to_have_text("A-001")
    assert [("A-001", 1)] == await bazaar.calls()


async def test_nothing_ticked_without_scripts(devices: Devices, bazaar: Bazaar) -> None:
    """A join form with nothing ticked comes back and says what is missing."""
    devices.in_trouble = True
    phone = await devices.page("phone", scripts=False)
    await phone.goto(f"{bazaar.home}/join")
    await phone.tap("[data-take]")
    await expect(phone.locator("[data-fault]")).to_be_visible()


async def test_from_a_form_that_came_back(devices: Devices, bazaar: Bazaar) -> None:
    """A page that answers a refused form can be read in another language, and looks again by itself: neither leads nowhere."""
    devices.in_trouble = True
    phone, desk = await devices.page("phone", scripts=False), await devices.page("desk", scripts=False)
    await phone.goto(f"{bazaar.home}/join")
    await phone.tap("[data-take]")
    await phone.tap("[data-language=en]")
    await expect(phone.locator("html[lang=en] [data-join]")).to_be_visible()
    await phone.tap("[data-office=dukcapil] > summary")
    await phone.tap("[data-errand=ktp]")
    await phone.tap("[data-take]")
    await phone.wait_for_url("**/visit/*")
    address, late = phone.url, await phone.context.new_page()
    await late.goto(address)
    for page in (phone, late):
        await page.tap("[data-command=hold] button")
    await expect(late.locator("[data-answer]")).to_contain_text("A-001")
    again = await late.locator("meta[http-equiv=refresh]").get_attribute("content")
    assert f"20;url={address.removeprefix(bazaar.url)}" == again
    await late.tap("[data-language=jv]")
    await expect(late.locator("html[lang=jv] [data-ticket='A-001'][data-state=held]")).to_be_visible()
    await desk.goto(f"{bazaar.home}/pair/{bazaar.keys.admin}")
    await desk.locator("[data-command=announce] [name=text]").evaluate("(field) => field.removeAttribute('required')")
    await desk.click("[data-command=announce] button")
    await desk.click("[data-language=en]")
    await expect(desk.locator("html[lang=en] [data-command=announce]")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_languages(devices: Devices, bazaar: Bazaar, language: str) -> None:
    """Every page says in which language it speaks: the one that its address asks for."""
    phone = await devices.phone(bazaar, "ktp")
    staff = await devices.page("desk")
    for key in (bazaar.keys.admin, bazaar.keys.kiosks[1], bazaar.keys.counters[1]):
        await staff.goto(f"{bazaar.home}/pair/{key}")
    for address in bazaar.addresses(phone.page.url):
        await staff.goto(f"{address}?lang={language}")
        assert language == await staff.locator("html").get_attribute("lang"), address
    await staff.goto(f"{bazaar.home}/join")
    assert language == await staff.locator("html").get_attribute("lang"), "the choice is kept"


async def test_the_switch_of_languages(devices: Devices, bazaar: Bazaar) -> None:
    """A resident switches the language by a tap, and the words are others."""
    phone = await devices.phone(bazaar, "ktp")
    heading = phone.page.locator("h1")
    indonesian = await heading.inner_text()
    await phone.page.tap("[data-language=en]")
    await expect(phone.page.locator("html[lang=en]")).to_be_attached()
    await expect(heading).not_to_have_text(indonesian)
    await phone.shows("A-001", "waiting")


async def test_a_kiosk_by_keys(devices: Devices, bazaar: Bazaar) -> None:
    """Tab, Space and Enter are enough to take a number at a kiosk."""
    kiosk = await devices.kiosk(bazaar)
    await reach(kiosk.page, "[data-open=dukcapil]")
    await kiosk.page.keyboard.press("Enter")
    await reach(kiosk.page, "[data-errand=ktp] input")
    await kiosk.page.keyboard.press("Space")
    await reach(kiosk.page, "[data-do=take]")
    await kiosk.page.keyboard.press("Enter")
    await expect(kiosk.page.locator("[data-numbers] [data-ticket='A-001']")).to_be_visible()
    await reach(kiosk.page, "[data-do=done]")
    await kiosk.page.keyboard.press("Enter")
    await expect(kiosk.page.locator("[data-step=office]")).to_be_visible()


async def test_a_phone_by_keys(devices: Devices, bazaar: Bazaar) -> None:
    """Tab, Space and Enter are enough to take a number and to say that one will be late."""
    page = await devices.page("phone")
    await page.goto(f"{bazaar.home}/join")
    await page.wait_for_selector(READY)
    for part, key in (
        ("[data-office=dukcapil] > summary", "Enter"),
        ("[data-errand=ktp] input", "Space"),
        ("[data-continue]", "Enter"),
        ("[data-take]", "Enter"),
        ("[data-command=hold] button", "Enter"),
    ):
        await reach(page, part)
        await page.keyboard.press(key)
    await expect(page.locator("[data-ticket='A-001'][data-state=held]")).to_be_visible()


async def test_a_counter_by_keys(devices: Devices, bazaar: Bazaar) -> None:
    """An officer with a keyboard opens the counter, calls, transfers and calls again without a mouse; the TV follows."""
    tablet, tv = await devices.tablet(bazaar, 1, opened=False), await devices.tv(bazaar)
    await devices.phone(bazaar, "ktp")
    await devices.phone(bazaar, "ktp")
    await tablet.page.keyboard.press("Enter")
    await expect(tablet.next).to_be_focused()
    await tablet.page.keyboard.press("n")
    await tablet.shows("A-001")
    await tablet.page.keyboard.press("t")
    await tablet.page.keyboard.type("skck")
    await reach(tablet.page, "[data-command=transfer] button[value=skck]")
    await tablet.page.keyboard.press("Enter")
    await tablet.page.locator("[data-command=transfer] button[data-armed=ready]").wait_for()
    await tablet.page.keyboard.press("Enter")
    await tablet.shows("")
    await expect(tablet.next).to_be_focused()
    await expect(tablet.next).not_to_have_attribute("aria-disabled", "true")
    await tablet.page.keyboard.press("Enter")
    await tablet.shows("A-002")
    await tv.shows("A-002", 1)


async def reach(page: Page, part: str) -> None:
    """Press Tab until this part of the page has the focus."""
    wanted = page.locator(part)
    await expect(wanted).to_be_visible()
    for _ in range(TABS_MAX):
        if await wanted.evaluate("(part) => part === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    pytest.fail(f"{part} cannot be reached by Tab")
