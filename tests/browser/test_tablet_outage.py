"""An officer's tablet while the Wi-Fi is away for minutes: what still makes sense is sent once, the rest is dropped with a word."""

import re

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.devices import Devices
from tests.browser.officer import COMMANDS, NEXT, READY, Clock, calls, kept, shows
from tests.browser.running import Bazaar
from tests.serving import Served

pytestmark = pytest.mark.browser

OLD_MS = 130_000
LATE_MS = 6_000
ASKED = "[data-press][data-kind=asked]"
REFUSED = "[data-press][data-kind=refused]"
NOTE_WORDS = """(place) => {
    window.said = [];
    new MutationObserver(() => window.said.push(place.textContent)).observe(place, { childList: true, characterData: true, subtree: true });
}"""
LOOKS_OLD = """() => {
    const key = Object.keys(localStorage).find((name) => name.includes("counter/1") && localStorage[name].includes("next"));
    localStorage[key] = JSON.stringify(JSON.parse(localStorage[key]).map((press) => ({ ...press, at: press.at - 180000 })));
}"""


@pytest_asyncio.fixture
async def tablet(page: Page, served: Served) -> Page:
    """The tablet of counter 1; its time goes on by itself, and faster when the test says so."""
    await page.set_viewport_size({"width": 1280, "height": 800})
    await page.clock.install()
    await page.goto(f"{served.home}/pair/{served.keys.counters[1]}")
    await page.wait_for_selector(READY)
    return page


async def press_offline(tablet: Page, context: BrowserContext, button: str, wait_ms: int) -> None:
    """Press a button without a network, and let time go by."""
    await context.set_offline(True)
    await tablet.click(button)
    await expect(tablet.locator("[data-waiting]")).to_be_visible()
    await tablet.clock.run_for(wait_ms)


async def test_an_old_next_asks_first(tablet: Page, context: BrowserContext, served: Served) -> None:
    """Next that waited for minutes calls nobody by itself when the network is back; once the officer says so, it calls one person."""
    await press_offline(tablet, context, NEXT, OLD_MS)
    await context.set_offline(False)
    await tablet.wait_for_selector(READY)
    await expect(tablet.locator(f"{ASKED} [data-ago]")).to_have_text(re.compile(r"2:1\d"))
    assert ([], ["next"]) == (await calls(served), [command["do"] for command in await kept(tablet)])
    await tablet.click(f"{ASKED} [data-do=send]")
    await shows(tablet, "A-001")
    await expect(tablet.locator("[data-outbox]")).to_be_hidden()
    assert (["A-001"], []) == (await calls(served), await kept(tablet))


async def test_an_old_next_is_dropped(tablet: Page, context: BrowserContext, served: Served) -> None:
    """The officer may drop the old press: nobody was called, and the next press is a new one."""
    await press_offline(tablet, context, NEXT, OLD_MS)
    await tablet.click(f"{ASKED} [data-do=drop]")
    await context.set_offline(False)
    await tablet.wait_for_selector(READY)
    assert ([], []) == (await calls(served), await kept(tablet))
    await tablet.click(NEXT)
    await shows(tablet, "A-001")
    assert ["A-001"] == await calls(served)


async def test_next_once_more_is_the_word(tablet: Page, context: BrowserContext, served: Served) -> None:
    """Pressing Next again says that the old one is meant: still one press, one person."""
    await press_offline(tablet, context, NEXT, OLD_MS)
    await context.set_offline(False)
    await tablet.wait_for_selector(READY)
    await tablet.click(NEXT)
    await shows(tablet, "A-001")
    assert (["A-001"], []) == (await calls(served), await kept(tablet))


async def test_an_old_press_after_a_reload(tablet: Page, served: Served) -> None:
    """A press keeps its age over a reload: also then an old one is not sent without a word."""
    await tablet.route(COMMANDS, lambda route: route.abort())
    await tablet.click(NEXT)
    await expect(tablet.locator("[data-waiting]")).to_be_visible()
    await tablet.evaluate(LOOKS_OLD)
    await tablet.unroute(COMMANDS)
    await tablet.reload()
    await tablet.wait_for_selector(READY)
    await expect(tablet.locator(ASKED)).to_be_visible()
    assert [] == await calls(served)


