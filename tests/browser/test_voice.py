"""The spoken call in a real browser: what a hall screen plays, in which order, and what it tells people when it may not."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from server.cli.equipment import Equipment
from server.core.values import CounterNumber
from server.web.keys import METRICS
from tests.browser.conftest import ARGS, CHROMIUM, PATIENCE_MS
from tests.browser.hands import stop_the_clock
from tests.browser.old_chromium import EDITIONS, Edition, old_page
from tests.displays.voice.beeps import beeping
from tests.scenarios import CONFIG
from tests.serving import Served, serving

pytestmark = pytest.mark.browser

SCREENS = [
    {"code": "utama", "name": "Utama", "agencies": ["dukcapil"], "zone": "halaman", "speaks": True},
    {"code": "barat", "name": "Barat", "agencies": ["polsek"], "zone": "halaman"},
]
LISTEN = """
window.heard = [];
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  if (!this.sound) this.addEventListener("ended", () => window.heard.push(this.sound));
  this.sound = this.src.split("/voice/")[1].split("/").slice(1).join("/").split(".")[0];
  return play.call(this);
};"""
"""Notes every sound that was played to its end, in that order."""
ENDLESS_AGAIN = """
const begin = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  if (this.src.includes("/full.") && window.heard.some((sound) => this.src.includes(sound))) (window.endless = this).loop = true;
  else this.loop = false;
  return begin.call(this);
};"""
"""A sentence that was heard is without an end when it is played once more."""
BLOCKED = [argument for argument in ARGS if "autoplay" not in argument]


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    """Counters 1 to 3 open, people waiting in lines A and B, and a voice."""
    async with serving(config={**CONFIG, "screens": SCREENS}, equipment=Equipment(voice=beeping())) as bazaar:
        for number in (1, 2, 3):
            await bazaar.submit("open_counter", counter=number)
        for services in (["ktp"], ["ktp"], ["skck"]):
            await bazaar.submit("issue", services=services)
        yield bazaar


async def _open(page: Page, served: Served, screen: str = "utama") -> None:
    await page.add_init_script(LISTEN)
    await page.goto(f"{served.home}/tv/{screen}")
    await page.wait_for_selector("body[data-ready][data-connected][data-sound]")


async def _next(served: Served, counter: int) -> None:
    await served.submit("next", counter=counter, seen=served.room.bazaar.counters[CounterNumber(counter)].serving)


async def _hears(page: Page, *sounds: str) -> None:
    """Wait until so many sounds were played, the first of them the page's own question; they are these."""
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while len(await page.evaluate("window.heard")) <= len(sounds):
            await asyncio.sleep(0.05)
    assert ["silence", *sounds] == (await page.evaluate("window.heard"))[: len(sounds) + 1]


async def test_a_call_is_heard(page: Page, served: Served) -> None:
    """The chime rings, then the sentence is said, and once more as nobody else is called."""
    await _open(page, served)
    await _next(served, 1)
    await _hears(page, "chime", "id/A-001/1/full", "id/A-001/1/full")


async def test_calls_follow_each_other(page: Page, served: Served) -> None:
    """Calls of one moment are said in the order of the log, whichever counter; while others wait shortly, and without a new chime."""
    await _open(page, served)
    await _next(served, 2)
    await _next(served, 3)
    await _next(served, 1)
    await _hears(page, "chime", "id/A-001/2/short", "id/B-001/3/short", "id/A-002/1/full", "id/A-002/1/full")


async def test_a_repetition_gives_way(page: Page, served: Served) -> None:
    """A call that comes while another is said once more cuts that off: it is heard at once, with a chime of its own."""
    await page.add_init_script(ENDLESS_AGAIN)
    await stop_the_clock(page)
    await _open(page, served)
    await _next(served, 1)
    await _hears(page, "chime", "id/A-001/1/full")
    await page.clock.run_for(1_000)
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while not await page.evaluate("Boolean(window.endless && !window.endless.paused)"):
            await asyncio.sleep(0.05)
    await _next(served, 2)
    await _hears(page, "chime", "id/A-001/1/full", "chime", "id/A-002/2/full")


