"""Bad networks, as a yard full of people has them: what was pressed is kept, what is shown tells its age, and all comes back by itself."""

import pytest
from playwright.async_api import Route, expect

from tests.browser.devices import Devices
from tests.browser.hands import CONNECTED, Phone
from tests.browser.running import Bazaar

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def trouble(devices: Devices) -> None:
    """Answers with errors are to be expected here."""
    devices.in_trouble = True


async def test_a_press_without_a_network(devices: Devices, bazaar: Bazaar) -> None:
    """Pressed without a network, Next is kept and said to wait, also after a reload; with the network back it is sent once."""
    tablet, tv, phone = await devices.tablet(bazaar, 1), await devices.tv(bazaar), await devices.phone(bazaar, "ktp")
    await devices.phone(bazaar, "ktp")
    await expect(tablet.page.locator("[data-next]")).to_have_text("A-001")
    before = len(await bazaar.entries())
    await tablet.page.context.set_offline(True)
    await tablet.next.tap()
    await tablet.is_waiting()
    await tablet.page.context.set_offline(False)
    await tv.announces("A-001", 1)
    await phone.is_called("A-001", 1)
    await tablet.shows("A-001")
    await expect(tablet.page.locator("[data-waiting]")).to_be_hidden()
    assert [["ticket_called"]] == [[name for name, _ in entry["events"]] for entry in (await bazaar.entries())[before:]]


async def test_a_press_survives_a_reload(devices: Devices, bazaar: Bazaar) -> None:
    """A press that waits is still there after the page was loaded again, and calls one person once it can be sent."""
    tablet = await devices.tablet(bazaar, 1)
    await devices.phone(bazaar, "ktp")
    await devices.phone(bazaar, "ktp")
    await expect(tablet.page.locator("[data-next]")).to_have_text("A-001")
    # The page itself must come again, so only the way of commands is cut.
    await tablet.page.route("**/commands", lambda route: route.abort("internetdisconnected"))
    await tablet.next.tap()
    await tablet.is_waiting()
    await tablet.page.reload()
    await tablet.page.wait_for_selector(CONNECTED)
    await tablet.is_waiting()
    await tablet.page.unroute("**/commands")
    await tablet.shows("A-001")
    assert [("A-001", 1)] == await bazaar.calls()


async def test_two_presses_without_a_network(devices: Devices, bazaar: Bazaar) -> None:
    """Next and a pause, pressed one after the other without a network, are sent in this order when it is back."""
    tablet, tv = await devices.tablet(bazaar, 1), await devices.tv(bazaar)
    await devices.phone(bazaar, "ktp")
    await expect(tablet.page.locator("[data-next]")).to_have_text("A-001")
    await tablet.page.context.set_offline(True)
    await tablet.next.tap()
    await tablet.page.tap("[data-sheet=pause] > summary")
    await tablet.page.tap("[data-command=pause_counter] >> nth=0 >> button >> nth=0")
    await tablet.is_waiting()
    await tablet.page.context.set_offline(False)
    await expect(tablet.page.locator("body[data-state=paused]")).to_be_visible()
    await tablet.shows("A-001")
    await tv.announces("A-001", 1)
    assert ["ticket_called", "counter_paused"] == [name for entry in (await bazaar.entries())[-2:] for name, _ in entry["events"]]


async def test_a_tv_without_a_network(devices: Devices, bazaar: Bazaar) -> None:
    """A TV that is cut off shows how old its data is; back on the network it catches up by itself, and never went backwards."""
    tablet, tv = await devices.tablet(bazaar, 1), await devices.tv(bazaar)
    await devices.phone(bazaar, "ktp")
    await devices.phone(bazaar, "ktp")
    await tablet.calls("A-001")
    await tv.announces("A-001", 1)
    marks = await tv.noted_marks()
    await tv.page.context.set_offline(True)
    await tablet.calls("A-002")
    await tv.page.clock.run_for(27_000)
    await expect(tv.page.locator("[data-stale]")).to_be_visible()
    age = int(await tv.page.locator("[data-age]").get_attribute("data-seconds") or 0)
    assert age >= 25
    await tv.page.clock.run_for(10_000)
    await expect(tv.page.locator("[data-age]")).not_to_have_attribute("data-seconds", str(age))
    await tv.shows("A-001", 1)
    await tv.page.context.set_offline(False)
    await tv.announces("A-002", 1)
    await expect(tv.page.locator("[data-stale]")).to_be_hidden()
    await expect(tv.page.locator("[data-mark]")).to_contain_text(f"#{(await bazaar.entries())[-1]['offset']} ")
    shown = await marks.evaluate("(marks) => marks")
    assert sorted(shown) == shown


async def test_a_phone_without_a_network(devices: Devices, bazaar: Bazaar) -> None:
    """A phone that comes out of a dead spot shows the call by itself; what its owner pressed there is answered in words."""
    tablet, phone = await devices.tablet(bazaar, 1), await devices.phone(bazaar, "ktp")
    await phone.page.context.set_offline(True)
    await phone.press("A-001", "hold")
    await expect(phone.card("A-001").locator("[data-answer]")).to_be_visible()
    await tablet.calls("A-001")
    await phone.shows("A-001", "waiting")
    await phone.page.context.set_offline(False)
    await phone.is_called("A-001", 1)
    await expect(phone.card("A-001").locator("[data-answer]")).to_be_hidden()


async def test_taking_a_number_without_a_network(devices: Devices, bazaar: Bazaar) -> None:
    """A press for a number whose answer is lost says so; pressed again, it gives that one number and no second."""
    page = await devices.page("phone")
    phone = Phone(page)
    await page.goto(f"{bazaar.home}/join")
    await page.tap("[data-office=dukcapil] > summary")
    await page.tap("[data-errand=ktp]")
    lost = 0

    async def lose_the_first_answer(route: Route) -> None:
        nonlocal lost
        answer = await route.fetch()
        lost += 1
        await (route.abort("internetdisconnected") if lost == 1 else route.fulfill(response=answer))

    await page.route("**/tickets", lose_the_first_answer)
    await page.tap("[data-take]")
    await expect(page.locator("[data-answer]")).to_be_visible()
    await page.tap("[data-take]")
    await page.wait_for_url("**/visit/*")
    assert ["A-001"] == await phone.labels()
    assert ["A-001"] == [event["ticket"] for event in await bazaar.events("ticket_issued")]
