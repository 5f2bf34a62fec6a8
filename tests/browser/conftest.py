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
from tests.browser.running import Bazaar, Demo, demo, open_bazaar
from tests.fake_hub import FakeHub, fake_hub

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
