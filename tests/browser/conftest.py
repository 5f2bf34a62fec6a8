"""A real Chromium for the tests of pages and page scripts, and the bazaars that they look at."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from itertools import count

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.browser.devices import Devices, watch
from tests.browser.officer import READY, Clock
from tests.browser.running import Bazaar, Demo, demo, open_bazaar
from tests.fake_hub import FakeHub, fake_hub
from tests.serving import Served, serving

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium")
ARGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required", "--mute-audio")
PATIENCE_MS = 30_000
"""How long a page may take for what it is expected to show: much longer than it takes, for the machine may be busy."""

expect.set_options(timeout=PATIENCE_MS)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for the whole run."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A browser without memory; an exception or an error in the console of any of its pages fails the test."""
    faults: list[str] = []
    fresh = await browser.new_context(locale="id-ID", timezone_id="Asia/Jakarta")
    watch(fresh, faults)
    yield fresh
    await fresh.close()
    assert [] == faults


@pytest_asyncio.fixture
async def page(context: BrowserContext) -> Page:
    """An empty page."""
    return await context.new_page()


@pytest_asyncio.fixture
async def hub() -> AsyncIterator[FakeHub]:
    """A hub that says what the test tells it to."""
    async with fake_hub() as fake:
        yield fake


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that stands still until it is moved."""
    clock = Clock()
    monkeypatch.setattr("tests.serving.now_ms", lambda: clock.ms)
    return clock


@pytest_asyncio.fixture
async def served(clock: Clock) -> AsyncIterator[Served]:
    """Counters 1 and 3 are open; three people wait in line A."""
    async with serving() as bazaar:
        for number in (1, 3):
            await bazaar.submit("open_counter", counter=number)
        for _ in range(3):
            await bazaar.submit("issue", services=["ktp"])
        yield bazaar


@pytest_asyncio.fixture
async def tablet(page: Page, served: Served) -> Page:
    """The tablet of counter 1, paired by its link."""
    await page.set_viewport_size({"width": 1280, "height": 800})
    await page.goto(f"{served.home}/pair/{served.keys.counters[1]}")
    await page.wait_for_selector(READY)
    return page


@pytest_asyncio.fixture
async def devices(browser: Browser) -> AsyncIterator[Devices]:
    """Devices for the test; an exception, an error in a console or an answer with an error, on any of them, fails the test."""
    made = Devices(browser)
    yield made
    await made.close()
    assert [] == made.faults


@pytest_asyncio.fixture(scope="session")
async def reader() -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody who reads the public log."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest_asyncio.fixture(scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """One `urut demo` with its store, for all tests that have nothing fail."""
    async with demo(tmp_path_factory.mktemp("urut") / "data") as started:
        yield started


@pytest_asyncio.fixture(scope="session")
async def bazaars(running: Demo, reader: aiohttp.ClientSession) -> AsyncIterator["asyncio.Queue[Bazaar]"]:
    """Bazaars in that store. One is always opened ahead, so that the hub has found it when its test begins."""
    opened: asyncio.Queue[Bazaar] = asyncio.Queue(maxsize=2)

    async def open_ahead() -> None:
        for number in count(1):
            await opened.put(await open_bazaar(running, reader, f"uji-{number}"))

    opening = asyncio.create_task(open_ahead())
    yield opened
    opening.cancel()


@pytest_asyncio.fixture
async def bazaar(bazaars: "asyncio.Queue[Bazaar]") -> AsyncIterator[Bazaar]:
    """A bazaar that only this test knows; when the test is over, its log is checked against the rules."""
    fresh = await bazaars.get()
    await fresh.is_served()
    yield fresh
    verdict = await fresh.verdict()
    assert verdict.fault is None
