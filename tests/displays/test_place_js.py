"""The phone works out a place as the server does: the shared table of cases, run in a real browser."""

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright

ROOT = Path(__file__).parents[2]
CASES: list[dict[str, Any]] = [case for case in json.loads((ROOT / "tests" / "place_cases.json").read_text()) if "ticket" in case]
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
PLACE_OF_CASE = """async (given) => (await import("/place.js")).placeOf(given.line, given.ticket)"""

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture
async def page() -> AsyncIterator[Page]:
    """A blank page from which ``/place.js`` can be imported; no server is needed."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page()
        await page.route("http://urut.test/", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
        script = ROOT / "static" / "place.js"
        await page.route("**/place.js", lambda route: route.fulfill(path=script, content_type="text/javascript"))
        await page.goto("http://urut.test/")
        yield page
        await browser.close()


async def test_table(page: Page) -> None:
    """Each ticket of the shared table has the same people ahead and the same minutes in JavaScript."""
    expected = [{"ahead": case["ahead"], "minutes": case["minutes"]} for case in CASES]
    assert expected == [await page.evaluate(PLACE_OF_CASE, case) for case in CASES]
