"""A visit's page on a phone: what calls its owner, what it keeps, and how it stays true on bad networks."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any, Literal

import pytest
import pytest_asyncio
from playwright.async_api import Page, WebSocketRoute, expect

from tests.browser.hands import READY
from tests.serving import Served, serving

pytestmark = pytest.mark.browser

NOTE_ALARMS = """
    window.alarms = [];
    Navigator.prototype.vibrate = (pattern) => { window.alarms.push(pattern.length); return true; };
    const start = OscillatorNode.prototype.start;
    window.notes = 0;
    OscillatorNode.prototype.start = function (...when) { window.notes += 1; return start.apply(this, when); };
"""
KEEP_ONE_HOUR_AGO = """async () => {
    localStorage.clear();
    const store = await caches.open("urut-visits");
    const kept = await store.match(location.href);
    const headers = new Headers(kept.headers);
    headers.set("Urut-Kept-At", String(Date.now() - 3600 * 1000));
    await store.put(location.href, new Response(await kept.text(), { headers }));
}"""
PATIENCE_S, LOOK_S = 60, 0.05
KEPT = "caches.open('urut-visits').then((store) => store.match(location.href)).then(Boolean)"


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    """Counter 1 is open, and five people wait in A."""
    async with serving() as bazaar:
        await bazaar.submit("open_counter", counter=1)
        for _ in range(5):
            await bazaar.submit("issue", services=["ktp"])
        yield bazaar


async def followed(page: Page, served: Served, *services: str) -> None:
    """Take numbers behind those who wait, and follow them on this page."""
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.add_init_script(NOTE_ALARMS)
    await page.goto(f"{served.home}/join")
    wish = {"command_id": "phone-command-000001", "services": services or ["ktp"]}
    answer = await page.request.post(f"{served.home}/tickets", data=wish)
    await page.goto(served.url + (await answer.json())["url"])
    await page.wait_for_selector(READY)
    await page.click("h1")


class Officer:
    """Who calls at counter 1."""

    def __init__(self, served: Served) -> None:
        self.served, self.seen, self.number = served, "", 0

    async def calls(self) -> None:
        """Call the next."""
        await self.served.submit("next", counter=1, seen=self.seen or None)
        self.number += 1
        self.seen = f"A-{self.number:03d}"


async def alarms(page: Page) -> Any:
    """The lengths of the vibrations so far."""
    return await page.evaluate("window.alarms")


async def test_told_before(page: Page, served: Served) -> None:
    """With as many people ahead as its owner has chosen, the phone tells it once, in words, title and vibration."""
    officer = Officer(served)
    await followed(page, served)
    await page.select_option("[data-soon-at]", "2")
    for ahead in (5, 4, 3):
        await expect(page.locator("[data-ahead]")).to_have_text(str(ahead))
        await expect(page.locator("[data-soon]")).to_be_hidden()
        await officer.calls()
    await expect(page.locator("[role=alert][data-soon]")).to_contain_text("A\u2011006")
    assert "A\u2011006" in await page.title()
    assert [3] == await alarms(page)
    await officer.calls()
    await expect(page.locator("[data-soon]")).to_contain_text("1")
    assert [3] == await alarms(page)


async def test_the_choice_is_kept(page: Page, served: Served) -> None:
    """What was chosen, and that one was told, holds when the page is opened again; who wants nothing before is told nothing."""
    officer = Officer(served)
    await followed(page, served)
    await page.select_option("[data-soon-at]", "10")
    await expect(page.locator("[data-soon]")).to_be_visible()
    assert [3] == await alarms(page)
    await page.reload()
    await page.wait_for_selector(READY)
    await expect(page.locator("[data-soon-at]")).to_have_value("10")
    await page.click("h1")
    await officer.calls()
    await expect(page.locator("[data-ahead]")).to_have_text("4")
    assert [] == await alarms(page)
    await page.select_option("[data-soon-at]", "")
    await expect(page.locator("[data-soon]")).to_be_hidden()


async def test_called(page: Page, served: Served) -> None:
    """The call has the screen, the title, the vibration and, once switched on, the sound; nothing on the page flashes."""
    officer = Officer(served)
    await followed(page, served)
    await page.click("[data-sound]")
    notes = await page.evaluate("window.notes")
    for _ in range(6):
        await officer.calls()
    await expect(page.locator("[data-call]")).to_be_visible()
    assert "A-006: " in await page.title()
    assert 5 == (await alarms(page))[-1]
    assert notes + 2 + 6 == await page.evaluate("window.notes")
    assert 0 == await page.evaluate("document.getAnimations().length")
    assert 0 == await page.evaluate("scrollY")


async def test_opened_quietly(page: Page, served: Served) -> None:
    """A page that opens while its number is called shows that, and makes no noise about what is no news."""
    officer = Officer(served)
    await followed(page, served)
    for _ in range(6):
        await officer.calls()
    await expect(page.locator("[data-call]")).to_be_visible()
    await page.reload()
    await page.wait_for_selector(READY)
    await expect(page.locator("[data-call]")).to_be_visible()
    assert [] == await alarms(page)


async def test_data_is_counted(page: Page, served: Served) -> None:
    """The page says how much of its owner's data it has used, and counts on."""
    await followed(page, served)
    used = page.locator("[data-used]")
    await expect(used).to_have_text(re.compile(r"[1-9]\d? KB"))
    before = await used.inner_text()
    for _ in range(6):
        await served.submit("issue", services=["ktp"])
    await expect(used).not_to_have_text(before)


