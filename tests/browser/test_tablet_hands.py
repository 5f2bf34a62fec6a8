"""A tablet by thumb, keyboard, number pad and switch: few ways to err, and what cannot be taken back is pressed twice."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from server.core.values import CounterNumber, Label, TicketState
from tests.browser.devices import Devices
from tests.browser.officer import COMMANDS, NEXT, READY, Clock, calls, kept, shows, twice
from tests.browser.running import Bazaar
from tests.browser.test_access import faults_of
from tests.serving import Served

pytestmark = pytest.mark.browser

FINISH = "[data-command=finish] button"
STOPS = """() => Array.from(document.querySelectorAll("button, summary, input, select, a[href]"))
    .filter((part) => part.tabIndex >= 0 && !part.closest("details:not([open]) > .sheet") && part.getClientRects().length)
    .filter((part) => getComputedStyle(part).visibility !== "hidden")
    .map((part) => (part.closest("[data-command], [data-sheet]") || part).dataset.command || part.parentNode.dataset.sheet)"""
PIXELS_OUT = """(parts) => parts.map((part) => part.getBoundingClientRect())
    .filter((box) => box.top < 0 || box.left < 0 || box.bottom > innerHeight || box.right > innerWidth).length"""
TOO_WIDE = "(parts) => parts.filter((part) => part.scrollWidth > part.clientWidth + 1).map((part) => part.textContent)"
KEYS_ON_WORDS = """(keys) => keys.filter((key) => {
    const words = document.createRange();
    words.selectNodeContents(key.parentNode.querySelector("span"));
    const [hint, said] = [key.getBoundingClientRect(), words.getBoundingClientRect()];
    return hint.width && hint.left < said.right && said.left < hint.right && hint.top < said.bottom && said.top < hint.bottom;
}).map((key) => key.parentNode.textContent)"""
WAKE_LOCK = """const lock = { addEventListener() {} };
    Object.defineProperty(navigator, "wakeLock", { value: HOW });"""


async def call(tablet: Page, label: str) -> None:
    """Press Next and see who comes, settled."""
    await tablet.click(f"{NEXT}:not([aria-disabled])")
    await shows(tablet, label)
    await expect(tablet.locator("[data-pressed]")).to_have_count(0)


async def test_finish_is_pressed_twice(tablet: Page, served: Served) -> None:
    """The first press of Finish asks, and a twitch is no second press; the second press finishes."""
    await call(tablet, "A-001")
    await tablet.dblclick(FINISH)
    await expect(tablet.locator("body[data-told=asked] [data-saved]")).not_to_be_empty()
    await shows(tablet, "A-001")
    await tablet.click(f"{FINISH}[data-armed=ready]")
    await shows(tablet, "")
    assert TicketState.SERVED is served.room.bazaar.tickets[Label("A-001")].state


async def test_a_first_press_is_forgotten(tablet: Page, served: Served) -> None:
    """After another press, or with somebody else at the counter, Finish asks anew: it never ends a ticket that it did not ask about."""
    await call(tablet, "A-001")
    await tablet.click(FINISH)
    await tablet.click("[data-command=recall] button")
    await expect(tablet.locator("[data-armed]")).to_have_count(0)
    await tablet.click(f"{FINISH}:not([aria-disabled])")
    await expect(tablet.locator(f"{FINISH}[data-armed]")).to_be_visible()
    await served.submit("next", by="supervisor", counter=1, seen="A-001")
    await shows(tablet, "A-002")
    await expect(tablet.locator("[data-armed]")).to_have_count(0)


async def test_all_that_are_set_aside(tablet: Page, served: Served, clock: Clock) -> None:
    """The list tells when somebody was called; one tap brings them back, after so many calls; leaving for good is pressed twice."""
    for number in (1, 2):
        await call(tablet, f"A-00{number}")
        await tablet.click("[data-command=hold] button")
        await shows(tablet, "")
        await expect(tablet.locator("[data-pressed]")).to_have_count(0)
    clock.ms += 65_000
    await served.submit("issue", services=["ktp"])
    await tablet.click("[data-sheet=aside] > summary")
    listed = tablet.locator("[data-list=all-held] [data-ticket]")
    await expect(listed).to_have_count(2)
    await expect(listed.first.locator("[data-when]")).to_have_text(re.compile(r"1:0\d"))
    await twice(listed.first.locator("[data-command=cancel] button"))
    await expect(listed).to_have_count(1)
    assert TicketState.CANCELLED is served.room.bazaar.tickets[Label("A-001")].state
    await tablet.click("[data-list=held] [data-ticket='A-002'] button", force=True)
    await expect(tablet.locator("[data-list=returned] [data-ticket='A-002'] [data-calls-left]")).to_contain_text("2")


async def test_undo_counts_down(tablet: Page, served: Served, clock: Clock) -> None:
    """Undo shows how many seconds are left, in figures and as a bar, by the hub's clock; it is gone when they are over."""
    await call(tablet, "A-001")
    clock.ms += 5_000
    await served.submit("issue", services=["ktp"])
    undo = tablet.locator("[data-undo]")
    await expect(undo.locator("[data-note]")).to_have_text(re.compile(r"\b1[45]\b"))
    assert 0.6 < float(await undo.locator("progress").evaluate("(bar) => bar.value")) < 0.8
    clock.ms += 16_000
    await served.submit("issue", services=["ktp"])
    await expect(undo).to_be_hidden()


