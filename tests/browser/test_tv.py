"""The hall TV in a real browser, over a real hub."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from server.core.values import CounterNumber
from tests.browser.hands import stop_the_clock
from tests.scenarios import CONFIG
from tests.serving import MovedClock, Served, serving

pytestmark = pytest.mark.browser

SCREENS = [{"code": "utama", "name": "Utama"}, {"code": "barat", "name": "Barat", "agencies": ["polsek"]}]
LONG_NAMES = (
    "BPPKAD (PBB & BPHTB) Kota",
    "Dinas Kependudukan dan Pencatatan Sipil Kota Probolinggo",
    "DinasPenanamanModaldanPelayananTerpaduSatuPintuKotaProbolinggo",
)
CUT_OFF = """() => {
    const box = document.querySelector("[data-call]").getBoundingClientRect();
    return Array.from(document.querySelectorAll("[data-call] > :not([hidden])")).filter((part) => {
        const place = part.getBoundingClientRect();
        const outside = place.top < box.top || place.bottom > box.bottom || place.left < box.left || place.right > box.right;
        return outside || part.scrollWidth > part.clientWidth + 1 || part.scrollHeight > part.clientHeight + 1;
    }).map((part) => `${part.className}: ${part.scrollWidth} ${part.clientWidth} ${part.scrollHeight} ${part.clientHeight}`);
}"""
"""Parts of a call that do not show all that they hold, or stand outside of it."""
CUT_OFF_ON_THE_BOARD = """() => Array.from(document.querySelectorAll("[data-slot]:not([hidden]) [data-agency]"))
    .filter((name) => name.scrollWidth > name.clientWidth || name.scrollHeight > name.clientHeight).map((name) => name.textContent)"""
"""Names of agencies beside their counters that are not there as a whole."""
SIZES = ((1920, 1080), (1280, 720), (1366, 768), (1024, 768))


@pytest.fixture
def clock() -> MovedClock:
    """The hub's."""
    return MovedClock()


@pytest_asyncio.fixture
async def served(clock: MovedClock) -> AsyncIterator[Served]:
    """Counters 1 to 3 open, and people waiting in lines A and B."""
    async with serving(config={**CONFIG, "screens": SCREENS}, clock=clock) as bazaar:
        for number in (1, 2, 3):
            await bazaar.submit("open_counter", counter=number)
        for services in (["ktp"], ["ktp"], ["skck"]):
            await bazaar.submit("issue", services=services)
        yield bazaar


async def _open(page: Page, served: Served, screen: str = "utama") -> None:
    """The TV, whose time passes only by `run_for`."""
    await page.set_viewport_size({"width": 1920, "height": 1080})
    await stop_the_clock(page)
    await page.goto(f"{served.home}/tv/{screen}")
    await page.wait_for_selector("body[data-ready][data-connected]")


async def _next(served: Served, counter: int) -> None:
    await served.submit("next", counter=counter, seen=served.room.bazaar.counters[CounterNumber(counter)].serving)


def _call(label: str, counter: int) -> str:
    return f"[data-call][data-label='{label}'][data-counter='{counter}']"


async def test_call_takes_the_screen(page: Page, served: Served) -> None:
    """A call takes the screen with agency, label and counter for 8 s, then stays at its counter and among the last calls."""
    await _open(page, served)
    await _next(served, 1)
    call = page.locator(_call("A-001", 1))
    await expect(call).to_be_visible()
    await expect(call).to_contain_text("Dukcapil")
    await page.clock.run_for(7_500)
    await expect(call).to_be_visible()
    await page.clock.run_for(1_000)
    await expect(call).to_be_hidden()
    await expect(page.locator("[data-slot][data-counter='1'][data-label='A-001']")).to_be_visible()
    await expect(page.locator("[data-recent-slot][data-label='A-001'][data-counter='1']")).to_be_visible()


async def test_the_page_of_a_call_stays(page: Page) -> None:
    """After a call the page of its counter is there as long as any other, so that people find their number; then the pages turn on."""
    agencies: Any = CONFIG["agencies"]
    many = {**agencies[0], "counters": [{"number": number} for number in (1, 2, 5, 6, 7, 8)]}
    async with serving(config={**CONFIG, "agencies": [many, *agencies[1:]]}) as bazaar:
        await bazaar.submit("open_counter", counter=8)
        await bazaar.submit("issue", services=["ktp"])
        await _open(page, bazaar)
        await _next(bazaar, 8)
        await expect(page.locator(_call("A-001", 8))).to_be_visible()
        await page.clock.run_for(8_100)
        await expect(page.locator("[data-call]")).to_be_hidden()
        number = page.locator("[data-slot][data-counter='8'][data-label='A-001']")
        await page.clock.run_for(8_000)
        await expect(number).to_be_visible()
        await page.clock.run_for(1_000)
        await expect(number).to_have_count(0)


