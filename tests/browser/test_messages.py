"""Being told when no page is open: asked for on the visit's page, shown by the browser."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from displays.alerts.pages import ALERTS
from displays.alerts.webhook import read_gateway
from server.cli.equipment import Equipment
from server.core.values import BazaarId
from tests.browser.conftest import ARGS
from tests.displays.alerts.post import GATEWAY_SECRET, Post, post
from tests.serving import Served, serving

pytestmark = pytest.mark.browser


@asynccontextmanager
async def at_the_bazaar() -> AsyncIterator[tuple[Served, Post, str]]:
    """A bazaar with a gateway, and the page of somebody's visit."""
    async with post() as office:
        gateway = read_gateway(f"{office.url}/messages", GATEWAY_SECRET)
        async with serving(equipment=Equipment(gateway=gateway)) as served:
            await served.submit("open_counter", counter=1)
            body = {"services": ["ktp"], "command_id": "takes-a-number-0001"}
            async with served.session.post(f"{served.home}/tickets", json=body) as answer:
                yield served, office, f"{served.home}/visit/{(await answer.json())['visit']}"


async def test_a_phone_number(page: Page) -> None:
    """Somebody leaves a number on the page, is told by message at the call, and has it erased."""
    async with at_the_bazaar() as (served, office, address):
        await page.goto(address)
        await page.locator("[data-messages] > summary").click()
        await page.locator("[name=ahead]").select_option("0")
        await leave(page, "0812 3456 7890")
        await expect(page.locator("[data-messages-answer]")).to_have_text("Anda akan diberi tahu.")
        await served.submit("next", counter=1, seen=None)
        [one] = await office.until(received=1)
        assert ("+6281234567890", "A-001") == (one.message["data"]["to"], one.message["data"]["ticket"])
        await page.locator("[data-erase] button").click()
        await expect(page.locator("[data-messages-answer]")).to_contain_text("Sudah dihapus")
        assert {} == await served.app[ALERTS].book(BazaarId("uji")).contacts()


async def test_a_form_without_scripts(browser: Browser) -> None:
    """Without scripts the form does the same, and leads back to the page; a wrong number is answered with what is wrong."""
    async with at_the_bazaar() as (served, _office, address):
        context = await browser.new_context(java_script_enabled=False)
        page = await context.new_page()
        await page.goto(address)
        await page.locator("[data-messages] > summary").click()
        await leave(page, "081234567890")
        await page.wait_for_url(address)
        assert 1 == len(await served.app[ALERTS].book(BazaarId("uji")).contacts())
        await page.locator("[data-messages] > summary").click()
        await leave(page, "12")
        await expect(page.locator("main")).to_contain_text("+6281234567890")
        await context.close()


async def leave(page: Page, phone: str) -> None:
    """Fill in a number and send it."""
    await page.locator("[name=phone]").fill(phone)
    await page.locator("[data-messages-form] button:not([data-push])").click()


async def test_the_browser_shows_it() -> None:
    """What a push service brings stands as a notification until it is seen."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs the whole chromium; the headless shell shows no notifications")
    async with at_the_bazaar() as (served, _office, address), async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=ARGS)
        context = await browser.new_context()
        await context.grant_permissions(["notifications"], origin=served.url)
        page = await context.new_page()
        await page.goto(address)
        await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        message = {"title": "A-001: loket 1", "body": "Silakan menuju loket 1.", "tag": "A-001", "url": address}
        await bring(page, served.url, message)
        await page.wait_for_function("navigator.serviceWorker.ready.then((worker) => worker.getNotifications()).then((all) => all.length)")
        shown = await page.evaluate(NOTIFICATIONS)
        await browser.close()
    assert [["A-001: loket 1", "Silakan menuju loket 1.", "A-001"]] == shown


NOTIFICATIONS = (
    """async () => (await (await navigator.serviceWorker.ready).getNotifications()).map((one) => [one.title, one.body, one.tag])"""
)


async def bring(page: Page, origin: str, message: dict[str, str]) -> None:
    """Let the browser believe that its push service has brought this message."""
    session = await page.context.new_cdp_session(page)
    known: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def learn(news: dict[str, Any]) -> None:
        for registration in news["registrations"]:
            if not known.done():
                known.set_result(registration["registrationId"])

    session.on("ServiceWorker.workerRegistrationUpdated", learn)
    await session.send("ServiceWorker.enable")
    async with asyncio.timeout(30):
        registration = await known
    await session.send("ServiceWorker.deliverPushMessage", {"origin": origin, "registrationId": registration, "data": json.dumps(message)})