async def test_what_cannot_be_any_more_is_told(tablet: Page, context: BrowserContext, served: Served) -> None:
    """Where somebody else is at the counter by now an old Next asks nothing: it is refused, and told with the reason until it is read."""
    await press_offline(tablet, context, NEXT, OLD_MS)
    await served.submit("next", by="supervisor", counter=1, seen=None)
    await context.set_offline(False)
    await expect(tablet.locator(f"{REFUSED} [data-why]")).to_contain_text("1")
    assert (["A-001"], []) == (await calls(served), await kept(tablet))
    await tablet.reload()
    await tablet.wait_for_selector(READY)
    await tablet.click(f"{REFUSED} [data-do=drop]")
    await expect(tablet.locator("[data-outbox]")).to_be_hidden()


async def test_carried_out_long_ago(tablet: Page, served: Served) -> None:
    """A press that arrived, while its answer was lost for minutes, is answered with what it did then, and not done again."""
    arrived: list[str] = []

    async def lose_every_answer(route: Route) -> None:
        if not arrived:
            arrived.append(await (await route.fetch()).text())
        await route.abort()

    await tablet.route_web_socket("**/live*", lambda socket: socket.close())
    await tablet.route("**/views/counter/*", lambda route: route.abort())
    await tablet.route(COMMANDS, lose_every_answer)
    await tablet.reload()
    await tablet.click(NEXT)
    await expect(tablet.locator("[data-waiting]")).to_be_visible()
    await tablet.clock.run_for(OLD_MS)
    for cut in ("**/views/counter/*", COMMANDS):
        await tablet.unroute(cut)
    await tablet.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await shows(tablet, "A-001")
    assert ["A-001"] == await calls(served)


async def test_a_recall_of_somebody_who_left(tablet: Page, context: BrowserContext, served: Served) -> None:
    """A recall that waited while its ticket left the counter is dropped, with the reason in words."""
    await tablet.click(NEXT)
    await shows(tablet, "A-001")
    await expect(tablet.locator("[data-command=recall] button")).not_to_have_attribute("aria-disabled", "true")
    await press_offline(tablet, context, "[data-command=recall] button", LATE_MS)
    await served.submit("hold", counter=1, ticket="A-001")
    await context.set_offline(False)
    await expect(tablet.locator(f"{REFUSED} [data-what]")).to_contain_text("A-001")
    await expect(tablet.locator(f"{REFUSED} [data-why]")).to_have_text(re.compile(r"\w"))
    assert [] == await kept(tablet)


async def test_what_calls_nobody_needs_no_word(tablet: Page, context: BrowserContext, served: Served) -> None:
    """A pause pressed without a network is sent by itself however long it waited."""
    await context.set_offline(True)
    await tablet.click("[data-sheet=pause] > summary")
    await tablet.click("[data-command=pause_counter] button >> nth=0")
    await expect(tablet.locator("[data-waiting]")).to_be_visible()
    await tablet.clock.run_for(OLD_MS)
    await context.set_offline(False)
    await expect(tablet.locator("body[data-state=paused]")).to_be_visible()


async def test_how_a_press_fares(tablet: Page, served: Served) -> None:
    """The button itself says that its press is being sent, waits for the network, and was sent; then the word goes again."""
    words = await tablet.evaluate("JSON.parse(document.querySelector('#page').textContent).strings.sends")
    await tablet.click(NEXT)
    await shows(tablet, "A-001")
    state = tablet.locator("[data-command=recall] [data-send-state]")
    await state.evaluate(NOTE_WORDS)
    held: list[Route] = []
    await tablet.route(COMMANDS, lambda route: held.append(route))
    await tablet.click("[data-command=recall] button:not([aria-disabled])")
    await expect(state).to_have_text(words["sending"])
    await held[0].abort()
    await expect(state).to_have_text(words["network"])
    await tablet.unroute(COMMANDS)
    await tablet.wait_for_function("(sent) => window.said.includes(sent)", arg=words["sent"])
    await expect(state).to_have_text("")


