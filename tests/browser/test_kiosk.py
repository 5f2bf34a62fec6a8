"""The ticket kiosk as people of all kinds use it: three taps, seated, by keys, by ear, and when they walk away."""

from copy import deepcopy
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Locator, Page, expect

from displays.kiosk.pages import IDLE_S, WARNING_S
from tests.browser.devices import SIZES, Devices
from tests.browser.hands import READY, Kiosk, stop_the_clock
from tests.browser.running import Bazaar
from tests.scenarios import config_with
from tests.serving import serving

pytestmark = pytest.mark.browser

TARGET_PX = 64
LOW_SHARE = 0.4
"""Of the screen's height: all that is pressed by somebody seated is below this."""
TARGETS = "button:not([hidden]), .kiosk a, .kiosk label"
BOXES = """(targets) => targets.filter((part) => part.offsetParent && getComputedStyle(part).visibility === "visible").map((target) => {
    const box = target.getBoundingClientRect();
    return [target.outerHTML.slice(0, 90), box.width, box.height, box.top, box.bottom];
})"""
MOVES = """() => Array.from(document.querySelectorAll("*")).filter((part) => {
    const style = getComputedStyle(part);
    return style.animationName !== "none" || parseFloat(style.transitionDuration) > 0;
}).map((part) => part.outerHTML.slice(0, 90))"""


async def boxes(page: Page) -> list[tuple[str, float, float, float, float]]:
    """Every target in sight: its start, width, height, top and bottom in px."""
    found: list[tuple[str, float, float, float, float]] = await page.locator(TARGETS).evaluate_all(BOXES)
    return found


async def is_on_show(kiosk: Kiosk, step: str) -> Locator:
    """The heading of the step, which has the keyboard and is read out first."""
    heading = kiosk.page.locator(f"[data-step={step}] h1")
    await expect(heading).to_be_focused()
    return heading


async def test_three_taps(devices: Devices, bazaar: Bazaar) -> None:
    """Language, office, errand: with the third tap the number is there, in that language."""
    kiosk = await devices.kiosk(bazaar)
    for target in ("[data-language=jv]", "[data-open=dukcapil]", ".kiosk-errand:has([data-errand=kk]) [data-take-one]"):
        await kiosk.page.tap(target)
        await kiosk.page.wait_for_selector(READY)
    await expect(kiosk.page.locator("[data-numbers] [data-ticket=A-001]")).to_be_visible()
    assert "jv" == await kiosk.page.locator("html").get_attribute("lang")
    assert [["kk"]] == [issued["services"] for issued in await bazaar.events("ticket_issued")]


async def test_what_to_bring_and_what_it_costs(devices: Devices, bazaar: Bazaar) -> None:
    """Before a number is taken, the errand says what to bring and that it is free."""
    kiosk = await devices.kiosk(bazaar)
    await kiosk.page.tap("[data-open=dukcapil]")
    await expect(kiosk.page.locator("[data-errand=ktp] .errand-papers")).to_contain_text("Fotokopi KK")
    await expect(kiosk.page.locator("[data-errand=ktp] .errand-facts")).to_contain_text("gratis")


@pytest.mark.parametrize("size", [SIZES["kiosk"], SIZES["tablet"]], ids=["portrait", "landscape"])
async def test_targets(devices: Devices, bazaar: Bazaar, size: tuple[int, int]) -> None:
    """Whatever can be pressed is at least 64 px wide and high, in each step."""
    kiosk = await devices.kiosk(bazaar)
    await kiosk.page.set_viewport_size({"width": size[0], "height": size[1]})
    small = list(await boxes(kiosk.page))
    await kiosk.page.tap("[data-open=dukcapil]")
    small += await boxes(kiosk.page)
    await kiosk.page.tap("[data-errand=ktp]")
    small += await boxes(kiosk.page)
    await kiosk.page.tap("[data-do=take]")
    await expect(kiosk.page.locator("[data-ticket]")).to_be_visible()
    small += await boxes(kiosk.page)
    assert len(small) > len(TARGETS.split(","))
    assert [] == [target for target, width, height, _, _ in small if width < TARGET_PX or height < TARGET_PX]


async def test_seated(devices: Devices, bazaar: Bazaar) -> None:
    """One press low on the screen brings all that is pressed into its lower part, step after step; the next person finds it as before."""
    kiosk = await devices.kiosk(bazaar)
    height = SIZES["kiosk"][1]
    await kiosk.page.tap("[data-do=low]")
    tops = [top for *_, top, _ in await boxes(kiosk.page)]
    await kiosk.page.tap("[data-open=dukcapil]")
    tops += [top for *_, top, _ in await boxes(kiosk.page)]
    await kiosk.page.tap("[data-errand=ktp]")
    await kiosk.page.tap("[data-do=take]")
    await is_on_show(kiosk, "done")
    tops += [top for *_, top, _ in await boxes(kiosk.page)]
    assert [] == [top for top in tops if top < LOW_SHARE * height]
    await kiosk.leave()
    await expect(kiosk.page.locator("[data-do=low]")).to_have_attribute("aria-pressed", "false")


