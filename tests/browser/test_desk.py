"""The organiser's desk in a real browser: the hall at one look, and everything the organiser presses."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from server.core.values import CounterNumber, CounterState
from tests.serving import Served, serving

pytestmark = pytest.mark.browser

READY = "body[data-ready][data-connected]"


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    """Counter 1 is open and serves A-001; A-002 waits, B-001 was set aside."""
    async with serving() as bazaar:
        await bazaar.submit("open_counter", counter=1)
        for services in (["ktp"], ["kk"], ["skck"]):
            await bazaar.submit("issue", services=services)
        await bazaar.submit("next", counter=1, seen=None)
        await bazaar.submit("hold", ticket="B-001")
        yield bazaar


@pytest_asyncio.fixture
async def desk(page: Page, served: Served) -> Page:
    """The organiser's desk, paired by its link."""
    await page.goto(f"{served.home}/pair/{served.keys.admin}")
    await page.wait_for_selector(READY)
    return page


async def test_the_hall_as_it_is(desk: Page, served: Served) -> None:
    """Counters, lines and totals are shown, and follow what happens elsewhere, with the log's offset and head."""
    tile = desk.locator(".tile[data-counter='1']")
    await expect(tile.locator("[data-label]")).to_have_text("A-001")
    await expect(desk.locator("[data-total=waiting]")).to_have_text("1")
    await expect(desk.locator("[data-line=B] [data-cell=left]")).to_have_text("2")
    await served.submit("next", counter=1, seen="A-001")
    await expect(tile.locator("[data-label]")).to_have_text("A-002")
    await expect(tile.locator("[data-served]")).to_have_text("1")
    await expect(desk.locator("[data-line=A] [data-wait]")).to_have_text(re.compile(r"^\D$"))
    await expect(desk.locator("[data-offset]")).to_have_text(str(served.room.offset))
    await expect(desk.locator("[data-head]")).to_have_text(served.room.head[:8])


async def test_counters_are_worked_from_the_desk(desk: Page, served: Served) -> None:
    """A counter is opened, paused, resumed and closed from its tile; each press says that it is saved."""
    tile = desk.locator(".tile[data-counter='2']")
    await tile.locator("summary").click()
    for do, state in (("open", "open"), ("pause", "paused"), ("open", "open"), ("close", "closed")):
        await tile.locator(f"[data-command={do}_counter] button").click()
        await expect(desk.locator(f".tile[data-counter='2'][data-state={state}]")).to_be_visible()
        await expect(desk.locator("[data-saved]")).not_to_be_empty()
    assert CounterState.CLOSED is served.room.bazaar.counters[CounterNumber(2)].state


async def test_announcements(desk: Page, served: Served) -> None:
    """An announcement goes up for its scope and is taken down; its form is empty again."""
    await desk.fill("[name=text]", "Kunci tertinggal")
    await desk.select_option("[name=scope]", "polsek")
    await desk.locator("[data-command=announce] button").click()
    row = desk.locator("[data-announcements] [data-announcement]")
    await expect(row).to_contain_text("Kunci tertinggal")
    await expect(desk.locator("[name=text]")).to_have_value("")
    said = next(iter(served.room.bazaar.announcements.values()))
    assert ("polsek", "Kunci tertinggal") == (said.scope, said.text)
    await row.locator("button").click()
    await expect(row).to_have_count(0)


async def test_services_and_tickets(desk: Page, served: Served) -> None:
    """A service is closed and reopened; one ticket is brought back or cancelled by its number; a wrong number is said."""
    office = desk.locator("[data-office=dukcapil]")
    await office.locator("summary").click()
    service = office.locator("[data-service=kk]")
    await service.locator("[data-command=close_service] button").click()
    await expect(desk.locator("[data-service=kk][data-shut]")).to_be_visible()
    await service.locator("[data-command=reopen_service] button").click()
    await expect(desk.locator("[data-service=kk]:not([data-shut])")).to_be_visible()
    await desk.fill("[name=ticket]", "B-001")
    await desk.click("button[name=do][value=return]")
    await expect(desk.locator("[data-total=held]")).to_have_text("0")
    await desk.fill("[name=ticket]", "Z-999")
    await desk.click("button[name=do][value=cancel]")
    await expect(desk.locator("[data-refused]")).to_contain_text("Z-999")


