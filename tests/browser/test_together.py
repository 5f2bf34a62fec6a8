"""Several people at once: errands at several counters, two officers or two fingers at one, two screens, and the organiser over all."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.browser.devices import Devices
from tests.browser.hands import CONNECTED
from tests.browser.running import Bazaar

pytestmark = pytest.mark.browser


async def test_three_errands_at_two_counters(devices: Devices, bazaar: Bazaar) -> None:
    """Who is called at one counter keeps the turn at the other, which passes the number, says so, and comes back to it."""
    registry, police = await devices.tablet(bazaar, 1), await devices.tablet(bazaar, 3)
    phone, other = await devices.phone(bazaar, "skck", "ktp", "jkn"), await devices.phone(bazaar, "ktp")
    assert {"A-001", "B-001", "C-001"} == set(await phone.labels())
    await police.calls("B-001")
    await phone.is_called("B-001", 3)
    await phone.is_busy("A-001", 3)
    await expect(registry.page.locator("[data-list=busy] [data-ticket='A-001'] [data-busy-at]")).to_have_text("3")
    await registry.calls("A-002")
    await other.is_called("A-002", 1)
    await phone.shows("A-001", "waiting")
    await expect(registry.page.locator("[data-next-note]")).to_have_text(await registry.words("busy"))
    await police.calls("")
    await phone.shows("B-001", "served")
    await phone.is_free("A-001")
    await registry.calls("A-001")
    await phone.is_called("A-001", 1)
    await phone.is_busy("C-001", 1)
    assert [{"ticket": "A-001", "busy_at": 3}] == await bazaar.events("ticket_passed")
    assert [("B-001", 3), ("A-002", 1), ("A-001", 1)] == await bazaar.calls()


async def test_two_errands_of_one_line(devices: Devices, bazaar: Bazaar) -> None:
    """Two errands of one line are one number, and the officer sees both with what they need."""
    tablet = await devices.tablet(bazaar, 1)
    phone = await devices.phone(bazaar, "ktp", "kk")
    assert ["A-001"] == await phone.labels()
    await tablet.calls("A-001")
    await expect(tablet.page.locator("[data-errand]:visible")).to_have_count(2)
    await expect(tablet.page.locator("[data-errand='ktp']")).to_contain_text("Fotokopi KK")


async def test_an_errand_is_added(devices: Devices, bazaar: Bazaar) -> None:
    """A resident adds an errand to the visit that is there, and sees both numbers on one page."""
    phone = await devices.phone(bazaar, "ktp")
    await phone.page.tap("[data-add] a")
    await phone.take("skck")
    assert {"A-001", "B-001"} == set(await phone.labels())
    issued = await bazaar.events("ticket_issued")
    assert 1 == len({event["visit"] for event in issued})


async def test_two_tvs_agree(devices: Devices, bazaar: Bazaar) -> None:
    """Two TVs announce the same call and show the same state of the log; a screen of other agencies is not taken by it."""
    tablet, police = await devices.tablet(bazaar, 1), await devices.tablet(bazaar, 3)
    all_agencies, again, registry = await devices.tv(bazaar), await devices.tv(bazaar), await devices.tv(bazaar, "barat")
    await devices.phone(bazaar, "skck", "ktp")
    await police.calls("B-001")
    await all_agencies.announces("B-001", 3)
    await again.announces("B-001", 3)
    await police.calls("")
    await tablet.calls("A-001")
    await registry.announces("A-001", 1)
    assert ["A-001"] == await registry.last_calls()
    for screen in (all_agencies, again):
        await screen.call_ends()
        await screen.announces("A-001", 1)
    top = (await bazaar.entries())[-1]["offset"]
    marks = [screen.page.locator("[data-mark]") for screen in (all_agencies, again, registry)]
    for mark in marks:
        await expect(mark).to_contain_text(f"#{top} ")
    assert 1 == len({await mark.inner_text() for mark in marks})


async def test_calls_of_one_moment(devices: Devices, bazaar: Bazaar) -> None:
    """Officers of three counters press at once: each gets another person, and the TV announces all three in the log's order."""
    tablets = [await devices.tablet(bazaar, number) for number in (1, 2, 3)]
    tv, kiosk = await devices.tv(bazaar), await devices.kiosk(bazaar)
    for service in ("ktp", "ktp", "skck"):
        await kiosk.take(service)
        await kiosk.leave()
    for tablet in tablets:
        await expect(tablet.page.locator("[data-next]")).not_to_be_empty()
    await asyncio.gather(*(tablet.next.tap() for tablet in tablets))
    calls = [(called, at) for called, at in await calls_of(bazaar, 3)]
    assert {"A-001", "A-002", "B-001"} == {label for label, _ in calls}
    for label, counter in calls:
        await tv.announces(label, counter)
        await tv.call_ends()


