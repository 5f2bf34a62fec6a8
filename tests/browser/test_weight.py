"""What pages of residents cost on the wire: bytes and requests of a first load, as a browser counts them. Times are for the bench."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from server.core.values import Lane, Prefix
from server.store.plan_file import read_plan
from tests.browser.hands import READY
from tests.browser.running import SAMPLE
from tests.conftest import Tell
from tests.serving import Served, serving

pytestmark = pytest.mark.browser

FIRST_LOAD_BYTES_MAX = 60_000
REQUESTS_MAX = 20
UPDATE_BYTES_MAX = 1_000
WAITING = 300
LEAVES_EVERY = 12
"""Every so many of those who wait has left the line: a line with holes is longer to tell."""


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    """The sample bazaar with every counter open."""
    async with serving(config=read_plan(SAMPLE).as_config()) as bazaar:
        for counter in bazaar.room.plan.counters:
            await bazaar.submit("open_counter", counter=counter.number)
        yield bazaar


@dataclass
class Wire:
    """What a page has fetched: bytes with their headers, requests, and the frames of its sockets."""

    bytes: int = 0
    requests: int = 0
    frames: list[int] = field(default_factory=list)

    async def watch(self, page: Page) -> None:
        """Count from now on, with nothing kept from before."""
        session = await page.context.new_cdp_session(page)
        session.on("Network.loadingFinished", self._finished)
        session.on("Network.webSocketFrameReceived", self._received)
        await session.send("Network.enable")
        await session.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def _finished(self, event: dict[str, Any]) -> None:
        self.bytes += int(event["encodedDataLength"])
        self.requests += 1

    def _received(self, event: dict[str, Any]) -> None:
        self.frames.append(len(event["response"]["payloadData"].encode()))


async def test_first_load_of_join(page: Page, served: Served, tell: Tell) -> None:
    """The page to take numbers, with all 21 agencies of the sample, comes within 60 KB."""
    wire = Wire()
    await wire.watch(page)
    await page.goto(f"{served.home}/join")
    await page.wait_for_selector(READY)
    await page.wait_for_load_state("networkidle")
    tell(f"first load of the page to take numbers: {wire.bytes} bytes in {wire.requests} requests")
    assert 5_000 < wire.bytes <= FIRST_LOAD_BYTES_MAX
    assert wire.requests <= REQUESTS_MAX


@pytest.mark.parametrize("language", ["id", "mad"])
async def test_first_load_of_a_visit(page: Page, served: Served, tell: Tell, language: str) -> None:
    """The page of a visit with three numbers comes within 60 KB, in the longest of the languages too."""
    wish = {"command_id": "phone-command-000001", "services": ["ktp", "skck-baru", "berkas"]}
    answer = await page.request.post(f"{served.home}/tickets", data=wish)
    wire = Wire()
    await wire.watch(page)
    await page.goto(f"{served.url}{(await answer.json())['url']}?lang={language}")
    await page.wait_for_selector(READY)
    await page.wait_for_load_state("networkidle")
    tell(f"first load of a visit's page ({language}): {wire.bytes} bytes in {wire.requests} requests")
    assert 5_000 < wire.bytes <= FIRST_LOAD_BYTES_MAX
    assert wire.requests <= REQUESTS_MAX


async def test_updates_of_a_long_line(page: Page, served: Served, tell: Tell) -> None:
    """With 300 people waiting in a line, some of whom have left it, a call costs each phone less than 1 KB."""
    lane = served.room.bazaar.lines[Prefix("A")].lanes[Lane.REGULAR]
    while len(lane.waiting) < WAITING - 1:
        await served.submit("issue", services=["ktp"])
        number = lane.issued
        if number % LEAVES_EVERY == 0:
            await served.submit("cancel", ticket=f"A-{number:03d}")
    wish = {"command_id": "phone-command-000001", "services": ["ktp"]}
    answer = await page.request.post(f"{served.home}/tickets", data=wish)
    assert WAITING == len(lane.waiting)
    wire = Wire()
    await wire.watch(page)
    await page.goto(served.url + (await answer.json())["url"])
    await page.wait_for_selector(READY)
    for counter, ahead in ((1, 298), (2, 297), (3, 296)):
        await served.submit("next", counter=counter, seen=None)
        await expect(page.locator("[data-ahead]")).to_have_text(str(ahead))
    tell(f"live updates with {WAITING} waiting: {max(wire.frames)} bytes at most")
    assert max(wire.frames) <= UPDATE_BYTES_MAX
