"""feed.js where sockets do not come through, and on a page that was kept from before."""

import asyncio

import pytest
from playwright.async_api import Page, Route

from tests.fake_hub import PATIENCE_S, FakeHub, frame

pytestmark = pytest.mark.browser

FOLLOW = """async ({ frames, seconds }) => {
    const { follow } = await import("/static/feed.js");
    window.applied = [];
    window.ages = [];
    follow({
        base: "/mayangan", channels: ["line/A"], frames, seconds,
        onFrame: (frame) => window.applied.push(frame.offset),
        onAge: (age) => window.ages.push(age),
    });
}"""
LAST_AGE = "window.ages[window.ages.length - 1]"


async def test_asked_for_where_no_socket_comes_through(page: Page, hub: FakeHub) -> None:
    """Where sockets never speak the frames are asked for one by one; what has not changed costs no body and renews the age."""
    asked: list[str | None] = []
    newest = {"offset": 6, "at": 1000}

    async def answer(route: Route) -> None:
        known = await route.request.header_value("if-none-match")
        asked.append(known)
        etag = f'"e1:{newest["offset"]}"'
        headers = {"ETag": etag, "Urut-At": str(newest["at"])}
        newest["at"] += 10_000
        if known == etag:
            await route.fulfill(status=304, headers=headers)
        else:
            await route.fulfill(json=frame("line/A", newest["offset"], at=newest["at"], view="new"), headers=headers)

    hub.status = 503
    await page.clock.install()
    await page.goto(hub.url)
    await page.route("**/views/line/A", answer)
    await page.evaluate(FOLLOW, {"frames": [frame("line/A", 5)], "seconds": 0})
    for _ in range(20):
        await page.clock.run_for(1_000)
    await page.wait_for_function("window.applied.length === 1")
    async with asyncio.timeout(PATIENCE_S):
        while len(asked) < 3:
            await page.clock.run_for(2_000)
    assert ['"e1:5"', '"e1:6"', '"e1:6"'] == asked[:3]
    renewed = "({ seconds, connected, head }) => seconds < 5 && !connected && head === '00000006'"
    async with asyncio.timeout(PATIENCE_S):
        while not await page.evaluate(f"({renewed})({LAST_AGE})"):
            await page.clock.run_for(1_000)
    hub.status = 101
    async with asyncio.timeout(PATIENCE_S):
        while hub.visits.empty():
            await page.clock.run_for(2_000)
    visit = await hub.visit()
    await visit.send(frame("line/A", 7, at=90_000, view="newer"))
    await page.wait_for_function("window.applied.length === 2")
    count = len(asked)
    await page.clock.run_for(30_000)
    assert count == len(asked)


async def test_frames_of_a_kept_page_are_old(page: Page, hub: FakeHub) -> None:
    """Frames that a page kept from before are as old as it says, until the hub speaks."""
    hub.status = 503
    await page.goto(hub.url)
    await page.evaluate(FOLLOW, {"frames": [frame("line/A", 5)], "seconds": 100})
    await page.wait_for_function(f"{LAST_AGE} && {LAST_AGE}.stale && {LAST_AGE}.seconds >= 100")