async def test_who_is_at_the_counter(tablet: Page, served: Served) -> None:
    """The officer reads what the errand needs and costs, that somebody stands in for another, and how the counter does."""
    await served.submit("issue", services=["skck"], representing=True)
    await served.submit("next", by="supervisor", counter=3, seen=None)
    await served.submit("finish", by="supervisor", counter=3, ticket="B-001")
    await served.submit("issue", services=["skck"], representing=True)
    await served.submit("next", by="supervisor", counter=3, seen=None)
    await tablet.goto(f"{served.home}/pair/{served.keys.counters[3]}")
    await shows(tablet, "B-002")
    await expect(tablet.locator("[data-representing]")).to_be_visible()
    await expect(tablet.locator("[data-unsaid]")).to_be_hidden()
    await expect(tablet.locator("[data-errand]:visible [data-fee]")).to_have_text("gratis")
    await expect(tablet.locator("[data-served]")).to_have_text("1")
    await expect(tablet.locator("[data-average-time]")).to_have_text("0:00")


async def test_by_number_pad(tablet: Page, served: Served) -> None:
    """A number pad is enough: Enter calls, digits act, digits choose in a list, the point goes back, the star helps."""
    await tablet.locator("body").click(position={"x": 5, "y": 70})
    await tablet.keyboard.press("NumpadEnter")
    await shows(tablet, "A-001")
    await expect(tablet.locator("[data-pressed]")).to_have_count(0)
    await tablet.keyboard.press("1")
    await expect(tablet.locator("[data-calls]")).to_have_text("2")
    await expect(tablet.locator("[data-pressed]")).to_have_count(0)
    await tablet.keyboard.press("*")
    await expect(tablet.locator("[data-sheet=more] .sheet")).to_be_visible()
    await tablet.keyboard.press(".")
    await expect(tablet.locator("[data-sheet=more] .sheet")).to_be_hidden()
    await tablet.keyboard.press("7")
    await tablet.keyboard.press("2")
    await expect(tablet.locator("[data-reason]")).to_have_text("Salat")
    await tablet.locator("[data-open-button]:not([aria-disabled])").wait_for()
    await tablet.keyboard.press("9")
    await tablet.locator(f"{NEXT}:not([aria-disabled])").wait_for()
    await tablet.keyboard.press("NumpadEnter")
    await shows(tablet, "A-002")
    assert ["A-001", "A-002"] == await calls(served)


