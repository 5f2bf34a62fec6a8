"""Takes the pictures of docs/screens/phone-*: what a resident's phone shows, state by state, and a sheet of printed numbers.

`make screens` runs it after tools/screens.py; it takes twenty seconds. Nobody is simulated here: every state is brought about on purpose.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from playwright.async_api import Browser, Page, async_playwright

import counters.channels
import displays.channels
from server.cli.bazaars import epoch_of, keys_of, open_bazaar_log
from server.cli.stores import now_ms
from server.cli.wiring import PUBLIC_PARTS, STAFF_PARTS, listening
from server.core.plan import Plan
from server.core.plan_parts import Agency
from server.hub.hub import Hub
from server.hub.room import Room
from server.store.log import MemoryStore
from server.store.plan_file import read_plan
from server.web.app import make_app
from server.web.credentials import Credentials
from server.web.keys import HUB, ROOT, Addresses
from server.web.limits import Limits

FOLDER = ROOT / "docs" / "screens"
SECRET = b"a secret of these pictures only"
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--mute-audio")
SMALL, NARROW = (360, 740), (320, 640)
READY = "body[data-ready]"
WAITING = {"ktp": 9, "skck-baru": 2, "berkas": 1}
"""How many people wait for an errand before our resident comes."""
PAPER_LINE = "P"
KEPT = "caches.open('urut-visits').then((store) => store.match(location.href)).then(Boolean)"
MADE_OLD = """async () => {
    localStorage.clear();
    const store = await caches.open("urut-visits");
    const kept = await store.match(location.href);
    const headers = new Headers(kept.headers);
    headers.set("Urut-Kept-At", String(Date.now() - 240 * 1000));
    await store.put(location.href, new Response(await kept.text(), { headers }));
}"""


@dataclass(slots=True, kw_only=True)
class Scene:
    """The sample bazaar, served; ``admin_key`` pairs the organiser's device."""

    home: str
    room: Room
    admin_key: str
    commands: int = 0

    async def submit(self, do: str, **fields: object) -> None:
        """Have something happen."""
        self.commands += 1
        await self.room.submit({"command_id": f"picture-command-{self.commands:05d}", "do": do, "by": "admin", **fields})


@asynccontextmanager
async def served() -> AsyncIterator[Scene]:
    """The sample bazaar over a log in memory; the numbers of one line are on paper, and a crowd waits."""
    plan = read_plan(ROOT / "bazaars" / "mayangan.toml")
    plan = replace(plan, agencies=tuple(_on_paper(agency) for agency in plan.agencies))
    store = MemoryStore()
    kinds = (*displays.channels.kinds(Credentials(SECRET)), *counters.channels.kinds())
    app = make_app(Hub(store, kinds, now_ms), SECRET, (*PUBLIC_PARTS, *STAFF_PARTS), Addresses(), Limits(burst=1000, per_minute=1000))
    await open_bazaar_log(store, plan, new_edition=False)
    async with listening(app, "127.0.0.1", 0) as url:
        while not app[HUB].rooms or not app[HUB].ready:  # noqa: ASYNC110  # a look at start
            await asyncio.sleep(0.05)
        keys = keys_of(SECRET, plan, await epoch_of(store, plan.bazaar.id))
        scene = Scene(home=f"{url}/{plan.bazaar.id}", room=app[HUB].rooms[plan.bazaar.id], admin_key=keys.admin)
        await _open(scene, plan)
        yield scene


def _on_paper(agency: Agency) -> Agency:
    lines = tuple(replace(line, paper=line.prefix == PAPER_LINE) for line in agency.lines)
    return replace(agency, lines=lines)


async def _open(scene: Scene, plan: Plan) -> None:
    for counter in plan.counters:
        await scene.submit("open_counter", counter=counter.number)
    for service, count in WAITING.items():
        for _ in range(count):
            await scene.submit("issue", services=[service])


