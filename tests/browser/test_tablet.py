"""An officer's press, in a real browser over a real hub: kept until it is answered, sent once, never a person skipped."""

import json
import re

import pytest
from playwright.async_api import BrowserContext, Page, Route, expect

from server.core.values import CounterNumber
from tests.browser.officer import COMMANDS, NEXT, READY, Clock, calls, kept, shows, twice
from tests.serving import Served

pytestmark = pytest.mark.browser


async def test_next_calls_and_is_saved(tablet: Page, served: Served) -> None:
    """Next calls the lowest number, shows it, says that it is saved, and shows who comes after."""
    await expect(tablet.locator("[data-next]")).to_have_text("A-001")
    await tablet.click(NEXT)
    await shows(tablet, "A-001")
    await expect(tablet.locator("[data-saved]")).to_contain_text("A-001")
    await expect(tablet.locator("[data-next]")).to_have_text("A-002")
    await expect(tablet.locator("[data-lanes]:visible")).to_contain_text("A 2")
    assert ["A-001"] == await calls(served)
    assert [] == await kept(tablet)


async def test_pressed_at_once(tablet: Page) -> None:
    """The button shows that it is pressed in the very turn of the press, before any answer, and the command is kept by then."""
    await tablet.route(COMMANDS, lambda _route: None)
    await tablet.evaluate(f"document.querySelector('{NEXT}').click()")
    assert await tablet.evaluate(f"document.querySelector('{NEXT}').hasAttribute('data-pressed')")
    assert ["next"] == [command["do"] for command in await kept(tablet)]


async def test_double_tap_is_one_press(tablet: Page, served: Served) -> None:
    """Two taps in one twitch call one person, although the first is answered between them."""
    await tablet.click(NEXT)
    await shows(tablet, "A-001")
    await tablet.evaluate(f"document.querySelector('{NEXT}').click()")
    await tablet.evaluate(f"document.querySelector('{NEXT}').click()")
    await tablet.click(NEXT)
    await shows(tablet, "A-002")
    assert ["A-001", "A-002"] == await calls(served)


async def test_network_away(tablet: Page, context: BrowserContext, served: Served) -> None:
    """A press without a network is kept and said to wait; a second Next is not; both survive a reload; then it is sent once."""
    await tablet.route(COMMANDS, lambda route: route.abort())
    await tablet.click(NEXT)
    await expect(tablet.locator("[data-waiting][data-trouble='network']")).to_be_visible()
    await expect(tablet.locator("[data-waiting-age]")).to_have_text(re.compile(r"\d+:\d\d"))
    before = await kept(tablet)
    assert [("next", None)] == [(command["do"], command["seen"]) for command in before]
    await tablet.evaluate(f"document.querySelector('{NEXT}').click()")
    assert before == await kept(tablet)
    await tablet.reload()
    await expect(tablet.locator("[data-waiting]")).to_be_visible()
    await expect(tablet.locator(NEXT)).to_have_attribute("data-pressed", "")
    assert before == await kept(tablet)
    await tablet.unroute(COMMANDS)
    await shows(tablet, "A-001")
    await expect(tablet.locator("[data-waiting]")).to_be_hidden()
    assert ["A-001"] == await calls(served)
    assert [] == await kept(tablet)


async def test_lost_answer(tablet: Page, served: Served) -> None:
    """A press whose answer was lost is sent again under the same id, and calls nobody twice."""
    sent: list[str] = []

    async def lose_the_first_answer(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or "")["command_id"])
        answer = await route.fetch()
        await (route.abort() if len(sent) == 1 else route.fulfill(response=answer))

    await tablet.route(COMMANDS, lose_the_first_answer)
    await tablet.click(NEXT)
    await expect(tablet.locator("[data-saved]")).to_contain_text("A-001")
    assert [sent[0]] * 2 == sent
    assert ["A-001"] == await calls(served)


async def test_a_strange_network_answers(tablet: Page, served: Served) -> None:
    """What a captive portal answers is no answer: the press is kept."""
    portal = [200, 404, 503]

    async def strange(route: Route) -> None:
        if portal:
            await route.fulfill(status=portal.pop(0), body="<html>Please sign in</html>", content_type="text/html")
        else:
            await route.continue_()

    await tablet.route(COMMANDS, strange)
    await tablet.click(NEXT)
    await shows(tablet, "A-001")
    assert ["A-001"] == await calls(served)