async def test_help_names_every_key(tablet: Page) -> None:
    """The question mark opens the help, which names each key that a button listens to."""
    await tablet.keyboard.press("?")
    told = {(await key.inner_text()).lower() for key in await tablet.locator(".key-cap").all()}
    heard = {
        key
        for part in await tablet.locator("[data-key]:is(button, summary)").all()
        for key in (await part.get_attribute("data-key") or "").split()
    }
    assert set() == heard - told


async def test_few_stops_for_a_switch(tablet: Page) -> None:
    """On the way by Tab or by a switch Next comes first, and what cannot be pressed now is no stop."""
    assert ["next", "aside", "pause", "close_counter", "takeover", "more"] == await tablet.evaluate(STOPS)
    await call(tablet, "A-001")
    await tablet.locator(f"{NEXT}:not([aria-disabled])").wait_for()
    stops = ["next", "recall", "hold", "finish", "transfer", "undo", "aside", "pause", "close_counter", "takeover", "more"]
    assert stops == await tablet.evaluate(STOPS)


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (800, 1280), (1138, 712), (712, 1138), (390, 844), (1024, 600)])
async def test_everything_is_at_hand(tablet: Page, width: int, height: int) -> None:
    """With somebody at the counter every button for them and for the counter is wholly in sight, without scrolling."""
    await tablet.set_viewport_size({"width": width, "height": height})
    await call(tablet, "A-001")
    parts = tablet.locator(
        ".tablet-press button:visible, .actions button:visible, .actions summary, .tools summary:visible, .tools button:visible"
    )
    assert 12 == await parts.count()
    assert 0 == await parts.evaluate_all(PIXELS_OUT)


@pytest.mark.parametrize("language", ["id", "jv", "mad", "en"])
@pytest.mark.parametrize(("width", "height"), [(1024, 600), (390, 844)])
async def test_words_stay_in_their_buttons(devices: Devices, bazaar: Bazaar, language: str, width: int, height: int) -> None:
    """In every language the words of a button fit into it, on a small tablet and on a phone, with all the buttons of a supervisor."""
    tablet = await devices.page("tablet")
    await tablet.set_viewport_size({"width": width, "height": height})
    await tablet.goto(f"{bazaar.home}/pair/{bazaar.keys.supervisor}")
    await tablet.goto(f"{bazaar.home}/counter/1?lang={language}")
    await tablet.wait_for_selector(READY)
    await tablet.click("[data-open-button]")
    await expect(tablet.locator(NEXT)).to_be_visible()
    buttons = tablet.locator(".tools summary, .tools > div > form button, .actions button, .actions summary")
    assert [] == await buttons.evaluate_all(TOO_WIDE)


@pytest.mark.parametrize("language", ["id", "jv", "mad", "en"])
async def test_keys_stand_beside_the_words(tablet: Page, served: Served, language: str) -> None:
    """On a computer each button tells its key, and no key lies on the button's words."""
    await tablet.goto(f"{served.home}/counter/1?lang={language}")
    await tablet.wait_for_selector(READY)
    keys = tablet.locator(".actions .key, .tools .key")
    await expect(tablet.locator(".tools .key").first).to_be_visible()
    assert [] == await keys.evaluate_all(KEYS_ON_WORDS)


@pytest.mark.parametrize("language", ["id", "jv", "mad", "en"])
@pytest.mark.parametrize(("width", "height"), [(360, 740), (360, 616), (320, 640), (320, 568)])
async def test_a_short_phone(tablet: Page, served: Served, width: int, height: int, language: str) -> None:
    """On a short or narrow phone the number at the counter is in sight too, with every button, and nothing lies beside the screen."""
    await served.submit("next", counter=1, seen=None)
    await tablet.set_viewport_size({"width": width, "height": height})
    await tablet.goto(f"{served.home}/counter/1?lang={language}")
    await tablet.wait_for_selector(READY)
    number, main = [await tablet.locator(part).bounding_box() for part in ("[data-serving]", "main")]
    assert number is not None
    assert main is not None
    assert number["y"] + number["height"] <= main["y"] + main["height"]
    buttons = tablet.locator(
        ".tablet-press button:visible, .actions button:visible, .actions summary, .tools summary, .tools button:visible"
    )
    assert 0 == await buttons.evaluate_all(PIXELS_OUT)
    assert width == await tablet.evaluate("document.documentElement.scrollWidth")