@dataclass(frozen=True, slots=True)
class Camera:
    """Opens phones, and photographs them."""

    browser: Browser
    scene: Scene

    async def phone(self, path: str, *, size: tuple[int, int] = SMALL, light: bool = False) -> Page:
        """A phone that opens a page of the bazaar."""
        width, height = size
        context = await self.browser.new_context(
            viewport={"width": width, "height": height}, has_touch=True, is_mobile=True, color_scheme="light" if light else "dark"
        )
        page = await context.new_page()
        await page.goto(self.scene.home + path)
        await page.wait_for_selector(READY)
        return page

    async def take(self, page: Page, name: str) -> None:
        """Photograph what is in sight."""
        await page.screenshot(path=FOLDER / f"phone-{name}.png", animations="disabled")
        print(f"phone-{name}")


async def choosing(camera: Camera, *, size: tuple[int, int] = SMALL, light: bool = False, mark: str = "") -> Page:
    """A resident looks for errands, sees papers and waits, and takes the numbers; the phone then follows them."""
    page = await camera.phone("/join", size=size, light=light)
    await camera.take(page, f"offices{mark}")
    await page.fill("[data-search-box]", "sckc")
    await camera.take(page, f"search{mark}")
    await page.tap("[data-errand=skck-baru]")
    await page.fill("[data-search-box]", "bikin ektp")
    await page.tap("[data-errand=ktp]")
    await page.tap("[data-continue]")
    await camera.take(page, f"order{mark}")
    await page.tap("[data-complete=skck-baru]")
    await page.locator("[data-incomplete]").scroll_into_view_if_needed()
    await camera.take(page, f"papers{mark}")
    await page.tap("[data-add]")
    await page.tap("[data-take]")
    await page.wait_for_url("**/visit/*")
    await page.wait_for_selector(READY)
    return page


async def following(camera: Camera, page: Page) -> None:
    """The states of a visit: waiting, soon, without a network, called, busy elsewhere, missed, set aside."""
    scene = camera.scene
    await camera.take(page, "visit")
    await page.select_option("[data-soon-at]", "")
    await page.wait_for_selector("[data-soon]", state="hidden")
    while not await page.evaluate(KEPT):  # noqa: ASYNC110  # the page does not show it
        await asyncio.sleep(0.05)
    await page.evaluate(MADE_OLD)
    await page.context.set_offline(True)
    await page.reload()
    await page.wait_for_selector("[data-age][data-stale]")
    await camera.take(page, "offline")
    await page.context.set_offline(False)
    await page.wait_for_selector("[data-age]:not([data-stale])")
    seen = None
    for label in ("B-001", "B-002", "B-003"):
        await scene.submit("next", counter=5, seen=seen)
        seen = label
    await page.wait_for_selector("[data-call]:not([hidden])")
    await camera.take(page, "called-there")
    await page.locator("[data-ticket^=A]").scroll_into_view_if_needed()
    await camera.take(page, "kept")
    await scene.submit("hold", counter=5, ticket="B-003")
    await page.wait_for_selector("[data-call]", state="hidden")
    await page.locator("[data-ticket='B-003']").scroll_into_view_if_needed()
    await camera.take(page, "held")


async def paper(camera: Camera) -> None:
    """A number on paper before and on its sheet."""
    desk = await camera.browser.new_page(viewport={"width": 900, "height": 700})
    await desk.goto(f"{camera.scene.home}/pair/{camera.scene.admin_key}")
    await desk.goto(f"{camera.scene.home}/rolls")
    await desk.screenshot(path=FOLDER / "rolls.png")
    await desk.goto(f"{camera.scene.home}/rolls/{PAPER_LINE}?from=1&to=6")
    await desk.screenshot(path=FOLDER / "roll-sheet.png")
    print("rolls")


async def main() -> None:
    """All pictures of phones."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    async with served() as scene, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=ARGUMENTS)
        camera = Camera(browser, scene)
        page = await choosing(camera)
        await following(camera, page)
        light = await choosing(camera, size=NARROW, light=True, mark="-light")
        await camera.take(light, "visit-light")
        await paper(camera)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
