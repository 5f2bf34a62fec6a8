"""urut's own https in a real browser: a tablet presses, and the TV of the hall follows over wss."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from server.cli.own_certificate import own_certificate
from server.cli.tls import context_of
from tests.browser.devices import watch
from tests.browser.officer import NEXT, READY
from tests.serving import serving

pytestmark = pytest.mark.browser


async def test_a_call_over_https(browser: Browser, tmp_path: Path) -> None:
    """A browser that was led from http to https pairs as a tablet there; its press shows on the TV, and nothing goes in the clear."""
    faults: list[str] = []
    addresses: list[str] = []
    tls = context_of(own_certificate(tmp_path, ["localhost", "127.0.0.1"]).pem, None)
    async with serving(tls=tls) as served, await browser.new_context(ignore_https_errors=True) as context:
        watch(context, faults)
        await served.submit("issue", services=["ktp"])
        await served.submit("open_counter", counter=1)
        tv, tablet = await context.new_page(), await context.new_page()
        for page in (tv, tablet):
            page.on("websocket", lambda socket: addresses.append(socket.url))
        await tv.goto(f"{served.home}/tv/utama".replace("https", "http", 1))
        await tv.wait_for_selector("body[data-ready][data-connected]")
        await tablet.goto(f"{served.home}/pair/{served.keys.counters[1]}")
        await tablet.wait_for_selector(READY)
        await tablet.locator(NEXT).click()
        await expect(tv.locator("[data-call][data-label='A-001'][data-counter='1']")).to_be_visible()
        sessions = [cookie["secure"] for cookie in await context.cookies() if cookie["name"].endswith("counter-1")]
        assert [True] == sessions
        assert {"https"} == {page.url.partition(":")[0] for page in (tv, tablet)}
        assert {"wss"} == {address.partition(":")[0] for address in addresses}
    assert [] == faults