async def test_a_word_goes_while_others_wait(tablet: Page, served: Served) -> None:
    """The word that a press was sent leaves its button, although another press waits for the network by then."""
    await tablet.click(NEXT)
    await shows(tablet, "A-001")
    sent = tablet.locator("[data-command=recall] [data-send-state]")
    await sent.evaluate(NOTE_WORDS)
    await tablet.click("[data-command=recall] button:not([aria-disabled])")
    await tablet.wait_for_function("() => window.said.length")
    await tablet.route(COMMANDS, lambda route: route.abort())
    await tablet.click("[data-command=hold] button:not([aria-disabled])")
    await tablet.clock.run_for(LATE_MS)
    await expect(tablet.locator("[data-press][data-kind=waiting]")).to_be_visible()
    await expect(sent).to_have_text("")


async def test_how_old_the_picture_is(tablet: Page, context: BrowserContext, clock: Clock) -> None:
    """On a link that is silent the tablet says at what time things were as it shows them, and goes on counting."""
    await context.set_offline(True)
    await tablet.clock.run_for(40_000)
    await expect(tablet.locator("[data-age][data-stale]")).to_have_text(re.compile(r"\d\d\.\d\d\.\d\d.*0:[345]\d"))
    await tablet.clock.run_for(30_000)
    await expect(tablet.locator("[data-age][data-stale]")).to_have_text(re.compile(r"1:[0-3]\d"))
    clock.ms += 70_000
    await context.set_offline(False)
    await expect(tablet.locator("[data-age][data-stale]")).to_have_count(0)


async def test_a_link_leads_nowhere_without_a_network(devices: Devices, bazaar: Bazaar) -> None:
    """Without a network no tap ends on the browser's own error page, from which a tablet would not come back."""
    tablet = (await devices.tablet(bazaar, 1)).page
    devices.in_trouble = True
    await tablet.context.set_offline(True)
    await tablet.clock.run_for(30_000)
    await tablet.tap("[data-sheet=more] > summary")
    await tablet.tap("[data-language=en]")
    await expect(tablet.locator("[data-refused]")).to_have_text(re.compile(r"\w"))
    await expect(tablet.locator("html[lang=id]")).to_be_attached()


async def test_two_tablets_on_one_counter(tablet: Page, browser: Browser, served: Served) -> None:
    """Two tablets press Next in the same moment: one person is called, and the other tablet says that the counter has moved on."""
    second = await (await browser.new_context(viewport={"width": 800, "height": 1280})).new_page()
    await second.goto(f"{served.home}/pair/{served.keys.counters[1]}")
    await second.wait_for_selector(READY)
    held: list[Route] = []
    for device in (tablet, second):
        await device.route(COMMANDS, lambda route: held.append(route))
        await device.click(NEXT)
    await expect(tablet.locator("[data-pressed]")).to_have_count(1)
    for route in held:
        await route.continue_()
    await shows(tablet, "A-001")
    await shows(second, "A-001")
    told = [await device.locator("body").get_attribute("data-told") for device in (tablet, second)]
    await second.context.close()
    assert ["saved", "stale"] == sorted(map(str, told))
    assert ["A-001"] == await calls(served)


async def test_a_clock_that_is_wrong(page: Page, served: Served, clock: Clock) -> None:
    """A tablet whose clock is years behind shows the hub's times, and no press of now is taken for an old one."""
    await page.clock.install(time="2019-01-01T00:00:00Z")
    await page.goto(f"{served.home}/pair/{served.keys.counters[1]}")
    await page.wait_for_selector(READY)
    await page.click(NEXT)
    await shows(page, "A-001")
    clock.ms += 600_000
    await served.submit("issue", services=["ktp"])
    await expect(page.locator("[data-since]")).to_have_text(re.compile(r"^10:0\d$"))
    await expect(page.locator("[data-longest-time]:visible")).to_have_text(re.compile(r"^10:0\d$"))
    assert ["A-001"] == await calls(served)


async def test_a_clock_that_is_set(tablet: Page, served: Served) -> None:
    """When the tablet's clock is set while a press waits nobody knows its age any more: it is asked about, not sent."""
    await tablet.route(COMMANDS, lambda route: route.abort())
    await tablet.click(NEXT)
    await expect(tablet.locator("[data-waiting]")).to_be_visible()
    await tablet.clock.set_system_time("2019-01-01T00:00:00Z")
    await expect(tablet.locator(ASKED)).to_be_visible()
    await tablet.unroute(COMMANDS)
    await tablet.click(f"{ASKED} [data-do=drop]")
    assert ([], []) == (await calls(served), await kept(tablet))
