"""feed.js in a real browser: what it asks for, what it applies, and when it comes back."""

from typing import Any

import pytest
from playwright.async_api import Page

from tests.fake_hub import FakeHub, Frame, frame

pytestmark = pytest.mark.browser

FOLLOW = """async ({ base, channels, frames }) => {
    const { follow } = await import("/static/feed.js");
    window.applied = [];
    window.ages = [];
    window.feed = follow({
        base, channels, frames,
        onFrame: ({ channel, epoch, offset }) => window.applied.push([channel, epoch, offset]),
        onAge: (age) => window.ages.push(age),
    });
}"""
LAST_AGE = "window.ages[window.ages.length - 1]"


async def _follow(page: Page, hub: FakeHub, *channels: str, frames: tuple[Frame, ...] = ()) -> None:
    if page.url == "about:blank":
        await page.goto(hub.url)
    await page.evaluate(FOLLOW, {"base": "/mayangan", "channels": channels or ("hall",), "frames": frames})


async def _applied(page: Page, count: int) -> Any:
    await page.wait_for_function(f"window.applied.length >= {count}")
    return await page.evaluate("window.applied")


async def test_asks(page: Page, hub: FakeHub) -> None:
    """A page names its channels and speaks JSON."""
    await _follow(page, hub, "hall/utama", "line/A")
    visit = await hub.visit()
    assert {"channels": "hall/utama,line/A"} == visit.query
    assert "urut.v1.json" == visit.socket.ws_protocol


async def test_frames_on_the_page(page: Page, hub: FakeHub) -> None:
    """Frames that came with the page are named as had, and only later ones are applied."""
    await _follow(page, hub, frames=(frame(offset=5),))
    visit = await hub.visit()
    assert "hall@e1:5" == visit.query["have"]
    await visit.send(frame(offset=5), frame(offset=6))
    assert [["hall", "e1", 6]] == await _applied(page, 1)


async def test_frames_that_were_old_already(page: Page, hub: FakeHub) -> None:
    """A page that came from a hub without its store begins at the age that the hub told, and grows young again with news only."""
    await page.goto(hub.url)
    await page.evaluate("document.body.dataset.behind = 40")
    await _follow(page, hub, frames=(frame(offset=5),))
    visit = await hub.visit()
    await visit.send({**frame(offset=5), "channel": ""})
    await page.wait_for_function(f"{LAST_AGE} && {LAST_AGE}.connected")
    assert await page.evaluate(f"{LAST_AGE}.stale && {LAST_AGE}.seconds >= 40")
    await visit.send(frame(offset=6))
    await page.wait_for_function(f"{LAST_AGE}.seconds < 5")


async def test_never_backwards(page: Page, hub: FakeHub) -> None:
    """An older frame of a channel is not applied, nor the same one twice; another channel has its own position."""
    await _follow(page, hub, "hall", "line/A")
    await (await hub.visit()).send(frame(offset=5), frame(offset=4), frame(offset=5), frame("line/A", 3), frame(offset=6))
    assert [["hall", "e1", 5], ["line/A", "e1", 3], ["hall", "e1", 6]] == await _applied(page, 3)


async def test_new_epoch(page: Page, hub: FakeHub) -> None:
    """A log that was begun anew is applied, though its offsets are lower."""
    await _follow(page, hub)
    await (await hub.visit()).send(frame(offset=9), frame(offset=1, epoch="e2"))
    assert [["hall", "e1", 9], ["hall", "e2", 1]] == await _applied(page, 2)


@pytest.mark.parametrize("code", [1001, 1012, 1011])
async def test_comes_back(page: Page, hub: FakeHub, code: int) -> None:
    """A page that lost its hub comes back, names what it has, and is not taken backwards by a hub that lags."""
    await _follow(page, hub)
    visit = await hub.visit()
    await visit.send(frame(offset=5))
    await _applied(page, 1)
    await visit.close(code)
    visit = await hub.visit()
    assert "hall@e1:5" == visit.query["have"]
    await visit.send(frame(offset=3), frame(offset=6))
    assert [["hall", "e1", 5], ["hall", "e1", 6]] == await _applied(page, 2)


