"""The way to a number on the phone: what a resident finds, sees and says before taking it."""

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any, cast

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from server.core.values import Label
from server.web.credentials import Credentials, scope_of
from server.web.keys import HUB
from server.web.pages import local_time
from tests.browser.hands import READY
from tests.fake_hub import FakeHub
from tests.scenarios import CONFIG
from tests.serving import SECRET, Served, serving

pytestmark = pytest.mark.browser

ERRANDS = [
    "Dispendukcapil A Perekaman KTP-el baru ID card ktp",
    "Dispendukcapil A Akta kelahiran Birth certificate akta",
    "Polsek Mayangan B SKCK perpanjangan skck",
    "Kecamatan N Pengaduan antrean aduan",
]


def config() -> Mapping[str, Any]:
    """The stories' bazaar with papers to bring for two errands, and errand `kk` as the one that looks through papers."""
    dukcapil, polsek = cast(list[dict[str, Any]], CONFIG["agencies"])
    line = dukcapil["lines"][0]
    ktp, kk = line["services"]
    skck = polsek["lines"][0]["services"][0] | {"requirements": ["Pas foto"]}
    lines = [{**line, "services": [ktp | {"requirements": ["Fotokopi KK", "Formulir F-1.02"]}]}]
    polices = [polsek["lines"][0] | {"services": [skck]}, polsek["lines"][1]]
    desk = {"code": "meja", "name": "Meja berkas", "lines": [{"prefix": "N", "services": [kk]}], "counters": [{"number": 9}]}
    bazaar = {**CONFIG["bazaar"], "precheck": "kk", "languages": ["id", "en"]}
    return {**CONFIG, "bazaar": bazaar, "agencies": [{**dukcapil, "lines": lines}, {**polsek, "lines": polices}, desk]}


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    """Counters 1 and 3 are open; three people wait in A, nobody in B and C."""
    async with serving(config=config()) as bazaar:
        await bazaar.submit("open_counter", counter=1)
        await bazaar.submit("open_counter", counter=3)
        for _ in range(3):
            await bazaar.submit("issue", services=["ktp"])
        yield bazaar


async def opened(page: Page, served: Served) -> None:
    """The page to take numbers, on a phone."""
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto(f"{served.home}/join")
    await page.wait_for_selector(READY)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ktp", [0]),
        ("e-KTP baru", [0]),
        ("ektp", [0]),
        ("bikin ktp", [0]),
        ("antrian", [3]),
        ("antrean", [3]),
        ("akte", [1]),
        ("aktà", [1]),
        ("sckc", [2]),
        ("perpanjagan", [2]),
        ("dispenduk", [0, 1]),
        ("pengaduwan", [3]),
        ("birth", [1]),
        ("", [0, 1, 2, 3]),
        ("zzz", []),
    ],
)
async def test_search(page: Page, hub: FakeHub, typed: str, found: list[int]) -> None:
    """An errand is found by the common spelling, without accents, with small talk around it and with a slip of the thumb."""
    await page.goto(hub.url)
    script = """async ([typed, texts]) => (await import("/static/search.js")).fitting(typed, texts)"""
    fits = await page.evaluate(script, [typed, ERRANDS])
    assert found == [place for place, fit in enumerate(fits) if fit]


async def test_search_on_the_page(page: Page, served: Served) -> None:
    """Typing leaves what fits, opened, and says how much that is; what is ticked stays; where nothing is found all offices are there."""
    await opened(page, served)
    await page.fill("[data-search-box]", "sckc")
    await expect(page.locator("[data-errand='skck']")).to_be_visible()
    await expect(page.locator("[data-office='dukcapil']")).to_be_hidden()
    await expect(page.locator("[role=status][data-found]")).to_contain_text("1")
    await page.locator("[data-errand='skck'] input").check()
    await page.fill("[data-search-box]", "zzzz")
    await expect(page.locator("[data-nothing-found]")).to_be_visible()
    await expect(page.locator("[data-errand='skck']")).to_be_visible()
    await expect(page.locator("[data-office='dukcapil'] > summary")).to_be_visible()
    await page.fill("[data-search-box]", "ktp")
    await expect(page.locator("[data-errand='ktp']")).to_be_visible()
    await expect(page.locator("[data-errand='skck']")).to_be_visible()
    await expect(page.locator("[data-office='meja']")).to_be_hidden()


async def test_waits_before_a_number(page: Page, served: Served) -> None:
    """Every office says how many wait and how long, before a number is taken; the figures follow the line."""
    await opened(page, served)
    wait = page.locator("summary [data-wait='A']")
    await expect(wait).to_contain_text("3 menunggu")
    await expect(wait).to_contain_text("menit")
    await served.submit("issue", services=["ktp"])
    await expect(wait).to_contain_text("4 menunggu")
    await expect(page.locator("[data-age]")).not_to_be_empty()


async def test_papers_fee_and_minutes(page: Page, served: Served) -> None:
    """An errand says what to bring, what it costs and how long it takes."""
    await opened(page, served)
    await page.click("[data-office='dukcapil'] > summary")
    errand = page.locator("[data-errand='ktp']")
    for words in ("Fotokopi KK", "Formulir F-1.02", "gratis", "10 menit"):
        await expect(errand).to_contain_text(words)


