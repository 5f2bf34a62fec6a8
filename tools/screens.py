"""Takes the pictures of docs/screens: every page of the sample bazaar an hour and a half past its opening, as its devices show it.

`make screens` runs it; it takes two minutes. Simulated people fill the bazaar on a clock that runs fast and then as ours does, so
that waits and times are those of a real evening. Then one resident takes numbers, an officer presses Next until it is that resident's
turn, and a TV, a tablet and a phone are photographed in that moment, side by side for the README.
"""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright

import counters.channels
import displays.channels
from displays.kiosk.printing import PRINTING
from server.cli.bazaars import Keys, epoch_of, keys_of, open_bazaar_log
from server.cli.equipment import Equipment
from server.cli.wiring import PUBLIC_PARTS, STAFF_PARTS, listening
from server.core.plan import Plan
from server.core.plan_parts import AbsentAfter
from server.core.values import KIOSKS
from server.hub.hub import Hub
from server.printing.address import printers_at
from server.printing.slip import Paper
from server.simulate import simulate
from server.store.log import MemoryStore
from server.store.plan_file import read_plan
from server.web.app import make_app
from server.web.credentials import Credentials
from server.web.keys import HUB, ROOT, Addresses
from server.web.limits import Limits
from tests.printing.emulator import Emulator, emulator

FOLDER = ROOT / "docs" / "screens"
SECRET = b"a secret of these pictures only"
PUBLIC = "http://192.0.2.10:8000"
"""The address on the TV's QR code; this range is reserved for documents."""
HOURS, SPEED, SEED, FIRST_LINE_SHARE = 1.5, 90.0, 4, 0.15
COUNTER, SERVICE, SECOND_SERVICE = 1, "ktp", "skck-baru"
"""The counter and the errands of the story that the pictures tell."""
SIZES = {"tv": (1920, 1080), "tablet": (1280, 800), "phone": (390, 844), "kiosk": (1080, 1920)}
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required", "--mute-audio")
PRESSES_MAX = 100
GIVE_UP_S = 2.0
FADE_S = 70
"""After this a TV shows a call no more in large."""
READY = "body[data-ready]"
PRESSABLE = "[data-next-button]:not([aria-disabled])"


class Clock:
    """Unix ms: the bazaar's opening, and from there so many times faster than life."""

    def __init__(self, start_ms: int, speed: float) -> None:
        self._start_ms, self._speed, self._since = float(start_ms), speed, time.monotonic()

    def __call__(self) -> int:
        """Now."""
        return int(self._start_ms + (time.monotonic() - self._since) * 1000 * self._speed)

    def go_on(self, speed: float) -> None:
        """From now on at another speed."""
        self._start_ms, self._speed, self._since = float(self()), speed, time.monotonic()

    def jump(self, seconds: float) -> None:
        """So much later at once."""
        self._start_ms += seconds * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Evening:
    """The bazaar that is photographed."""

    url: str
    plan: Plan
    keys: Keys
    clock: Clock
    printer: Emulator
    narrow_printer: Emulator

    @property
    def home(self) -> str:
        """Its address."""
        return f"{self.url}/{self.plan.bazaar.id}"


@asynccontextmanager
async def evening() -> AsyncIterator[Evening]:
    """The sample bazaar, served over a log in memory; two of its kiosks have printers that only seem to be some."""
    plan = read_plan(ROOT / "bazaars" / "mayangan.toml")
    # Simulated officers wait out these seconds in ours, which are minutes of the evening.
    plan = replace(plan, bazaar=replace(plan.bazaar, absent_after=AbsentAfter(recalls=1, seconds=0)))
    clock = Clock(int(datetime.fromisoformat(plan.bazaar.opens).timestamp() * 1000), SPEED)
    store = MemoryStore()
    await open_bazaar_log(store, plan, new_edition=False)
    async with emulator(Paper.WIDE) as printer, emulator(Paper.NARROW) as narrow_printer:
        app = application(store, clock, [f"1={printer.address}", f"2={narrow_printer.address}"])
        async with listening(app, "127.0.0.1", 0) as url:
            while not app[HUB].rooms or not app[HUB].ready:  # noqa: ASYNC110  # a look at start
                await asyncio.sleep(0.05)
            keys = keys_of(SECRET, plan, await epoch_of(store, plan.bazaar.id))
            yield Evening(url=url, plan=plan, keys=keys, clock=clock, printer=printer, narrow_printer=narrow_printer)