# Networks


async def until(page: Page, expression: str) -> None:
    """Wait for something that the page does not show."""
    async with asyncio.timeout(PATIENCE_S):
        while not await page.evaluate(expression):
            await asyncio.sleep(LOOK_S)


async def test_without_a_network(page: Page, served: Served) -> None:
    """Opened again without a network the page shows what it knew last, with its age, and comes alive by itself."""
    officer = Officer(served)
    await followed(page, served)
    await until(page, KEPT)
    await officer.calls()
    await expect(page.locator("[data-ahead]")).to_have_text("4")
    await until(page, "JSON.stringify(localStorage).includes('2-6')")
    await page.context.set_offline(True)
    await officer.calls()
    await page.reload()
    await page.wait_for_selector(READY + "[data-kept-at]")
    await expect(page.locator("[data-ahead]")).to_have_text("4")
    await page.context.set_offline(False)
    await expect(page.locator("[data-ahead]")).to_have_text("3")
    await expect(page.locator("[data-age]")).not_to_have_attribute("data-stale", "")


async def test_what_was_kept_is_never_new(page: Page, served: Served) -> None:
    """A page that was kept an hour ago says so at once, as data that one must not rely on."""
    await followed(page, served)
    await until(page, KEPT)
    await page.evaluate(KEEP_ONE_HOUR_AGO)
    await page.context.set_offline(True)
    await page.reload()
    await page.wait_for_selector(READY)
    await expect(page.locator("[data-age][data-stale]")).to_contain_text("60 menit")


async def test_a_kept_call_is_never_new(page: Page, served: Served) -> None:
    """A call that was kept says above everything else how old it is, and that somebody is near calls nobody."""
    officer = Officer(served)
    await followed(page, served, "ktp", "skck")
    for _ in range(6):
        await officer.calls()
    await page.reload()
    await page.wait_for_selector(READY)
    await until(page, KEPT)
    await page.evaluate(KEEP_ONE_HOUR_AGO)
    await page.context.set_offline(True)
    await page.reload()
    await page.wait_for_selector(READY)
    await expect(page.locator("[data-call-age]")).to_contain_text("60 menit")
    await expect(page.locator("[data-soon]")).to_be_hidden()
    assert [] == await alarms(page)


async def test_where_no_socket_comes_through(page: Page, served: Served) -> None:
    """On a network that lets no sockets through the page still follows its line."""

    async def shut(socket: WebSocketRoute) -> None:
        await socket.close(code=1006)

    await page.route_web_socket(re.compile("/live"), shut)
    await followed(page, served)
    await expect(page.locator("[data-ahead]")).to_have_text("5")
    await Officer(served).calls()
    await expect(page.locator("[data-ahead]")).to_have_text("4")


async def test_out_of_the_pocket(page: Page, served: Served) -> None:
    """A phone that slept, with a socket that is dead and does not know it, asks anew as soon as somebody looks at it."""
    asleep = False

    def hear(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda message: None if asleep else socket.send(message))

    await page.clock.install()
    await page.route_web_socket(re.compile("/live"), hear)
    await followed(page, served)
    await Officer(served).calls()
    await expect(page.locator("[data-ahead]")).to_have_text("4")
    asleep = True
    await served.submit("next", counter=1, seen="A-001")
    await page.clock.pause_at(await page.evaluate("Date.now() / 1000") + 13)
    await expect(page.locator("[data-age]")).to_contain_text(re.compile("1[34]"))
    await expect(page.locator("[data-ahead]")).to_have_text("4")
    asleep = False
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(page.locator("[data-ahead]")).to_have_text("3")


async def test_asked_too_often(page: Page, served: Served) -> None:
    """Who presses without end is told in words when to press again."""
    await followed(page, served)
    url = page.url.split("?")[0]
    for number in range(8):
        order = ("hold", "return")[number % 2]
        wish = {"command_id": f"phone-command-{number:06d}-again", "do": order, "ticket": "A-006"}
        await page.request.post(f"{url}/commands", data=wish)
    await page.click("[data-command=hold] button")
    await expect(page.locator("[data-answer]")).to_have_text(re.compile(r"\d+"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_reflow_in_large_letters(page: Page, served: Served, scheme: Literal["light", "dark"]) -> None:
    """Nothing has to be scrolled sideways at 320 px, waiting or called, also with letters of twice the size."""
    officer = Officer(served)
    await page.emulate_media(color_scheme=scheme)
    await followed(page, served, "ktp", "skck")
    await page.set_viewport_size({"width": 320, "height": 640})
    for _ in range(2):
        for size in ("100%", "200%"):
            await page.evaluate("(size) => { document.documentElement.style.fontSize = size; }", size)
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for _ in range(6 - officer.number):
            await officer.calls()
        await expect(page.locator("[data-call]")).to_be_visible()