async def test_priority(devices: Devices, bazaar: Bazaar) -> None:
    """The one question about priority is answered by one tap, and gives a priority number where the line has them."""
    kiosk = await devices.kiosk(bazaar)
    assert ["AP-001"] == await kiosk.take("ktp", priority=True)


async def test_for_somebody_else(devices: Devices, bazaar: Bazaar) -> None:
    """Whoever stands in for somebody else says so by one tap; the counter is told, and the next person begins without it."""
    kiosk = await devices.kiosk(bazaar)
    await kiosk.page.tap("[data-open=dukcapil]")
    await kiosk.page.tap("[data-representing]")
    await kiosk.page.tap(".kiosk-errand:has([data-errand=ktp]) [data-take-one]")
    await expect(kiosk.page.locator("[data-ticket=A-001]")).to_be_visible()
    await kiosk.leave()
    await kiosk.take("skck")
    assert [True, False] == [issued.get("representing", False) for issued in await bazaar.events("ticket_issued")]


async def test_numbers_on_paper(devices: Devices, reader: aiohttp.ClientSession) -> None:
    """An errand whose numbers are on a printed roll is not to be had at the kiosk, whatever happens meanwhile; the hub counts a kiosk."""
    config: dict[str, Any] = deepcopy(config_with(languages=["id", "en"]))
    config["agencies"][1]["lines"][0] |= {"paper": True}
    async with serving(config=config) as served:
        kiosk = await devices.kiosk(Bazaar(url=served.url, id="uji", keys=served.keys, reader=reader))
        await kiosk.page.tap("[data-open=polsek]")
        await served.submit("issue", services=["ktp"])
        await expect(kiosk.page.locator("[data-wait=A]")).to_contain_text("1 ")
        assert {"kiosk": 1} == +served.room.fanout.kinds
        errand = kiosk.page.locator(".kiosk-errand:has([data-errand=skck])")
        await expect(errand.locator("[data-take-one]")).to_be_disabled()
        await expect(errand.locator("[data-closed]")).to_be_visible()
        await expect(kiosk.page.locator(".kiosk-errand:has([data-errand=hilang]) [data-take-one]")).to_be_enabled()


async def test_another_errand(devices: Devices, bazaar: Bazaar) -> None:
    """Somebody who thinks of another errand when the number is there adds it to the same visit."""
    kiosk = await devices.kiosk(bazaar)
    assert ["A-001"] == await kiosk.take("ktp")
    await kiosk.page.tap("[data-do=more]")
    assert ["B-001"] == await kiosk.take("skck")
    first, second = await bazaar.events("ticket_issued")
    assert first["visit"] == second["visit"]
    await kiosk.leave()
    await kiosk.take("ktp")
    assert first["visit"] != (await bazaar.events("ticket_issued"))[-1]["visit"]


async def test_refused(devices: Devices, bazaar: Bazaar) -> None:
    """A refusal is said in a sentence that is read out, and the errands stand as they were chosen."""
    kiosk = await devices.kiosk(bazaar)
    await kiosk.take("ktp")
    await kiosk.page.tap("[data-do=more]")
    await kiosk.page.tap("[data-open=dukcapil]")
    await kiosk.page.tap(".kiosk-errand:has([data-errand=kk]) [data-take-one]")
    await expect(kiosk.page.locator("[data-answer][role=alert]")).to_contain_text("A")
    await expect(kiosk.page.locator("[data-errand=kk] input")).to_be_checked()


async def test_walked_away(devices: Devices, bazaar: Bazaar) -> None:
    """After a while the kiosk asks whether somebody is there, counting down; without an answer the next person finds a fresh first page."""
    page = await devices.page("kiosk")
    await stop_the_clock(page)
    await page.goto(f"{bazaar.home}/pair/{bazaar.keys.kiosks[1]}")
    await page.wait_for_selector(READY)
    await page.goto(f"{bazaar.home}/kiosk/1?lang=mad")
    await page.wait_for_selector(READY)
    await page.tap("[data-open=dukcapil]")
    await page.tap("[data-errand=ktp]")
    await page.clock.run_for((IDLE_S - WARNING_S) * 1000)
    await expect(page.get_by_role("alertdialog")).to_be_visible()
    await expect(page.locator("[data-do=stay]")).to_be_focused()
    await expect(page.locator("[data-seconds]")).to_have_text(str(WARNING_S))
    await page.tap("[data-do=stay]")
    await expect(page.get_by_role("alertdialog")).to_be_hidden()
    await expect(page.locator("[data-errand=ktp] input")).to_be_checked()
    await page.clock.run_for(IDLE_S * 1000)
    await expect(page.locator("html[lang=id] [data-step=office]")).to_be_visible()
    await expect(page.locator("[data-basket]")).to_be_empty()
    assert [] == await bazaar.events("ticket_issued")