async def test_end_of_the_day(desk: Page, served: Served) -> None:
    """Closing lies behind a second press; afterwards the desk says so and nothing can be pressed."""
    await desk.locator("[data-end] summary").click()
    await desk.locator("[data-command=close_bazaar] button").click()
    await expect(desk.locator("[data-bazaar-closed]")).to_be_visible()
    await expect(desk.locator("[data-command=announce] button")).to_have_attribute("aria-disabled", "true")
    assert served.room.bazaar.closed


async def test_a_lost_tablet(desk: Page, browser: Browser, served: Served) -> None:
    """The desk renews a counter's key: the lost tablet is out at once, the one that scans the new card works, others never notice."""
    lost = await (await browser.new_context()).new_page()
    await lost.goto(f"{served.home}/pair/{served.keys.counters[1]}")
    await lost.wait_for_selector(READY)
    await desk.click("[data-pairing]")
    card = desk.locator("[data-pair='counter/1']")
    old = await card.get_attribute("data-link")
    await card.locator("summary").click()
    await card.locator(".button-danger").click()
    await expect(desk).to_have_url(re.compile(r"/pair#counter-1$"))
    await expect(card).not_to_have_attribute("data-link", old or "")
    await lost.wait_for_selector("body:not([data-connected])")
    for address in (f"{served.home}/counter/1", f"{old}"):
        answer = await lost.goto(address)
        assert answer is not None
        assert 401 == answer.status
    new = await (await browser.new_context()).new_page()
    await new.goto(str(await card.get_attribute("data-link")))
    await new.wait_for_selector(READY)
    await new.locator("[data-next-button]").click()
    await expect(new.locator("[data-serving]")).to_have_text("A-002")
    for page in (lost, new):
        await page.context.close()


async def test_pairing_sheet_prints(desk: Page) -> None:
    """On paper the sheet is black on white, without what is for the screen only."""
    await desk.click("[data-pairing]")
    await desk.emulate_media(media="print")
    await expect(desk.locator("[data-pair]")).to_have_count(9)
    await expect(desk.locator(".pair-tools:visible")).to_have_count(0)
    assert "rgb(255, 255, 255)" == await desk.evaluate("getComputedStyle(document.documentElement).backgroundColor")


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (320, 640)])
@pytest.mark.parametrize("path", ["counter/1", "counter/2", "desk", "pair"])
async def test_axe_finds_nothing(browser: Browser, served: Served, path: str, width: int, height: int) -> None:
    """No fault of accessibility on any page of the staff, wide or narrow, and nothing to scroll sideways."""
    context = await browser.new_context(viewport={"width": width, "height": height}, bypass_csp=True)
    page = await context.new_page()
    await page.goto(f"{served.home}/pair/{served.keys.admin}")
    await page.goto(f"{served.home}/{path}")
    if path != "pair":
        await page.wait_for_selector(READY)
    found = (await Axe().run(page)).response["violations"]
    assert [] == [(fault["id"], fault["nodes"][0]["html"]) for fault in found]
    assert width == await page.evaluate("document.documentElement.scrollWidth")
    await context.close()


async def test_no_words_are_lost_without_scripts(browser: Browser, served: Served) -> None:
    """Without scripts the pages show the same state and refresh themselves."""
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{served.home}/pair/{served.keys.admin}")
    await expect(page.locator(".tile[data-counter='1'] [data-label]")).to_have_text("A-001")
    await page.goto(f"{served.home}/counter/1")
    await page.locator("[data-next-button]").click()
    await expect(page.locator("[data-serving]")).to_have_text("A-002")
    await page.locator("[data-sheet=pause] summary").click()
    await page.locator("[data-command=pause_counter] button").first.click()
    await expect(page.locator("[data-reason]")).not_to_be_empty()
    assert re.search(r"/counter/1$", page.url)
    await page.locator("[data-open-button]").click()
    await expect(page.locator("[data-next-button]")).to_be_visible()
    await context.close()
