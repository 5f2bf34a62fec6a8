"""How far the hall TV can be read: heights of its capitals and digits as the browser draws them, on a TV of 43 inches."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.scenarios import CONFIG
from tests.serving import Served, serving

pytestmark = pytest.mark.browser

PICTURE_MM = 535
"""The height of the picture of a TV of 43 inches."""
SIZES = ((1920, 1080), (1366, 768), (1280, 720))
NUMBER, COUNTER, LEAST = 6.0, 5.0, 3.3
"""Millimetres of cap height for each metre of distance: for the number that is called, for the counter, for anything at all."""
READ_FROM_M = {
    "[data-slot] [data-badge]": (7, NUMBER),
    "[data-slot] [data-number]": (7, COUNTER),
    "[data-slot] [data-note]": (5, LEAST),
    "[data-slot] [data-agency]": (3.5, LEAST),
    "[data-recent-slot] [data-badge]": (5, LEAST),
    "[data-recent-slot] [data-number]": (5, LEAST),
    "[data-clock]": (6, LEAST),
    "[data-say]": (3.5, LEAST),
    "[data-card-lines]": (3, LEAST),
    "[data-age]": (2, LEAST),
}
"""Where each part of the board is to be read from, in metres, and by which rule."""
CALL_READ_FROM_M = {
    "[data-call] [data-badge]": (17, NUMBER),
    "[data-call] [data-number]": (12, COUNTER),
    "[data-call] [data-agency]": (9, LEAST),
    "[data-call] [data-queue]": (3.3, LEAST),
}
"""The same of a call."""
CAP_PX = """(part) => {
    const style = getComputedStyle(part);
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    return pen.measureText("H").actualBoundingBoxAscent;
}"""


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    """Counters 1 and 2 open, and two people waiting."""
    info = {**CONFIG["bazaar"], "maklumat": "Kami melayani sesuai urutan, gratis, dan siap menerima sanksi bila lalai."}
    async with serving(config={**CONFIG, "bazaar": info}) as bazaar:
        for number in (1, 2):
            await bazaar.submit("open_counter", counter=number)
            await bazaar.submit("issue", services=["ktp"])
        yield bazaar


async def _too_small(page: Page, parts: dict[str, tuple[float, float]]) -> list[str]:
    faults = []
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        for part, (metres, rule) in parts.items():
            found = page.locator(part).first
            millimetres = await found.evaluate(CAP_PX) / height * PICTURE_MM
            if millimetres < metres * rule:
                faults.append(f"{part} at {width} x {height}: {millimetres:.1f} mm is read from {millimetres / rule:.1f} m, not {metres} m")
    return faults


async def test_reading_distances(page: Page, served: Served) -> None:
    """Every part of board and call can be read from the distance that it is meant for, on every usual screen."""
    await page.clock.install()
    await page.goto(f"{served.home}/tv/utama")
    await page.wait_for_selector("body[data-ready][data-connected]")
    for number in (1, 2):
        await served.submit("next", counter=number, seen=None)
    await expect(page.locator("[data-call][data-label='A-001']")).to_be_visible()
    await expect(page.locator("[data-queue] li")).to_have_count(1)
    assert [] == await _too_small(page, CALL_READ_FROM_M)
    await page.clock.run_for(17_000)
    await expect(page.locator("[data-call]")).to_be_hidden()
    assert [] == await _too_small(page, READ_FROM_M)
