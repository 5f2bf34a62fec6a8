"""Processes are killed while people press and look: every page recovers by itself, and nothing that was acknowledged is lost."""

import signal
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.devices import Devices
from tests.browser.hands import CONNECTED
from tests.browser.running import Bazaar, Demo, bazaar_of, demo

pytestmark = [pytest.mark.browser, pytest.mark.faults]

MINUTES_MS = 150_000


@pytest_asyncio.fixture
async def own(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """A `urut demo` of the test's own, to be killed."""
    async with demo(tmp_path_factory.mktemp("urut") / "data") as started:
        yield started


@pytest_asyncio.fixture
async def bazaar(own: Demo, reader: aiohttp.ClientSession, devices: Devices) -> AsyncIterator[Bazaar]:
    """Its bazaar; when the test is over, the log is checked against the rules. Answers with errors are to be expected."""
    devices.in_trouble = True
    opened = await bazaar_of(own, reader)
    yield opened
    assert (await opened.verdict()).fault is None


async def test_the_hub_is_killed(devices: Devices, own: Demo, bazaar: Bazaar) -> None:
    """After kill -9 and a new start TV, phone and tablet come back by themselves; a press made meanwhile calls one person."""
    tablet, tv = await devices.tablet(bazaar, 1, opened=False), await devices.tv(bazaar)
    first, second = await devices.phone(bazaar, "ktp"), await devices.phone(bazaar, "ktp")
    await tablet.calls("A-001")
    await tv.announces("A-001", 1)
    await tv.call_ends()
    marks = await tv.noted_marks()
    await own.kill()
    await expect(tv.page.locator(CONNECTED)).to_have_count(0)
    await tablet.next.tap()
    await tablet.is_waiting()
    await own.start()
    await tablet.shows("A-002")
    await tv.announces("A-002", 1)
    await second.is_called("A-002", 1)
    await first.shows("A-001", "served")
    assert [("A-001", 1), ("A-002", 1)] == await bazaar.calls()
    shown = await marks.evaluate("(marks) => marks")
    assert sorted(shown) == shown


async def test_the_store_is_killed(devices: Devices, own: Demo, bazaar: Bazaar) -> None:
    """When the store dies during work the tablet says that the press waits; the store comes back, and the press is carried out once."""
    tablet, tv, phone = await devices.tablet(bazaar, 1, opened=False), await devices.tv(bazaar), await devices.phone(bazaar, "ktp")
    await devices.phone(bazaar, "ktp")
    await tablet.calls("A-001")
    await phone.is_called("A-001", 1)
    own.signal_store(signal.SIGSTOP)
    await tablet.next.tap()
    await tablet.is_waiting()
    own.signal_store(signal.SIGKILL)
    await tablet.shows("A-002")
    await phone.shows("A-001", "served")
    await tv.call_ends()
    await tv.announces("A-002", 1)
    assert [("A-001", 1), ("A-002", 1)] == await bazaar.calls()


async def test_the_hub_is_away_for_minutes(devices: Devices, own: Demo, bazaar: Bazaar) -> None:
    """With the hub dead for minutes a press for Next calls nobody once a new one is there, until the officer says that it is meant."""
    tablet = await devices.tablet(bazaar, 1, opened=False)
    await devices.phone(bazaar, "ktp")
    await expect(tablet.page.locator("[data-next]")).to_have_text("A-001")
    await own.kill()
    await tablet.next.tap()
    await tablet.is_waiting()
    await tablet.page.clock.run_for(MINUTES_MS)
    await own.start()
    await tablet.page.wait_for_selector(CONNECTED)
    asked = tablet.page.locator("[data-press][data-kind=asked]")
    await expect(asked).to_be_visible()
    assert [] == await bazaar.calls()
    await asked.locator("[data-do=send]").tap()
    await tablet.shows("A-001")
    assert [("A-001", 1)] == await bazaar.calls()
