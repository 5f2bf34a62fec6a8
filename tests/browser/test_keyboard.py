"""Every page with the Tab key alone: each control is reached once round, and seen when it is."""

from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.serving import Served

pytestmark = pytest.mark.browser

PATHS = ("", "/join", "/order", "{visit}", "/kiosk/1", "/counter/1", "/desk", "/desk/screen", "/desk/printing", "/pair", "/rolls")
CONTROLS = """() => {
    const all = document.querySelectorAll("a[href], button, input, select, textarea, summary");
    const groups = new Set();
    return Array.from(all).filter((part) => {
        if (part.disabled || part.type === "hidden" || part.tabIndex < 0) return false;
        if (!part.checkVisibility({ visibilityProperty: true })) return false;
        if (part.type !== "radio") return true;
        const rivals = Array.from(document.getElementsByName(part.name)).filter((other) => other.form === part.form);
        return part.checked || (rivals.every((other) => !other.checked) && rivals[0] === part);
    }).map((part, index) => { part.dataset.stop = index; return part.outerHTML.slice(0, 160); });
}"""
FOCUSED = """() => {
    const part = document.activeElement;
    const seen = [part, part.parentElement, part.nextElementSibling].filter(Boolean).map((place) => getComputedStyle(place));
    const ring = seen.some((style) => (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none");
    return [part.dataset.stop === undefined ? null : Number(part.dataset.stop), ring];
}"""


async def faults_of(page: Page) -> list[str]:
    """The controls that Tab does not reach, and those that look no different when it does."""
    controls: list[str] = await page.evaluate(CONTROLS)
    rings: dict[int, bool] = {}
    for _ in range(len(controls) + 5):
        await page.keyboard.press("Tab")
        stop, ring = await page.evaluate(FOCUSED)
        if stop is not None:
            rings[stop] = ring
    unreached = [f"never reached: {part}" for stop, part in enumerate(controls) if stop not in rings]
    return unreached + [f"not to be seen: {controls[stop]}" for stop, ring in rings.items() if not ring]


@pytest.mark.parametrize("path", PATHS)
async def test_each_control_is_reached_and_seen(browser: Browser, served: Served, path: str) -> None:
    """From the top of the page Tab comes to all that can be pressed, and each has a ring round it then."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page = await context.new_page()
    for key in (served.keys.kiosks[1], served.keys.admin):
        await page.goto(f"{served.home}/pair/{key}")
    await served.submit("next", counter=1, seen=None)
    await page.goto(f"{served.home}{path.format(visit=await visit(page, served))}")
    await page.wait_for_load_state("networkidle")
    found = await faults_of(page)
    await context.close()
    assert [] == found


async def visit(page: Page, served: Served) -> str:
    """The address of a visit that this browser begins, below the bazaar's."""
    wish: dict[str, Any] = {"command_id": "phone-command-000001", "services": ["ktp", "skck"]}
    answer = await page.request.post(f"{served.home}/tickets", data=wish)
    return str((await answer.json())["url"]).removeprefix(f"/{served.room.plan.bazaar.id}")