async def test_without_sockets(page: Page, served: Served) -> None:
    """Where a proxy lets no sockets through, a press still shows what it did."""
    await page.route_web_socket("**/live*", lambda socket: socket.close())
    await page.goto(f"{served.home}/pair/{served.keys.counters[1]}")
    await page.wait_for_selector("body[data-ready]")
    await page.click(NEXT)
    await shows(page, "A-001")
    await page.click(NEXT)
    await shows(page, "A-002")


async def test_moved_on(tablet: Page, served: Served) -> None:
    """A press kept over a change at the counter is refused as stale, said clearly, and forgotten."""
    await tablet.route(COMMANDS, lambda route: route.abort())
    await tablet.click(NEXT)
    await expect(tablet.locator("[data-waiting]")).to_be_visible()
    await served.submit("next", by="supervisor", counter=1, seen=None)
    await tablet.unroute(COMMANDS)
    await expect(tablet.locator("body[data-told='stale'] [data-refused]")).not_to_be_empty()
    await shows(tablet, "A-001")
    assert [] == await kept(tablet)
    assert ["A-001"] == await calls(served)


async def test_pairing_lost(tablet: Page, context: BrowserContext, served: Served) -> None:
    """A tablet that is no longer paired says so and keeps the press; paired again, it sends it."""
    await context.clear_cookies()
    await tablet.click(NEXT)
    await expect(tablet.locator("[data-waiting][data-trouble='pairing']")).to_be_visible()
    assert ["next"] == [command["do"] for command in await kept(tablet)]
    await tablet.goto(f"{served.home}/pair/{served.keys.counters[1]}")
    await shows(tablet, "A-001")
    assert ["A-001"] == await calls(served)


async def test_one_press_in_flight(tablet: Page, served: Served) -> None:
    """While Next is on its way what is at the counter cannot be pressed, for who will be there is not known; a pause waits behind it."""
    await tablet.click(NEXT)
    await shows(tablet, "A-001")
    await tablet.route(COMMANDS, lambda route: route.abort())
    await tablet.click(NEXT)
    await expect(tablet.locator("[data-command=finish] button")).to_have_attribute("aria-disabled", "true")
    await tablet.click("[data-sheet=pause] summary")
    await tablet.click("[data-command=pause_counter] >> nth=0 >> button >> nth=0")
    assert ["next", "pause_counter"] == [command["do"] for command in await kept(tablet)]
    await tablet.unroute(COMMANDS)
    await expect(tablet.locator("body[data-state=paused]")).to_be_visible()
    assert "A-002" == served.room.bazaar.counters[CounterNumber(1)].serving


async def test_by_keyboard(tablet: Page, served: Served) -> None:
    """Enter on Next and the letters work, and the focus stays on Next through it all."""
    await expect(tablet.locator(NEXT)).to_be_focused()
    await tablet.keyboard.press("Enter")
    await shows(tablet, "A-001")
    await expect(tablet.locator(NEXT)).to_be_focused()
    await tablet.keyboard.press("r")
    await expect(tablet.locator("[data-calls]")).to_have_text("2")
    await tablet.keyboard.press("h")
    await shows(tablet, "")
    await expect(tablet.locator("[data-list=held] [data-ticket='A-001']")).to_be_visible()
    await tablet.locator(f"{NEXT}:not([aria-disabled])").wait_for()
    await tablet.keyboard.press("n")
    await shows(tablet, "A-002")
    await tablet.locator("[data-command=undo] button").focus()
    await tablet.keyboard.press("Enter")
    await shows(tablet, "")
    await expect(tablet.locator(NEXT)).to_be_focused()
    await tablet.locator("[data-sheet=more] summary").click()
    await tablet.locator("[data-shortcuts]").uncheck()
    await tablet.keyboard.press("Escape")
    await expect(tablet.locator(NEXT)).to_be_focused()
    await tablet.keyboard.press("o")
    await tablet.keyboard.press("n")
    assert [] == await kept(tablet)
    assert ["A-001", "A-002"] == await calls(served)


