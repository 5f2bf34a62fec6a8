"""A day at a bazaar, told by what people tap and see: real pages in a real browser, over the real program and its store."""

import pytest
from playwright.async_api import expect

from tests.browser.devices import Devices
from tests.browser.running import Bazaar

pytestmark = pytest.mark.browser


async def test_from_kiosk_and_phone_to_all_screens(devices: Devices, bazaar: Bazaar) -> None:
    """Numbers from the kiosk and from a phone are called in order by Next; the TV and the phones show number and counter."""
    tablet, tv, kiosk = await devices.tablet(bazaar, 1), await devices.tv(bazaar), await devices.kiosk(bazaar)
    assert ["A-001"] == await kiosk.take("ktp")
    first = await devices.phone_at(await kiosk.address())
    second = await devices.phone(bazaar, "kk")
    assert ["A-002"] == await second.labels()
    await second.has_ahead("A-002", 1)
    await tablet.calls("A-001")
    await tv.announces("A-001", 1)
    await first.is_called("A-001", 1)
    await second.has_ahead("A-002", 0)
    await tv.call_ends()
    await tablet.calls("A-002")
    await tv.announces("A-002", 1)
    await tv.shows("A-002", 1)
    assert ["A-002", "A-001"] == await tv.last_calls()
    await second.is_called("A-002", 1)
    await first.shows("A-001", "served")
    assert [("A-001", 1), ("A-002", 1)] == await bazaar.calls()


async def test_next_finishes_the_last_one(devices: Devices, bazaar: Bazaar) -> None:
    """With nobody waiting Next only finishes; the phone says that the errand is done, and the TV's card is free."""
    tablet, tv = await devices.tablet(bazaar, 1), await devices.tv(bazaar)
    phone = await devices.phone(bazaar, "ktp")
    await tablet.calls("A-001")
    await tv.shows("A-001", 1)
    await tablet.calls("")
    await phone.shows("A-001", "served")
    await tv.shows("", 1)
    await tablet.next.tap()
    assert await tablet.says("refused")
    assert ["line_empty"] == [entry["refused"]["code"] for entry in await bazaar.entries() if "refused" in entry]


async def test_recall(devices: Devices, bazaar: Bazaar) -> None:
    """A recall has the TV's screen once more as the second call, and the phone says that it was called again."""
    tablet, tv, phone = await devices.tablet(bazaar, 1), await devices.tv(bazaar), await devices.phone(bazaar, "ktp")
    await tablet.calls("A-001")
    await tv.announces("A-001", 1)
    await phone.is_called("A-001", 1)
    await expect(phone.page.locator("[data-again]")).to_be_hidden()
    await tv.call_ends()
    await tv.is_free()
    await tablet.press("recall")
    await tv.announces("A-001", 1, calls=2)
    await expect(tv.page.locator("[data-again]")).to_contain_text("2")
    await expect(phone.page.locator("[data-again]")).to_contain_text("2")


async def test_absent_and_back(devices: Devices, bazaar: Bazaar) -> None:
    """Who does not come is set aside after a recall; back by the tablet, the old number sits one call out and is called."""
    tablet, tv = await devices.tablet(bazaar, 1), await devices.tv(bazaar)
    away, other, third = [await devices.phone(bazaar, "ktp") for _ in range(3)]
    await tablet.calls("A-001")
    await tablet.press("recall")
    await tablet.press("absent")
    await tablet.shows("")
    await tv.shows("", 1)
    await away.shows("A-001", "absent")
    await tablet.bring_back("A-001")
    await away.shows("A-001", "waiting")
    await away.has_ahead("A-001", 1)
    await tablet.calls("A-002")
    await other.is_called("A-002", 1)
    await tablet.calls("A-001")
    await away.is_called("A-001", 1)
    await third.has_ahead("A-003", 0)


async def test_absent_and_back_by_phone(devices: Devices, bazaar: Bazaar) -> None:
    """Who missed the call says so on the phone, keeps the number, and is called at once when nobody else waits."""
    tablet, phone = await devices.tablet(bazaar, 1), await devices.phone(bazaar, "ktp")
    await tablet.calls("A-001")
    await tablet.press("recall")
    await tablet.press("absent")
    await phone.shows("A-001", "absent")
    await phone.press("A-001", "return")
    await phone.shows("A-001", "waiting")
    await expect(tablet.page.locator("[data-list=absent] [data-ticket]")).to_have_count(0)
    await tablet.calls("A-001")
    await phone.is_called("A-001", 1)


