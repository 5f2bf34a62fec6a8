"""An old phone, with the Chromium of 2018, takes a number and is called: nothing that the page needs is newer than it."""

from pathlib import Path

import pytest

from tests.browser.old_chromium import EDITIONS, Edition, old_page
from tests.serving import serving

pytestmark = pytest.mark.browser


def tap(part: str) -> str:
    """A tap on a part of the page."""
    return f"document.querySelector({part!r}).click()"


def says(part: str, words: str) -> str:
    """Whether a part is in sight and says this."""
    return f"(document.querySelector({part!r}).innerText || '').includes({words!r})"


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: f"chromium-{edition.chromium}")
async def test_from_the_search_to_the_call(tmp_path: Path, edition: Edition) -> None:
    """Found by a slip of the thumb, ticked, taken, told that it is soon, kept by hand, called."""
    async with serving() as served, old_page(edition, tmp_path) as page:
        await served.submit("open_counter", counter=1)
        await served.submit("issue", services=["ktp"])
        await page.goto(f"{served.home}/join")
        search = "document.querySelector('[data-search-box]')"
        await page.evaluate(f"{search}.value = 'bikin ektp'; {search}.dispatchEvent(new Event('input', {{ bubbles: true }}))")
        await page.until("document.querySelector('[data-office=polsek]').hidden")
        await page.evaluate(tap("[data-errand=ktp] input"))
        await page.until(says("[data-wish=A]", "menunggu"))
        await page.evaluate(tap("[data-take]"))
        await page.until("location.pathname.includes('/visit/') && document.body && 'ready' in document.body.dataset")
        await page.until(says("[data-soon]", "1"))
        await served.submit("next", counter=1, seen=None)
        await page.until(says("[data-ahead]", "0"))
        await served.submit("next", counter=1, seen="A-001")
        await page.until(says("[data-call-label]", "A-002"))
        await page.until("document.title.startsWith('A-002')")