async def test_silence(page: Page, hub: FakeHub) -> None:
    """After 25 s without a word a page leaves its socket and opens a new one at once."""
    await page.clock.install()
    await page.goto(hub.url)
    await _follow(page, hub)
    silent = await hub.visit()
    await silent.send(frame(offset=5))
    await _applied(page, 1)
    await page.clock.run_for(24_000)
    assert hub.visits.empty()
    await page.clock.run_for(3_000)
    assert "hall@e1:5" == (await hub.visit()).query["have"]


async def test_dead_link(page: Page, hub: FakeHub) -> None:
    """A link that died without a word is noticed, and the page is back as soon as there is a network again."""
    await page.clock.install()
    await page.goto(hub.url)
    await _follow(page, hub)
    dead = await hub.visit()
    await dead.send(frame(offset=5))
    await _applied(page, 1)
    await page.context.set_offline(True)
    await page.clock.run_for(27_000)
    await page.wait_for_function(f"!{LAST_AGE}.connected && {LAST_AGE}.seconds >= 25")
    # No timer runs from here on: it is the network's return that brings the page back.
    await page.clock.pause_at(await page.evaluate("Date.now()") + 1000)
    await page.context.set_offline(False)
    await (await hub.visit()).send(frame(offset=6))
    assert [["hall", "e1", 5], ["hall", "e1", 6]] == await _applied(page, 2)


async def test_heartbeats_are_no_silence(page: Page, hub: FakeHub) -> None:
    """A quiet bazaar keeps its socket: a heartbeat every 10 s is enough."""
    await page.clock.install()
    await page.goto(hub.url)
    await _follow(page, hub)
    visit = await hub.visit()
    for beat in (1, 2, 3):
        await visit.send(frame("", beat, at=1000 * beat))
        await page.wait_for_function(f"window.ages.length && {LAST_AGE}.offset === {beat}")
        await page.clock.run_for(10_000)
    assert hub.visits.empty()


async def test_age(page: Page, hub: FakeHub) -> None:
    """The age counts from the last later time; a hub that only repeats itself does not renew it."""
    await page.clock.install()
    await page.goto(hub.url)
    await _follow(page, hub)
    visit = await hub.visit()
    await visit.send(frame(at=5000))
    await _applied(page, 1)
    await page.clock.run_for(12_000)
    await visit.send(frame("", at=5000), frame(offset=1, at=5000))
    await page.clock.run_for(3_000)
    age = await page.evaluate(LAST_AGE)
    assert age["seconds"] in (14, 15)
    assert (1, "00000001") == (age["offset"], age["head"])
    assert 19_000 <= age["now"] <= 21_000


async def test_close(page: Page, hub: FakeHub) -> None:
    """A feed that was closed leaves its hub and does not come back."""
    await page.clock.install()
    await page.goto(hub.url)
    await _follow(page, hub)
    visit = await hub.visit()
    await page.evaluate("window.feed.close()")
    await visit.ended.wait()
    await page.clock.run_for(60_000)
    assert hub.visits.empty()


async def test_back_off(page: Page, hub: FakeHub) -> None:
    """Waits double up to ten seconds, and chance spreads them."""
    await page.goto(hub.url)
    waits = (
        "async (chance) => { const feed = await import('/static/feed.js'); return [0, 1, 2, 3, 4].map((n) => feed.backOff(n, chance)); }"
    )
    assert [1000, 2000, 4000, 8000, 10000] == await page.evaluate(waits, 1)
    assert [500] * 5 == await page.evaluate(waits, 0)


async def test_command_id(page: Page, hub: FakeHub) -> None:
    """An id for a command is 24 url-safe characters, another each time."""
    await page.goto(hub.url)
    ids = await page.evaluate("async () => { const { commandId } = await import('/static/feed.js'); return [commandId(), commandId()]; }")
    assert ids[0] != ids[1]
    for made in ids:
        assert 24 == len(made)
        assert made.replace("-", "").replace("_", "").isalnum()