async def test_hold_and_back(devices: Devices, bazaar: Bazaar) -> None:
    """An officer sets the called ticket aside and brings it back; a resident does both by phone before the call."""
    tablet, tv = await devices.tablet(bazaar, 1), await devices.tv(bazaar)
    first, second = await devices.phone(bazaar, "ktp"), await devices.phone(bazaar, "ktp")
    await tablet.calls("A-001")
    await tablet.press("hold")
    await tablet.shows("")
    await tv.shows("", 1)
    await first.shows("A-001", "held")
    await second.press("A-002", "hold")
    await second.shows("A-002", "held")
    await expect(tablet.page.locator("[data-list=held] [data-ticket]")).to_have_count(2)
    await second.press("A-002", "return")
    await second.shows("A-002", "waiting")
    await tablet.bring_back("A-001")
    await first.shows("A-001", "waiting")
    await tablet.calls("A-001")
    await first.is_called("A-001", 1)


async def test_leaving_the_line(devices: Devices, bazaar: Bazaar) -> None:
    """Who leaves the line by phone, after the question whether that is meant, is not called; the next person is."""
    tablet = await devices.tablet(bazaar, 1)
    leaver, stayer = await devices.phone(bazaar, "ktp"), await devices.phone(bazaar, "ktp")
    await leaver.card("A-001").locator(".leave > summary").tap()
    await leaver.press("A-001", "cancel")
    await leaver.shows("A-001", "cancelled")
    await stayer.has_ahead("A-002", 0)
    await tablet.calls("A-002")


async def test_undo(devices: Devices, bazaar: Bazaar) -> None:
    """A call made by mistake is taken back: it leaves TV and phone at once, and the person is the first in line again."""
    tablet, tv, phone = await devices.tablet(bazaar, 1), await devices.tv(bazaar), await devices.phone(bazaar, "ktp")
    await tablet.calls("A-001")
    await tv.announces("A-001", 1)
    await phone.is_called("A-001", 1)
    await tablet.press("undo")
    await tablet.shows("")
    await tv.is_free()
    await tv.shows("", 1)
    assert [] == await tv.last_calls()
    await phone.shows("A-001", "waiting")
    await expect(phone.page.locator("[data-call]")).to_be_hidden()
    await tablet.calls("A-001")
    await tv.announces("A-001", 1)


async def test_transfer(devices: Devices, bazaar: Bazaar) -> None:
    """A transfer ends the number here and gives one of the other line; the phone shows it, and it is called there."""
    registry, police = await devices.tablet(bazaar, 1), await devices.tablet(bazaar, 3)
    tv, phone = await devices.tv(bazaar), await devices.phone(bazaar, "ktp")
    await registry.calls("A-001")
    await registry.transfer("skck")
    assert "B-001" in await registry.says("saved")
    await phone.shows("A-001", "transferred")
    await phone.shows("B-001", "waiting")
    await tv.shows("", 1)
    await police.calls("B-001")
    await phone.is_called("B-001", 3)
    await tv.shows("B-001", 3)


async def test_a_pause(devices: Devices, bazaar: Bazaar) -> None:
    """A counter that pauses keeps whoever is there, on the TV too; once it is free, the TV gives the reason; then it calls again."""
    tablet, tv = await devices.tablet(bazaar, 1), await devices.tv(bazaar)
    await devices.phone(bazaar, "ktp")
    await devices.phone(bazaar, "ktp")
    await tablet.calls("A-001")
    await tablet.page.tap("[data-sheet=pause] > summary")
    await tablet.page.fill(".own-words [name=reason]", "Salat")
    await tablet.page.tap(".own-words button")
    slot = tv.page.locator("[data-slot][data-counter='1'][data-state=paused]")
    await expect(slot).to_have_attribute("data-label", "A-001")
    await expect(slot.locator("[data-note]")).to_be_hidden()
    await tv.call_ends()
    await tablet.press("finish")
    await expect(slot.locator("[data-note]")).to_contain_text("Salat")
    await tablet.page.tap("[data-open-button]")
    await tablet.calls("A-002")
    await tv.announces("A-002", 1)


async def test_priority(devices: Devices, bazaar: Bazaar) -> None:
    """In a lane of 1:2 two regular calls follow a priority call; the TV calls each by its own number."""
    tablet, kiosk, tv = await devices.tablet(bazaar, 1), await devices.kiosk(bazaar), await devices.tv(bazaar)
    for label, elderly in {"A-001": False, "A-002": False, "A-003": False, "AP-001": True, "AP-002": True}.items():
        assert [label] == await kiosk.take("ktp", priority=elderly)
        await kiosk.leave()
    order = ["AP-001", "A-001", "A-002", "AP-002", "A-003"]
    for label in order:
        await tablet.calls(label)
        await tv.announces(label, 1)
        await tv.call_ends()
    assert order[1:] == (await tv.last_calls())[::-1]


async def test_priority_by_phone(devices: Devices, bazaar: Bazaar) -> None:
    """A phone's owner who ticks old age gets the priority lane's number, and an ordinary one where there is no such lane."""
    phone = await devices.phone(bazaar, "ktp", "skck", priority=True)
    assert {"AP-001", "B-001"} == set(await phone.labels())