async def test_calls_queue(page: Page, served: Served) -> None:
    """Two calls of one second are shown one after the other, in the order of the log; the second is announced below the first."""
    await _open(page, served)
    await _next(served, 2)
    await _next(served, 1)
    await expect(page.locator(_call("A-001", 2))).to_be_visible()
    await expect(page.locator("[data-queue]")).to_contain_text("A-002")
    await page.clock.run_for(8_100)
    await expect(page.locator(_call("A-002", 1))).to_be_visible()


async def test_recall(page: Page, served: Served) -> None:
    """A recall takes the screen again and says that it is the second call."""
    await _open(page, served)
    await _next(served, 1)
    await expect(page.locator(_call("A-001", 1))).to_be_visible()
    await page.clock.run_for(8_100)
    await served.submit("recall", counter=1, ticket="A-001")
    await expect(page.locator(_call("A-001", 1) + "[data-calls='2']")).to_be_visible()
    await expect(page.locator("[data-again]")).to_be_visible()


async def test_undo(page: Page, served: Served) -> None:
    """An undone call leaves the screen at once."""
    await _open(page, served)
    await _next(served, 1)
    await expect(page.locator(_call("A-001", 1))).to_be_visible()
    await served.submit("undo", counter=1, ticket="A-001")
    await expect(page.locator("[data-call]")).to_be_hidden()
    await expect(page.locator("[data-slot][data-counter='1'][data-label='']")).to_be_visible()


async def test_reload(page: Page, served: Served) -> None:
    """A call that was shown is not shouted again after a reload."""
    await _open(page, served)
    await _next(served, 1)
    await expect(page.locator(_call("A-001", 1))).to_be_visible()
    await page.reload()
    await page.wait_for_selector("body[data-ready][data-connected]")
    await expect(page.locator("[data-call]")).to_be_hidden()


async def test_screen_of_some_agencies(page: Page, served: Served) -> None:
    """A screen shows the counters of its agencies, and is not taken by others' calls."""
    await _open(page, served, "barat")
    await _next(served, 1)
    await _next(served, 3)
    await expect(page.locator(_call("B-001", 3))).to_be_visible()
    numbers = await page.locator("[data-slot]:not([hidden])").evaluate_all("(slots) => slots.map((slot) => slot.dataset.counter)")
    assert ["3", "4"] == numbers


async def test_states(page: Page, served: Served) -> None:
    """Paused and closed counters are visible as such, in words."""
    await _open(page, served)
    await served.submit("pause_counter", counter=2, reason="salat")
    await expect(page.locator("[data-counter='2'][data-state='paused']")).to_contain_text("Jeda: salat")
    await expect(page.locator("[data-counter='4'][data-state='closed']")).to_contain_text("Tutup")


async def test_announcement(page: Page, served: Served, clock: MovedClock) -> None:
    """What is announced stands on a card of its own, by turns with other cards, until it has run out."""
    await _open(page, served)
    await served.submit("announce", text="Parkir di utara", scope="bazaar", minutes=1)
    card = page.locator("[data-card=announcement] [data-card-lines]")
    await expect(page.locator("[data-mark]")).to_contain_text(f"#{served.room.offset} ")
    await page.clock.run_for(9_100)
    await expect(card).to_have_text("Parkir di utara")
    clock.ahead_ms = 61_000
    await served.submit("pause_counter", counter=2, reason="salat")
    await expect(page.locator("[data-counter='2'][data-state='paused']")).to_have_count(1)
    await page.clock.run_for(9_100)
    await expect(page.locator("[data-card=announcement]")).to_have_count(0)


async def test_age(page: Page, served: Served) -> None:
    """The age is always there, and large after 25 s without news."""
    await _open(page, served)
    await expect(page.locator("[data-age]")).to_be_visible()
    await expect(page.locator("[data-stale]")).to_be_hidden()
    await page.context.set_offline(True)
    await page.clock.run_for(27_000)
    await expect(page.locator("[data-stale]")).to_be_visible()
    size = await page.locator("[data-stale]").evaluate("(sign) => parseFloat(getComputedStyle(sign).fontSize)")
    assert size >= 0.04 * 1080
    await page.context.set_offline(False)
    await page.clock.resume()
    await served.submit("announce", text="Halo", scope="bazaar", minutes=1)
    await expect(page.locator("[data-stale]")).to_be_hidden()