async def test_absent_when_the_rule_allows(tablet: Page, served: Served, clock: Clock) -> None:
    """Absent waits for one more call and counts the seconds down; then it works, and one tap brings the ticket back."""
    absent = tablet.locator("[data-command=absent] button")
    await tablet.click(NEXT)
    await shows(tablet, "A-001")
    clock.ms += 20_500
    await tablet.click("[data-command=recall] button")
    await expect(absent.locator("[data-note]")).to_have_text(re.compile(r"\b(10|9)\b"))
    await expect(absent).to_have_attribute("aria-disabled", "true")
    await expect(tablet.locator("[data-undo]")).to_be_hidden()
    clock.ms += 10_000
    await served.submit("issue", services=["ktp"])
    await absent.click()
    await shows(tablet, "")
    await tablet.click("[data-list=absent] [data-ticket='A-001'] button")
    await expect(tablet.locator("[data-list=absent] [data-ticket]")).to_have_count(0)
    await expect(tablet.locator("[data-lanes]:visible")).to_contain_text("A 4")


async def test_absent_only_after_a_recall(tablet: Page, served: Served, clock: Clock) -> None:
    """However long ago the call was, absent asks for one more call first."""
    await tablet.click(NEXT)
    await shows(tablet, "A-001")
    clock.ms += 60_000
    await served.submit("issue", services=["ktp"])
    await expect(tablet.locator("[data-since]")).to_have_text(re.compile("1:0"))
    absent = tablet.locator("[data-command=absent] button")
    await expect(absent).to_have_attribute("aria-disabled", "true")
    await expect(absent.locator("[data-note]")).not_to_be_empty()
    await tablet.click("[data-command=recall] button")
    await expect(absent).not_to_have_attribute("aria-disabled", "true")


async def test_transfer_with_search(tablet: Page, served: Served) -> None:
    """A transfer is found by words and pressed; the ticket goes on in the other line, and Next is at hand again."""
    await tablet.click(NEXT)
    await shows(tablet, "A-001")
    await tablet.locator("[data-sheet=transfer] > summary:not([aria-disabled])").wait_for()
    await tablet.keyboard.press("t")
    await tablet.keyboard.type("polsek sk")
    await expect(tablet.locator("[data-filtered=services] > li:visible")).to_have_count(1)
    choice = tablet.locator("[data-filtered=services] > li:visible button")
    await twice(choice)
    await shows(tablet, "")
    await expect(tablet.locator("[data-saved]")).to_contain_text("B-001")
    await expect(tablet.locator(NEXT)).to_be_focused()


async def test_what_others_do_is_seen(tablet: Page, served: Served) -> None:
    """A supervisor's pause and a visit that is busy at another counter are shown as they happen."""
    await served.submit("issue", services=["skck", "kk"])
    await served.submit("next", counter=3, seen=None)
    await expect(tablet.locator("[data-list=busy] [data-ticket='A-004'] [data-busy-at]")).to_have_text("3")
    await served.submit("pause_counter", counter=1, reason="Salat")
    await expect(tablet.locator("[data-reason]")).to_have_text("Salat")
    await tablet.click("[data-open-button]")
    await expect(tablet.locator("body[data-state=open]")).to_be_visible()
    await expect(tablet.locator(NEXT)).to_be_focused()


async def test_supervisor_on_the_tablet(tablet: Page, served: Served) -> None:
    """Paired as a supervisor too, the tablet calls a chosen ticket out of order, for one of three reasons."""
    await expect(tablet.locator("[data-command=call_out_of_order]")).to_have_count(0)
    await tablet.goto(f"{served.home}/pair/{served.keys.supervisor}")
    await tablet.goto(f"{served.home}/counter/1")
    await tablet.wait_for_selector(READY)
    await tablet.click("[data-sheet=out-of-order] summary")
    await tablet.select_option("[data-list=waiting]", "A-003")
    await tablet.click("[data-command=call_out_of_order] button[value=vulnerable]")
    await shows(tablet, "A-003")
    assert "vulnerable" == served.room.bazaar.calls[-1].out_of_order


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (800, 1280), (1024, 600), (600, 1024), (390, 844)])
async def test_next_is_a_third_of_the_screen(tablet: Page, width: int, height: int) -> None:
    """Next fills at least a third of the screen, is wholly in sight, and nothing lies beside the screen."""
    await tablet.set_viewport_size({"width": width, "height": height})
    box = await tablet.locator(NEXT).bounding_box()
    assert box is not None
    assert width * height / 3 <= box["width"] * box["height"]
    assert width >= box["x"] + box["width"]
    assert height >= box["y"] + box["height"]
    assert [width, height] == await tablet.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