async def test_suggested_order(page: Page, served: Served) -> None:
    """The chosen errands stand by wait, the shortest first; when another line becomes the shorter, the order follows."""
    await opened(page, served)
    for office, errand in (("dukcapil", "ktp"), ("polsek", "skck")):
        await page.click(f"[data-office='{office}'] > summary")
        await page.check(f"[data-errand='{errand}'] input")
    await expect(page.locator("[data-order-note]")).to_be_visible()
    wishes = page.locator("[data-wish]")
    assert ["B", "A"] == [await wish.get_attribute("data-wish") for wish in await wishes.all()]
    for _ in range(3):
        await served.submit("cancel", ticket=f"A-00{_ + 1}")
    await served.submit("open_counter", counter=2)
    for _ in range(2):
        await served.submit("issue", services=["skck"])
    await expect(wishes.first).to_have_attribute("data-wish", "A")


async def test_papers_are_ticked_by_oneself(page: Page, served: Served) -> None:
    """Not ticking "all papers here" loses nobody: it says so, and offers the number of whoever looks through papers."""
    await opened(page, served)
    await page.click("[data-office='dukcapil'] > summary")
    await page.check("[data-errand='ktp'] input")
    await expect(page.locator("[data-incomplete]")).to_contain_text("Meja berkas")
    complete = page.locator("[data-complete='ktp']")
    await complete.check()
    await expect(complete).to_be_focused()
    await expect(page.locator("[data-incomplete]")).to_be_hidden()
    await complete.uncheck()
    await page.click("[data-add]")
    await expect(page.locator("[data-add]")).to_be_hidden()
    await page.click("[data-take]")
    await page.wait_for_url("**/visit/*")
    assert {"A-004", "N-001"} == {label for label in served.room.bazaar.tickets if label not in ("A-001", "A-002", "A-003")}


async def test_said_of_oneself(page: Page, served: Served) -> None:
    """Who stands in for somebody says so, and it is kept with the numbers; why one is let ahead is asked and kept nowhere."""
    await opened(page, served)
    await page.click("[data-office='dukcapil'] > summary")
    await page.check("[data-errand='ktp'] input")
    groups = page.locator("[data-lanes] input[value=priority]")
    assert 6 == await groups.count()
    await groups.nth(4).check()
    await page.check("[data-representing] input")
    async with page.expect_request("**/tickets") as sent:
        await page.click("[data-take]")
    await page.wait_for_url("**/visit/*")
    request = await sent.value
    wish = request.post_data_json or {}
    assert {"services", "lane", "command_id", "representing"} == set(wish)
    ticket = served.room.bazaar.tickets[Label("AP-001")]
    assert (True, "priority") == (ticket.representing, wish["lane"])


@pytest.mark.parametrize("width", [320, 360])
async def test_reflow_in_large_letters(page: Page, served: Served, width: int) -> None:
    """Nothing has to be scrolled sideways on a narrow phone, also with letters of twice the size."""
    await opened(page, served)
    await page.set_viewport_size({"width": width, "height": 640})
    await page.click("[data-office='dukcapil'] > summary")
    await page.check("[data-errand='ktp'] input")
    for size in ("100%", "200%"):
        await page.evaluate("(size) => { document.documentElement.style.fontSize = size; }", size)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_daylight(page: Page, served: Served) -> None:
    """The page is dark on a phone that is set to dark, and light on one that is set to light."""
    grounds = []
    for scheme in ("dark", "light"):
        await page.emulate_media(color_scheme=scheme)
        await opened(page, served)
        grounds.append(await page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    assert ["rgb(10, 14, 20)", "rgb(244, 246, 248)"] == grounds


async def test_the_shortest_wait_first(page: Page, hub: FakeHub) -> None:
    """The likely end of a wait decides, then its beginning; lines with no open counter stand last, equal ones as they were."""
    await page.goto(hub.url)
    waits = {"A": [10, 30], "B": None, "C": [0, 5], "D": [5, 30], "E": None, "F": [0, 5]}
    lines = {prefix: {"minutes": minutes} for prefix, minutes in waits.items()}
    script = """async (lines) => (await import("/static/waits.js")).shortestFirst(Object.keys(lines), lines)"""
    assert ["C", "F", "D", "A", "B", "E"] == await page.evaluate(script, lines)


async def test_the_code_of_the_day(page: Page) -> None:
    """Where the hall shows a code the phone asks for it: a wrong one is told and nothing is lost, the right one gives the number."""
    with_code = {**config(), "bazaar": {**config()["bazaar"], "day_code": True}}
    async with serving(config=with_code) as served:
        day = local_time(served.room, served.app[HUB].clock()).date()
        code = Credentials(SECRET).day_code(scope_of("uji", served.room.epoch), day)
        await opened(page, served)
        await page.click("[data-office='dukcapil'] > summary")
        await page.check("[data-errand='ktp'] input")
        await page.fill("[data-code]", "0")
        await page.click("[data-take]")
        await expect(page.locator("[role=alert][data-answer]")).to_have_text(re.compile(r"\w"))
        await expect(page.locator("[data-errand='ktp'] input")).to_be_checked()
        await page.fill("[data-code]", code)
        await page.click("[data-take]")
        await page.wait_for_url("**/visit/*")
        assert ["A-001"] == list(served.room.bazaar.tickets)