async def test_mark(page: Page, served: Served) -> None:
    """The screen shows the head's first 8 digits and the offset, for whoever wants to note them."""
    await _open(page, served)
    await served.submit("announce", text="Halo", scope="bazaar", minutes=1)
    await expect(page.locator("[data-mark]")).to_have_text(f"#{served.room.offset} · {served.room.head[:8]}")


@pytest.mark.parametrize("size", SIZES)
async def test_no_scroll(page: Page, served: Served, size: tuple[int, int]) -> None:
    """All fits on the screen, inside margins of 5 %, with and without a call."""
    await _open(page, served)
    width, height = size
    await page.set_viewport_size({"width": width, "height": height})
    boxes: Any = await page.evaluate("""() => Array.from(document.querySelectorAll("body > *, [data-slot]"))
        .map((part) => part.getBoundingClientRect()).filter((box) => box.width)
        .map((box) => [box.left, box.top, innerWidth - box.right, innerHeight - box.bottom])""")
    for left, top, right, bottom in boxes:
        assert min(left, right) >= 0.05 * width - 1
        assert min(top, bottom) >= 0.05 * height - 1
    await _next(served, 1)
    await expect(page.locator(_call("A-001", 1))).to_be_visible()
    assert [True, True] == await page.evaluate("[document.body.scrollHeight <= innerHeight, document.body.scrollWidth <= innerWidth]")


async def test_labels_fit(page: Page, served: Served) -> None:
    """Long labels stay inside their card and inside the called ticket."""
    await served.submit("issue", services=["ktp"], lane="priority")
    await _open(page, served)
    await _next(served, 1)
    await expect(page.locator(_call("AP-001", 1))).to_be_visible()
    for badge, box in (
        ("[data-call] [data-badge]", "[data-call]"),
        ("[data-slot][data-counter='1'] [data-badge]", "[data-slot][data-counter='1']"),
    ):
        inner, outer = await page.locator(badge).bounding_box(), await page.locator(box).bounding_box()
        assert inner is not None
        assert outer is not None
        assert outer["x"] <= inner["x"]
        assert outer["y"] <= inner["y"]
        assert inner["x"] + inner["width"] <= outer["x"] + outer["width"]
        assert inner["y"] + inner["height"] <= outer["y"] + outer["height"]


@pytest.mark.parametrize("name", LONG_NAMES)
@pytest.mark.parametrize("size", SIZES)
async def test_long_names_fit(page: Page, size: tuple[int, int], name: str) -> None:
    """The whole name of an agency stands in a call, in its recall and on the board, however long it is, and nothing is pushed out."""
    agencies: Any = CONFIG["agencies"]
    async with serving(config={**CONFIG, "agencies": [{**agencies[0], "name": name}, *agencies[1:]]}) as bazaar:
        await bazaar.submit("open_counter", counter=1)
        await bazaar.submit("issue", services=["ktp"], lane="priority")
        await _open(page, bazaar)
        await page.set_viewport_size({"width": size[0], "height": size[1]})
        await _next(bazaar, 1)
        for calls in (1, 2):
            await expect(page.locator(_call("AP-001", 1) + f"[data-calls='{calls}']")).to_be_visible()
            await expect(page.locator("[data-call] [data-agency]")).to_have_text(name)
            assert [] == await page.evaluate(CUT_OFF)
            if calls == 1:
                await bazaar.submit("recall", counter=1, ticket="AP-001")
                await expect(page.locator("[data-mark]")).to_contain_text(f"#{bazaar.room.offset} ")
                await page.clock.run_for(8_100)
        await page.clock.run_for(8_100)
        await expect(page.locator("[data-slot][data-counter='1'] [data-agency]")).to_have_text(name)
        assert [] == await page.evaluate(CUT_OFF_ON_THE_BOARD)


async def test_without_scripts(page: Page, served: Served) -> None:
    """Without scripts the page shows who is where, and reloads itself to its next page of counters."""
    await _next(served, 1)
    async with served.session.get(f"{served.home}/tv/utama") as answer:
        html = await answer.text()
    assert 'data-counter="1" data-state="open" data-label="A-001"' in html
    assert '<meta http-equiv="refresh" content="9;url=?turn=1">' in html


async def test_unknown_screen(served: Served) -> None:
    """A screen that the bazaar does not have is not found."""
    async with served.session.get(f"{served.home}/tv/timur") as answer:
        assert (404, "not_found") == (answer.status, json.loads(await answer.text())["code"])