def application(store: MemoryStore, clock: Clock, printers: Sequence[str]) -> web.Application:
    """All pages, and the kiosks' printers, which give a ticket up sooner than in life."""
    kinds = (*displays.channels.kinds(Credentials(SECRET)), *counters.channels.kinds())
    addresses, limits = Addresses(public=PUBLIC, staff=PUBLIC), Limits(burst=1000, per_minute=1000)
    app = make_app(Hub(store, kinds, clock), SECRET, (*PUBLIC_PARTS, *STAFF_PARTS), addresses, limits)
    Equipment(printers=printers_at(printers, KIOSKS)).install(app)
    queue = app[PRINTING].of(1)
    if queue is not None:
        queue.keep_s = GIVE_UP_S
    return app


async def people(scene: Evening) -> None:
    """The first part of the evening, and then a moment without a call."""
    bazaar_id, keys, rng = scene.plan.bazaar.id, scene.keys, random.Random(SEED)  # noqa: S311  # a crowd, no secret
    await simulate(
        scene.url, bazaar_id, keys.counters, keys.kiosks[KIOSKS], rng, print, speed=SPEED, hours=HOURS, first_line_share=FIRST_LINE_SHARE
    )
    scene.clock.go_on(1)
    scene.clock.jump(FADE_S)


@dataclass(frozen=True, slots=True)
class Studio:
    """Opens pages on devices of every size, and photographs them."""

    browser: Browser
    scene: Evening

    async def open(self, device: str, path: str, *, pair: str = "") -> Page:
        """A page of the bazaar on a device, which is paired first with the key ``pair``."""
        width, height = SIZES[device]
        context = await self.browser.new_context(
            viewport={"width": width, "height": height}, has_touch=device != "tv", is_mobile=device == "phone", timezone_id="Asia/Jakarta"
        )
        page = await context.new_page()
        if pair:
            await page.goto(f"{self.scene.home}/pair/{pair}")
        await page.goto(f"{self.scene.home}{path}")
        return page

    async def take(self, page: Page, name: str) -> None:
        """Photograph what is in sight, with no finger on it."""
        await page.mouse.move(0, 0)
        await page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")
        print(name)


async def resident(studio: Studio) -> Page:
    """A resident chooses two errands and takes the numbers."""
    phone = await studio.open("phone", "")
    await phone.wait_for_selector(READY)
    await studio.take(phone, "phone-start")
    await phone.tap("[data-join]")
    await phone.tap("[data-office=dispendukcapil] > summary")
    await phone.tap(f"[data-errand={SERVICE}]")
    await studio.take(phone, "phone-join")
    await phone.fill("[data-search-box]", "skck")
    await phone.tap(f"[data-errand={SECOND_SERVICE}]")
    await phone.tap("[data-continue]")
    await studio.take(phone, "phone-confirm")
    await phone.tap("[data-take]")
    await phone.wait_for_url("**/visit/*")
    await phone.wait_for_selector(READY)
    await studio.take(phone, "phone-waiting")
    return phone


async def officer(studio: Studio, label: str) -> Page:
    """The officer of the counter presses Next until the number is called."""
    tablet = await studio.open("tablet", f"/counter/{COUNTER}", pair=studio.scene.keys.counters[COUNTER])
    await tablet.wait_for_selector(READY)
    for _ in range(PRESSES_MAX):
        await tablet.wait_for_selector(PRESSABLE)
        following = await tablet.inner_text("[data-next]")
        studio.scene.clock.jump(FADE_S if following == label else 0)
        await tablet.tap("[data-next-button]")
        await tablet.wait_for_selector(f"[data-serving]:text-is('{following}')")
        if following == label:
            await tablet.wait_for_selector(PRESSABLE)
            return tablet
    raise RuntimeError(f"{label} was not called in {PRESSES_MAX} presses")