async def test_a_recall_is_heard(page: Page, served: Served) -> None:
    """A recall is said as what it is."""
    await _open(page, served)
    await _next(served, 1)
    await _hears(page, "chime", "id/A-001/1/full", "id/A-001/1/full")
    await served.submit("recall", counter=1, ticket="A-001")
    await _hears(page, "chime", "id/A-001/1/full", "id/A-001/1/full", "chime", "id/A-001/1/second")


async def test_a_reload_says_nothing_again(page: Page, served: Served) -> None:
    """What was said is not said again when the page is opened anew; what came meanwhile is."""
    await _open(page, served)
    await _next(served, 1)
    await _hears(page, "chime", "id/A-001/1/full")
    await page.reload()
    await _next(served, 2)
    await _hears(page, "chime", "id/A-002/2/full")


async def test_the_other_screen_of_the_zone_is_mute(page: Page, served: Served) -> None:
    """A screen that does not speak asks for no sound, and does not tell anybody to press a key."""
    await _open(page, served, "barat")
    await _next(served, 3)
    await expect(page.locator("[data-call][data-label='B-001']")).to_be_visible()
    await expect(page.locator("body[data-sound='none'] [data-locked]")).to_be_hidden()
    assert [] == await page.evaluate("window.heard")


async def test_a_browser_that_keeps_mute(served: Served) -> None:
    """Where the browser wants a key pressed first, a call is seen all the same, people and the hub are told; after the key it is heard."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=BLOCKED)
        page = await chromium.new_page()
        await _open(page, served)
        await _next(served, 1)
        await expect(page.locator("[data-call][data-label='A-001']")).to_be_visible()
        await expect(page.locator("body[data-sound='locked'] [data-locked]")).to_be_visible()
        await page.reload()
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while served.app[METRICS].backlogs.by_zone() != {(served.room.plan.bazaar.id, "halaman"): 1}:
                await asyncio.sleep(0.05)
        await expect(page.locator("body[data-sound='locked'] [data-locked]")).to_be_visible()
        await page.keyboard.press("Enter")
        await expect(page.locator("body[data-sound='on'] [data-locked]")).to_be_hidden()
        await _hears(page, "chime", "id/A-001/1/full")
        await chromium.close()


async def test_a_sound_that_is_missing(browser: Browser, served: Served) -> None:
    """Without its sentence a call still rings, and the next one is said: nothing waits for a sound that does not come."""
    page = await browser.new_page()
    await page.route("**/A-001/**", lambda route: route.abort())
    await _open(page, served)
    await _next(served, 1)
    await _hears(page, "chime")
    await _next(served, 2)
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while "id/A-002/2/full" not in await page.evaluate("window.heard"):
            await asyncio.sleep(0.05)
    await page.close()


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: f"chromium-{edition.chromium}")
async def test_old_tvs_are_heard(served: Served, edition: Edition, tmp_path: Path) -> None:
    """The TVs of 2018 and 2020 play the same sounds; the newer of them wants OK pressed on its remote control first."""
    async with old_page(edition, tmp_path) as tv:
        await tv.send("Page.addScriptToEvaluateOnNewDocument", source=LISTEN)
        await tv.goto(f"{served.home}/tv/utama")
        await tv.until("document.body.hasAttribute('data-sound')")
        await tv.send("Input.dispatchKeyEvent", type="rawKeyDown", key="Enter", windowsVirtualKeyCode=13)
        await tv.until("document.body.getAttribute('data-sound') === 'on'")
        await _next(served, 1)
        await tv.until("window.heard.length > 3")
        assert ["silence", "chime", "id/A-001/1/full", "id/A-001/1/full"] == await tv.evaluate("window.heard")