async def test_nobody_there(devices: Devices, bazaar: Bazaar) -> None:
    """A kiosk at which nobody stands asks nobody anything."""
    page = await devices.page("kiosk")
    await stop_the_clock(page)
    await page.goto(f"{bazaar.home}/pair/{bazaar.keys.kiosks[1]}")
    await page.wait_for_selector(READY)
    await page.clock.run_for(3 * IDLE_S * 1000)
    await expect(page.get_by_role("alertdialog")).to_be_hidden()


async def test_by_ear(devices: Devices, bazaar: Bazaar) -> None:
    """Each step's heading is read out first, errands by name with what to bring, and the number as the list of what one has."""
    kiosk = await devices.kiosk(bazaar)
    page = kiosk.page
    await is_on_show(kiosk, "office")
    await page.get_by_role("button", name="Dukcapil").click()
    await is_on_show(kiosk, "errand")
    await expect(page.get_by_role("group", name="Dukcapil")).to_be_visible()
    errand = page.get_by_role("checkbox", name="KTP-el")
    await expect(errand).to_have_accessible_name("KTP-el sekitar 10 menit · gratis Bawa: Fotokopi KK")
    await errand.check()
    await expect(page.locator("[data-basket][aria-live]")).to_contain_text("KTP-el")
    await page.locator("[data-do=take]").click()
    await is_on_show(kiosk, "done")
    await expect(page.get_by_role("listitem").filter(has_text="A-001")).to_contain_text("Dukcapil")
    await expect(page.get_by_role("img")).to_have_accessible_name("Kode QR halaman Anda")


async def test_enter_takes_no_number_by_itself(devices: Devices, bazaar: Bazaar) -> None:
    """Enter on a choice is no press of some button elsewhere in the form."""
    kiosk = await devices.kiosk(bazaar)
    await kiosk.page.tap("[data-open=dukcapil]")
    await kiosk.page.focus("[data-errand=kk] input")
    await kiosk.page.keyboard.press("Enter")
    await kiosk.page.focus("[name=lane][value=regular]")
    await kiosk.page.keyboard.press("Enter")
    await is_still(kiosk)
    assert [] == await bazaar.events("ticket_issued")


async def is_still(kiosk: Kiosk) -> None:
    """Nothing more happens at the kiosk: what is on its way has come back."""
    await kiosk.page.wait_for_load_state("networkidle")
    await expect(kiosk.page.locator("[data-step=errand]")).to_be_visible()


async def test_nothing_moves(devices: Devices, bazaar: Bazaar) -> None:
    """Nothing on the page is animated, so nothing can flash."""
    kiosk = await devices.kiosk(bazaar)
    await kiosk.take("ktp")
    assert [] == await kiosk.page.evaluate(MOVES)


async def test_long_pages(devices: Devices, bazaar: Bazaar) -> None:
    """Where a step is longer than the screen, two large buttons turn its pages: nobody has to swipe."""
    kiosk = await devices.kiosk(bazaar)
    await expect(kiosk.page.locator("[data-do=down]")).to_be_hidden()
    await kiosk.page.set_viewport_size({"width": 1000, "height": 500})
    await kiosk.page.tap("[data-open=dukcapil]")
    await expect(kiosk.page.locator("[data-do=up]")).to_be_disabled()
    while await kiosk.page.locator("[data-do=down]").is_enabled():
        await kiosk.page.tap("[data-do=down]")
    await expect(kiosk.page.locator("[data-errand=kk]")).to_be_in_viewport(ratio=0.9)
    await kiosk.page.tap("[data-do=up]")


async def test_a_kiosk_in_trouble(devices: Devices, bazaar: Bazaar) -> None:
    """A kiosk whose network is gone says that it gives no numbers; the press that got no answer gives one number when it is back."""
    devices.in_trouble = True
    kiosk = await devices.kiosk(bazaar)
    await kiosk.page.tap("[data-open=dukcapil]")
    await kiosk.page.context.set_offline(True)
    await kiosk.page.tap(".kiosk-errand:has([data-errand=ktp]) [data-take-one]")
    await expect(kiosk.page.locator("[data-answer]")).to_be_visible()
    await kiosk.page.context.set_offline(False)
    await kiosk.page.tap("[data-do=take]")
    await expect(kiosk.page.locator("[data-ticket=A-001]")).to_be_visible()
    assert 1 == len(await bazaar.events("ticket_issued"))


async def test_closed(devices: Devices, bazaar: Bazaar) -> None:
    """When the bazaar closes, the kiosk says so and offers nothing more, at once and after it is loaded again."""
    kiosk = await devices.kiosk(bazaar)
    async with bazaar.reader.post(
        f"{bazaar.home}/desk/commands",
        json={"command_id": "the-organiser-closes", "do": "close_bazaar"},
        headers={"Authorization": f"Bearer {bazaar.keys.admin}"},
    ) as answer:
        assert answer.ok
    for _ in range(2):
        await expect(kiosk.page.locator("[data-bazaar-closed]")).to_be_visible()
        await expect(kiosk.page.locator("[data-open]:visible")).to_have_count(0)
        await kiosk.page.reload()
        await kiosk.page.wait_for_selector(READY)
