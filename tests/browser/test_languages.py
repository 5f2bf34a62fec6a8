"""Every page of the sample bazaar in each of its languages: axe finds no fault, dark or light, and nothing is wider than a small phone."""

from collections.abc import AsyncIterator
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize

from server.store.plan_file import read_plan
from server.web.keys import ROOT
from tests.browser.hands import qr_text
from tests.browser.test_access import faults_of
from tests.serving import Served, serving

pytestmark = pytest.mark.browser

LANGUAGES = ("id", "en", "jv", "mad")
PHONE, WIDE = ViewportSize(width=320, height=640), ViewportSize(width=1280, height=800)
ROLL = "/rolls/Z?from=1&to=4"
OF_RESIDENTS = ("", "/join", "/order", "{visit}", "{visit}/join", "{later}", "{paper}", "/nowhere")
OF_STAFF = ("/counter/1", "/counter/2", "/desk", "/desk/screen", "/desk/printing", "/pair", "/rolls")
OF_THE_HALL = ("/tv/utama", "/tv", "/kiosk/1", "/kiosk/1{visit}", ROLL)
ALL_OPEN = "document.querySelectorAll('details:not([name])').forEach((details) => { details.open = true; })"
TOO_WIDE = """[...document.querySelectorAll("body *")].filter((part) => {
    const box = part.getBoundingClientRect();
    const inside = (holder) => holder && (/auto|scroll|hidden/.test(getComputedStyle(holder).overflowX) || inside(holder.parentElement));
    return box.width > 1 && box.right > innerWidth + 1 && !inside(part.parentElement);
}).map((part) => part.outerHTML.slice(0, 120))"""

UNSAID = """(phrases) => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (texts.nextNode()) {
        const [place, words] = [texts.currentNode.parentElement, texts.currentNode.data.trim()];
        if (place.closest("script, template, option")) continue;
        if (phrases.includes(words) && place.closest("[lang]").lang !== "id") found.push(`unsaid: ${words}`);
    }
    return found;
}"""


def indonesian(config: dict[str, Any]) -> list[str]:
    """What the bazaar file says of errands in Indonesian alone: papers, fees and notes. Names stay as they are in every language."""
    services = [service for agency in config["agencies"] for line in agency["lines"] for service in line["services"]]
    told = [text for service in services for text in (*service["requirements"], service["fee"], service["note"])]
    return sorted({text for text in told if isinstance(text, str) and text})


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    """The sample bazaar with one line on paper; people wait, are at counters, busy elsewhere and set aside."""
    config = cast(dict[str, Any], read_plan(ROOT / "bazaars" / "mayangan.toml").as_config())
    config["agencies"][-1]["lines"][0]["paper"] = True
    async with serving(config=config) as bazaar:
        for counter in (1, 6):
            await bazaar.submit("open_counter", counter=counter)
        yield bazaar


async def visit(page: Page, served: Served, number: int, *services: str) -> str:
    """The address of a visit that a phone begins, below the bazaar's."""
    wish = {"command_id": f"phone-command-{number:06d}", "services": list(services)}
    answer = await page.request.post(f"{served.home}/tickets", data=wish)
    return str((await answer.json())["url"]).removeprefix(f"/{served.room.plan.bazaar.id}")


async def visits(page: Page, served: Served) -> dict[str, str]:
    """One who is called at counter 1 and busy for another line, one of whose numbers one is set aside, and a paper that nobody has yet."""
    await page.goto(f"{served.home}{ROLL}")
    paper = urlsplit(await qr_text(page.locator("[data-paper] svg").last)).path
    called = await visit(page, served, 1, "ktp", "skck-baru")
    later = await visit(page, served, 2, "ktp", "skck-baru")
    await served.submit("next", counter=1, seen=None)
    await served.submit("hold", ticket="A-002")
    await served.submit("announce", text="Parkir di utara", scope="bazaar", minutes=5)
    return {"visit": called, "later": later, "paper": paper.removeprefix(f"/{served.room.plan.bazaar.id}")}


async def faults_at(page: Page, served: Served, path: str, language: str) -> list[str]:
    """What is wrong with a page at its present width when everything on it is opened."""
    await page.goto(f"{served.home}{path}{'&' if '?' in path else '?'}lang={language}")
    await page.evaluate(ALL_OPEN)
    spoken = await page.evaluate("document.documentElement.lang")
    unsaid = await page.evaluate(UNSAID, indonesian(served.room.plan.as_config())) if language != "id" else []
    return [*await faults_of(page), *await page.evaluate(TOO_WIDE), *unsaid, *([] if spoken == language else [f"in {spoken}"])]


async def paired(browser: Browser, served: Served, scheme: Any) -> BrowserContext:
    """A browser of the organiser, which also may do what the first kiosk does."""
    context = await browser.new_context(viewport=PHONE, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
    page = await context.new_page()
    for key in (served.keys.kiosks[1], served.keys.admin):
        await page.goto(f"{served.home}/pair/{key}")
    await page.close()
    return context


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_pages_of_residents(browser: Browser, served: Served, language: str, scheme: str) -> None:
    """The start, the way to a number, a visit that is called and one set aside, the order, and a page that is not there."""
    context = await paired(browser, served, scheme)
    page = await context.new_page()
    names = await visits(page, served)
    found = {path: await faults_at(page, served, path.format(**names), language) for path in OF_RESIDENTS}
    await context.close()
    assert {path: [] for path in OF_RESIDENTS} == found


@pytest.mark.parametrize("language", LANGUAGES)
async def test_pages_of_staff_and_hall(browser: Browser, served: Served, language: str) -> None:
    """Tablets with every sheet open, the desk and all that belongs to it on a phone; TV, kiosk and a sheet of papers in their own size."""
    context = await paired(browser, served, "dark")
    page = await context.new_page()
    names = await visits(page, served)
    found = {path: await faults_at(page, served, path, language) for path in OF_STAFF}
    await page.set_viewport_size(WIDE)
    found |= {path: await faults_at(page, served, path.format(**names), language) for path in OF_THE_HALL}
    await context.close()
    assert {path: [] for path in (*OF_STAFF, *OF_THE_HALL)} == found