async def test_another_counter(tablet: Page, served: Served) -> None:
    """Two taps, and the tablet is that of the counter beside it, with what stands there now."""
    await served.submit("open_counter", counter=2)
    await served.submit("next", by="supervisor", counter=2, seen=None)
    await tablet.click("[data-sheet=takeover] > summary")
    await expect(tablet.locator("[data-take='2'] [data-stand-label]")).to_have_text("A-001")
    await expect(tablet.locator("[data-take='2'] [data-stand-state]")).to_have_attribute("data-status", "open")
    await tablet.click("[data-take='2'] button")
    await tablet.wait_for_selector(f"{READY}[data-counter='2']")
    await call(tablet, "A-002")
    assert "A-002" == served.room.bazaar.counters[CounterNumber(2)].serving


async def test_no_press_is_left_behind(tablet: Page) -> None:
    """As long as a press waits here the tablet does not go to another counter: nobody would send it any more."""
    await tablet.route(COMMANDS, lambda route: route.abort())
    await tablet.click(NEXT)
    await tablet.click("[data-sheet=takeover] > summary")
    await tablet.click("[data-take='2'] button")
    await expect(tablet.locator("[data-refused]")).not_to_be_empty()
    assert ["next"] == [command["do"] for command in await kept(tablet)]
    await expect(tablet.locator("body[data-counter='1']")).to_be_attached()


@pytest.mark.parametrize(
    ("how", "awake"), [("undefined", False), ("{ request: async () => lock }", True), ("{ request: async () => { throw lock } }", False)]
)
async def test_the_screen_stays_on(browser: Browser, served: Served, how: str, awake: bool) -> None:
    """The tablet keeps its screen on where the browser lets it, and otherwise says what to set: it never claims what is not so."""
    context = await browser.new_context()
    await context.add_init_script(WAKE_LOCK.replace("HOW", how))
    tablet = await context.new_page()
    await tablet.goto(f"{served.home}/pair/{served.keys.counters[1]}")
    await tablet.wait_for_selector(READY)
    await tablet.click("[data-sheet=more] > summary")
    words = await tablet.evaluate("JSON.parse(document.querySelector('#page').textContent).strings")
    await expect(tablet.locator("[data-awake]")).to_have_text(words["awake" if awake else "asleep"])
    await context.close()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
async def test_axe_on_every_sheet(tablet: Page, served: Served, width: int, height: int) -> None:
    """Neither an opened sheet, nor what waits for the network, nor what was refused has anything that axe minds."""
    await tablet.set_viewport_size({"width": width, "height": height})
    await call(tablet, "A-001")
    await tablet.click("[data-command=hold] button")
    await shows(tablet, "")
    await call(tablet, "A-002")
    for sheet in ("transfer", "aside", "pause", "takeover", "more"):
        await tablet.click(f"[data-sheet={sheet}] > summary:not([aria-disabled])")
        assert [] == await faults_of(tablet), sheet
        await tablet.keyboard.press("Escape")
    await tablet.route(COMMANDS, lambda route: route.abort())
    await tablet.click(f"{NEXT}:not([aria-disabled])")
    await expect(tablet.locator("[data-press][data-kind=waiting]")).to_be_visible()
    assert [] == await faults_of(tablet)
    await served.submit("next", by="supervisor", counter=1, seen="A-002")
    await tablet.unroute(COMMANDS)
    await expect(tablet.locator("[data-press][data-kind=refused]")).to_be_visible()
    assert [] == await faults_of(tablet)
