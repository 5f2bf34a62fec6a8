"""A real Chromium for the tests of pages and page scripts."""

import os
import shutil
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.fake_hub import FakeHub, fake_hub

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium")
ARGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required", "--mute-audio")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for the whole run."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A browser without memory; an exception in any of its pages fails the test."""
    faults: list[str] = []
    fresh = await browser.new_context(locale="id-ID", timezone_id="Asia/Jakarta")
    fresh.on("weberror", lambda fault: faults.append(str(fault.error)))
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
