"""place.js in a real browser: the phone works out a place as the server does, held to it by the shared table of cases."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests.fake_hub import FakeHub

pytestmark = pytest.mark.browser

TABLE = Path(__file__).parents[1] / "place_cases.json"
CASES: list[dict[str, Any]] = [case for case in json.loads(TABLE.read_text()) if "ticket" in case]
PLACE_OF = """async (given) => (await import("/static/place.js")).placeOf(given.line, given.ticket)"""


async def test_table(page: Page, hub: FakeHub) -> None:
    """Each ticket of the shared table has the same people ahead and the same minutes in JavaScript."""
    await page.goto(hub.url)
    expected = [{"ahead": case["ahead"], "minutes": case["minutes"]} for case in CASES]
    assert expected == [await page.evaluate(PLACE_OF, case) for case in CASES]
