"""feed.js where sockets do not come through, and on a page that was kept from before."""

import asyncio
from collections.abc import Awaitable, Callable

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


class Views:
    """Answers for the view of line A as a hub does: offset 6, and as true as the moment."""

    def __init__(self) -> None:
        self.asked: list[str | None] = []
        self._at = 1000

    async def answer(self, route: Route) -> None:
        """The frame, or 304 to whoever has it."""
        known = await route.request.header_value("if-none-match")
        self.asked.append(known)
        self._at += 10_000
        headers = {"ETag": '"e1:6"', "Urut-At": str(self._at)}
        if known == headers["ETag"]:
            await route.fulfill(status=304, headers=headers)
        else:
            await route.fulfill(json=frame("line/A", 6, at=self._at, view="new"), headers=headers)


async def run_until(page: Page, done: Callable[[], Awaitable[bool]]) -> None:
    """Let the page's time run until something has happened."""
    async with asyncio.timeout(PATIENCE_S):
        while not await done():
            await page.clock.run_for(1_000)


async def test_asked_for_where_no_socket_comes_through(page: Page, hub: FakeHub) -> None:
    """Where sockets never speak the frames are asked for one by one; what has not changed costs no body and renews the age."""
    views = Views()

    async def asked_thrice() -> bool:
        return len(views.asked) >= 3

    async def is_renewed() -> bool:
        return bool(
            await page.evaluate(f"(({{ seconds, connected, head }}) => seconds < 5 && !connected && head === '00000006')({LAST_AGE})")
        )

    async def is_back() -> bool:
        return not hub.visits.empty()

    hub.status = 503
    await page.clock.install()
    await page.goto(hub.url)
    await page.route("**/views/line/A", views.answer)
    await page.evaluate(FOLLOW, {"frames": [frame("line/A", 5)], "seconds": 0})
    await run_until(page, asked_thrice)
    assert ['"e1:5"', '"e1:6"', '"e1:6"'] == views.asked[:3]
    await run_until(page, is_renewed)
    hub.status = 101
    await run_until(page, is_back)
    await (await hub.visit()).send(frame("line/A", 7, at=900_000, view="newer"))
    await page.wait_for_function("window.applied.length === 2")
    count = len(views.asked)
    await page.clock.run_for(30_000)
    assert count == len(views.asked)


async def test_frames_of_a_kept_page_are_old(page: Page, hub: FakeHub) -> None:
    """Frames that a page kept from before are as old as it says, until the hub speaks."""
    hub.status = 503
    await page.goto(hub.url)
    await page.evaluate(FOLLOW, {"frames": [frame("line/A", 5)], "seconds": 100})
    await page.wait_for_function(f"{LAST_AGE} && {LAST_AGE}.stale && {LAST_AGE}.seconds >= 100")
