"""What a hall TV tells between calls: cards and slides in a place of their own."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from server.cli.equipment import Equipment
from server.core.plan import Plan
from tests.browser.hands import stop_the_clock
from tests.scenarios import CONFIG
from tests.serving import MovedClock, Served, serving

pytestmark = pytest.mark.browser

DOT = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
CARD_MS = 9_100
URGENT_MS = 70_000
"""More than the minute for which something urgent is told."""
ROUND = 12
"""More turns than a round has cards."""
LONG = "Kartu tanda penduduk lama, " * 11
CARDS = "[...Array.from(document.querySelectorAll('[data-card]'))].map((card) => card.hidden ? '' : card.dataset.card)[0]"
OVERLAPS = """() => {
    const card = document.querySelector("[data-card]").getBoundingClientRect();
    return Array.from(document.querySelectorAll("[data-badge], [data-number]"), (number) => number.getBoundingClientRect())
        .filter((number) => number.width && number.left < card.right && number.right > card.left)
        .filter((number) => number.top < card.bottom && number.bottom > card.top).length;
}"""


def _config() -> dict[str, object]:
    config = Plan.from_config(CONFIG).as_config()
    info: dict[str, object] = dict(config["bazaar"])  # type: ignore[call-overload]  # the map of a file
    info["maklumat"] = "Kami melayani sesuai urutan."
    info["programme"] = [{"at": "2020-12-04T16:00:00+07:00", "text": "Sudah lewat"}, {"at": "2099-12-04T19:00:00+07:00", "text": "Musik"}]
    config["bazaar"] = info
    agencies: list[dict[str, list[dict[str, list[dict[str, object]]]]]] = config["agencies"]  # type: ignore[assignment]  # as above
    agencies[0]["lines"][0]["services"][0]["requirements"] = ["Fotokopi KK", LONG]
    return config


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a picture, and one that only begins like one."""
    (tmp_path / "a.png").write_bytes(DOT)
    (tmp_path / "b.png").write_bytes(DOT[:20])
    return tmp_path


@pytest.fixture
def clock() -> MovedClock:
    """The hub's."""
    return MovedClock()


@pytest_asyncio.fixture
async def served(folder: Path, clock: MovedClock) -> AsyncIterator[Served]:
    """A bazaar with all there is to tell."""
    async with serving(config=_config(), equipment=Equipment(slides=folder), clock=clock) as bazaar:
        await bazaar.submit("open_counter", counter=1)
        await bazaar.submit("issue", services=["ktp"])
        yield bazaar


async def _open(page: Page, served: Served) -> None:
    await page.set_viewport_size({"width": 1920, "height": 1080})
    await stop_the_clock(page)
    async with page.expect_response("**/slides/*/a.png"):
        await page.goto(f"{served.home}/tv/utama")
    await page.wait_for_selector("body[data-ready][data-connected]")


async def _round(page: Page) -> list[str]:
    shown = []
    for _ in range(ROUND):
        await page.clock.run_for(CARD_MS)
        shown.append(str(await page.evaluate(CARDS)))
    return shown


async def test_every_kind(page: Page, served: Served) -> None:
    """Slides, promise, programme, papers and the code for phones come by turns, never over a number; a broken picture never."""
    await _open(page, served)
    shown = set()
    for _ in range(ROUND):
        await page.clock.run_for(CARD_MS)
        shown.add(await page.evaluate(CARDS))
        assert 0 == await page.evaluate(OVERLAPS)
        card = page.locator("[data-card]")
        assert await card.evaluate("(card) => card.scrollHeight <= card.clientHeight")
    assert {"image", "maklumat", "programme", "requirements", "join"} == shown


async def test_past_programme(page: Page, served: Served) -> None:
    """What of the programme is over is not told."""
    await _open(page, served)
    while await page.evaluate(CARDS) != "programme":
        await page.clock.run_for(CARD_MS)
    await expect(page.locator("[data-card-lines]")).to_have_text("19.00 Musik")


async def test_urgent(page: Page, served: Served, clock: MovedClock) -> None:
    """Urgent words interrupt at once, stand in the foot also below a call, and are gone when they have run out; numbers stay in sight."""
    await _open(page, served)
    await served.submit("announce", text="Hujan deras, masuk tenda", scope="bazaar", minutes=1, urgent=True)
    await expect(page.locator("[data-card=urgent] [data-card-lines]")).to_have_text("Hujan deras, masuk tenda")
    assert 0 == await page.evaluate(OVERLAPS)
    await served.submit("next", counter=1, seen=None)
    await expect(page.locator("[data-call][data-label='A-001']")).to_be_visible()
    await expect(page.locator("[data-say][data-announcement]")).to_have_text("Hujan deras, masuk tenda")
    clock.ahead_ms = URGENT_MS
    await served.submit("pause_counter", counter=1, reason="salat")
    await expect(page.locator("[data-counter='1'][data-state='paused']")).to_have_count(1)
    await page.clock.run_for(CARD_MS)
    await expect(page.locator("[data-card=urgent]")).to_have_count(0)
    await expect(page.locator("[data-say]:not([data-announcement])")).to_contain_text("gratis")


async def test_slides_without_a_network(page: Page, served: Served) -> None:
    """A screen that is cut off goes on showing the slides that it has."""
    await _open(page, served)
    await _round(page)
    await page.context.set_offline(True)
    assert "image" in await _round(page)
    await page.context.set_offline(False)


async def test_slides_of_the_next_round(page: Page, served: Served, folder: Path) -> None:
    """A slide that was taken out is shown no more from the next round on, and one that was put in is."""
    await _open(page, served)
    await _round(page)
    (folder / "a.png").unlink()
    (folder / "z.png").write_bytes(DOT)
    async with page.expect_response("**/slides/*/z.png"):
        await _round(page)
    await _round(page)
    while await page.evaluate(CARDS) != "image":
        await page.clock.run_for(CARD_MS)
    assert "/z.png" in (await page.locator("[data-card-media] img").get_attribute("src") or "")


async def test_a_video_that_is_none(page: Page, served: Served, folder: Path) -> None:
    """A video that cannot be played gives its place to the next card at once, and the cards go on."""
    (folder / "a.png").rename(folder / "c.png")
    (folder / "a.mp4").write_bytes(b"\x00\x00\x00\x18ftypmp42" + bytes(200))
    await page.clock.install()
    async with page.expect_response("**/slides/*/c.png"):
        await page.goto(f"{served.home}/tv/utama")
    shown = set()
    for _ in range(ROUND):
        await page.clock.run_for(CARD_MS)
        await page.wait_for_function("() => !document.querySelector('[data-card=video]')")
        shown.add(str(await page.evaluate(CARDS)))
    assert {"image", "maklumat", "programme", "requirements", "join"} == shown


async def test_cards_without_scripts(served: Served) -> None:
    """Each turn of a page without scripts has another card."""
    seen = []
    for turn in range(6):
        async with served.session.get(f"{served.home}/tv/utama?turn={turn}") as answer:
            html = await answer.text()
        seen.append(html.split('data-card="', 1)[1].split('"', 1)[0])
        assert f"url=?turn={turn + 1}" in html
    assert {"maklumat", "programme", "requirements", "image"} == set(seen)
