"""A hall TV runs for days: what it holds in memory does not grow with what it has shown."""

from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.browser.tv_day import day_of

pytestmark = pytest.mark.browser

CALLS = 120
"""An hour of them; `tools/screen_day.py` shows a whole day."""
HEAP_BYTES_MAX = 400_000
"""By so much the heap may differ from hour to hour; keeping the frames of one hour would take more."""


async def test_an_hour(page: Page, tmp_path: Path) -> None:
    """After an hour of calls, cards and announcements there are no more nodes and listeners than before, and no more memory."""
    async with day_of(page, tmp_path) as day:
        before = await day.held()
        for _ in range(CALLS):
            await day.call()
        after = await day.held()
    assert after.nodes <= before.nodes + 20
    assert after.listeners <= before.listeners + 5
    assert after.heap_bytes <= before.heap_bytes + HEAP_BYTES_MAX