async def test_double_tap(devices: Devices, bazaar: Bazaar) -> None:
    """Two taps on Next in one twitch call one person."""
    tablet, tv = await devices.tablet(bazaar, 1), await devices.tv(bazaar)
    await devices.phone(bazaar, "ktp")
    second = await devices.phone(bazaar, "ktp")
    box = await tablet.next.bounding_box()
    assert box is not None
    for _ in range(2):
        await tablet.page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await tablet.shows("A-001")
    await tv.announces("A-001", 1)
    await second.has_ahead("A-002", 0)
    await tablet.press("recall")
    await expect(tablet.page.locator("[data-calls]")).to_have_text("2")
    assert [("A-001", 1)] == await bazaar.calls()


async def test_a_late_press_is_refused_in_words(devices: Devices, bazaar: Bazaar) -> None:
    """A press that was made before the counter moved on calls nobody: the tablet says why, and shows who is there."""
    devices.in_trouble = True
    tablet, colleague = await devices.tablet(bazaar, 1), await devices.tablet(bazaar, 1, opened=False)
    await devices.phone(bazaar, "ktp")
    await devices.phone(bazaar, "ktp")
    await expect(tablet.page.locator("[data-next]")).to_have_text("A-001")
    await tablet.page.context.set_offline(True)
    await tablet.next.tap()
    await colleague.calls("A-001")
    await tablet.page.context.set_offline(False)
    assert "1" in await tablet.says("stale")
    await tablet.shows("A-001")
    assert [("A-001", 1)] == await bazaar.calls()
    refused = [entry["refused"] for entry in await bazaar.entries() if "refused" in entry]
    assert [("stale", "A-001")] == [(refusal["code"], refusal["serving"]) for refusal in refused]


async def test_a_supervisor_calls_out_of_order(devices: Devices, bazaar: Bazaar) -> None:
    """A supervisor calls a chosen number for a reason; the screens show it, and the order page tells everybody."""
    tablet, tv = await devices.tablet(bazaar, 1), await devices.tv(bazaar)
    await devices.phone(bazaar, "ktp")
    frail = await devices.phone(bazaar, "ktp")
    await tablet.page.goto(f"{bazaar.home}/pair/{bazaar.keys.supervisor}")
    await tablet.page.goto(f"{bazaar.home}/counter/1")
    await tablet.page.wait_for_selector(CONNECTED)
    await tablet.page.tap("[data-sheet=out-of-order] > summary")
    await tablet.page.select_option("[data-list=waiting]", "A-002")
    await tablet.page.tap("[data-command=call_out_of_order] button[value=vulnerable]")
    await tablet.shows("A-002")
    await tv.announces("A-002", 1)
    await frail.is_called("A-002", 1)
    await frail.page.goto(f"{bazaar.home}/order")
    await expect(
        frail.page.locator("[data-order][data-ok=true] [data-exceptions] [data-label='A-002'][data-reason=vulnerable]")
    ).to_be_visible()


async def test_the_organisers_day(devices: Devices, bazaar: Bazaar) -> None:
    """The desk tells people something, pauses a counter and ends the day: the TV, the tablet and the phone say so at once."""
    tablet, tv, phone = await devices.tablet(bazaar, 1), await devices.tv(bazaar), await devices.phone(bazaar, "ktp")
    desk = await devices.page("desk")
    await desk.goto(f"{bazaar.home}/pair/{bazaar.keys.admin}")
    await desk.wait_for_selector(CONNECTED)
    await desk.fill("[data-command=announce] textarea", "Parkir di utara")
    await desk.click("[data-command=announce] .button-primary")
    await expect(desk.locator("[data-announcement]")).to_contain_text("Parkir di utara")
    await expect(tv.page.locator("[data-mark]")).to_contain_text(f"#{(await bazaar.entries())[-1]['offset']} ")
    await tv.page.clock.run_for(18_200)
    await expect(tv.page.locator("[data-card=announcement]")).to_contain_text("Parkir di utara")
    await desk.click(".tile[data-counter='1'] summary")
    await desk.click(".tile[data-counter='1'] [data-command=pause_counter] button")
    await expect(tablet.page.locator("body[data-state=paused]")).to_be_visible()
    await expect(tv.page.locator("[data-slot][data-counter='1']")).to_have_attribute("data-state", "paused")
    await desk.click("[data-end] > summary")
    await desk.click("[data-end] button")
    await phone.shows("A-001", "expired")
    await expect(tv.page.locator("[data-slot]:not([hidden]):not([data-state=closed])")).to_have_count(0)
    await expect(tablet.page.locator("[data-counter-state]")).to_have_attribute("data-status", "closed")
    for page in (desk, tablet.page, phone.page):
        await expect(page.locator("[data-bazaar-closed]")).to_be_visible()


async def calls_of(bazaar: Bazaar, count: int) -> list[tuple[str, int]]:
    """The log's calls, once there are so many."""
    while len(calls := await bazaar.calls()) < count:
        await asyncio.sleep(0.05)
    return calls