async def the_call(studio: Studio) -> None:
    """The story: a resident, an officer, and the screens in the moment of the call."""
    hall = await studio.open("tv", "/tv/utama")
    for covered in ("[data-call]", "[data-stale]"):  # the clock was just put forward: what the hub knew seems old until it looks again
        await hall.wait_for_selector(covered, state="hidden")
    await studio.take(hall, "tv")
    phone = await resident(studio)
    await kiosk(studio)
    await tickets(studio)
    label = await phone.locator("[data-line=A]").get_attribute("data-ticket") or ""
    tablet = await officer(studio, label)
    tv = await studio.open("tv", "/tv/utama")
    await tv.wait_for_selector(f"[data-call][data-label='{label}']:not([hidden])")
    await phone.wait_for_selector("[data-call]:not([hidden])")
    await studio.take(tv, "tv-call")
    await studio.take(tablet, "tablet")
    await studio.take(phone, "phone-called")


async def kiosk(studio: Studio) -> None:
    """The three steps of the kiosk and the paper; then the roll is at its end, and somebody who sits calls an officer."""
    page = await studio.open("kiosk", "/kiosk/1", pair=studio.scene.keys.kiosks[1])
    await page.wait_for_selector(READY)
    await studio.take(page, "kiosk-office")
    await page.tap("[data-open=dispendukcapil]")
    await studio.take(page, "kiosk-errand")
    await page.tap(f".kiosk-errand:has([data-errand={SERVICE}]) [data-take-one]")
    await page.locator("[data-qr] img").evaluate("(picture) => picture.decode()")
    await page.wait_for_selector("[data-print=printed]")
    await studio.take(page, "kiosk-number")
    studio.scene.printer.rows_left = 0
    await page.tap("[data-do=more]")
    await page.tap("[data-open=polsek]")
    await page.tap("[data-do=low]")
    await page.tap("[data-do=help]")
    await page.wait_for_selector("[data-helped]:not([hidden])")
    await page.tap(f"[data-errand={SECOND_SERVICE}]")
    await studio.take(page, "kiosk-low")
    await page.tap("[data-do=take]")
    await page.wait_for_selector("[data-print=given_up]")
    await studio.take(page, "kiosk-no-paper")


async def tickets(studio: Studio) -> None:
    """The desk's page of printers while one has no paper, and what comes out of it: a ticket, and its copy on narrow paper."""
    desk = await studio.open("tablet", "/desk/printing", pair=studio.scene.keys.admin)
    await desk.wait_for_selector("[data-state=paper_out]")
    await studio.take(desk, "desk-printing")
    ticket = (await studio.scene.printer.has_printed(1))[0]
    ticket.picture().save(FOLDER / "ticket-80mm.png")
    await desk.fill("[data-again] [name=ticket]", await desk.locator("[data-missing] button").inner_text())
    await desk.select_option("[data-again] [name=kiosk]", "2")
    await desk.click("[data-again] button")
    copy = (await studio.scene.narrow_printer.has_printed(1))[0]
    copy.picture().save(FOLDER / "ticket-58mm-copy.png")
    print("tickets")


async def organiser(studio: Studio) -> None:
    """The desk, the sheet of pairing codes, and the page that tells whether all was in order."""
    for name in ("desk", "pair", "order"):
        page = await studio.open("phone" if name == "order" else "tablet", f"/{name}", pair=studio.scene.keys.admin)
        await studio.take(page, name)


async def new_screen(studio: Studio) -> None:
    """A TV that waits to be set up, and the desk's form for it."""
    tv = await studio.open("tv", "/tv")
    await tv.wait_for_selector(READY)
    await studio.take(tv, "tv-code")
    code = await tv.get_attribute("[data-code]", "data-code")
    form = await studio.open("tablet", f"/desk/screen?code={code}", pair=studio.scene.keys.admin)
    await form.fill("[data-set-up] [name=name]", "Layar timur")
    await studio.take(form, "desk-screen")


async def side_by_side(browser: Browser) -> None:
    """TV, tablet and phone in one picture, for the README."""
    page = await browser.new_page(viewport={"width": 1640, "height": 520})
    await page.goto((ROOT / "tools/three-screens.html").as_uri())
    await page.screenshot(path=FOLDER / "three-screens.png")


async def main() -> None:
    """All pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    async with evening() as scene, async_playwright() as playwright:
        await people(scene)
        browser = await playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=ARGUMENTS)
        studio = Studio(browser, scene)
        await the_call(studio)
        await organiser(studio)
        await new_screen(studio)
        await side_by_side(browser)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
