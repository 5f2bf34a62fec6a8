"""The devices of a bazaar, each a browser of its own, and what goes wrong in them."""

from dataclasses import dataclass, field

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect

from tests.browser.hands import CONNECTED, READY, Kiosk, Phone, Tablet, Tv
from tests.browser.running import Bazaar

SIZES = {"tv": (1920, 1080), "tablet": (1280, 800), "phone": (390, 844), "kiosk": (1080, 1920), "desk": (1280, 800)}
TOUCHED = ("tablet", "phone", "kiosk")
NETWORK_SAYS = ("Failed to load resource", "WebSocket connection to", "An unknown error occurred when fetching the script")
"""How the browser's console words that an address did not answer, or answered with an error: that is told by the answers themselves."""
REFUSED = 409
"""The one answer of the 400s that is a bazaar's everyday life."""


def watch(context: BrowserContext, faults: list[str]) -> None:
    """Note every exception in a page of the context, and every error in its console that is not about the network."""

    def noted(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(NETWORK_SAYS):
            faults.append(message.text)

    context.on("weberror", lambda fault: faults.append(str(fault.error)))
    context.on("console", noted)


@dataclass
class Devices:
    """Makes devices, each a browser without memory, and notes what goes wrong in any of them."""

    browser: Browser
    faults: list[str] = field(default_factory=list)
    in_trouble: bool = False
    """Whether the test has something fail, so that answers with errors are to be expected."""
    _contexts: list[BrowserContext] = field(default_factory=list)

    async def page(self, kind: str, *, scripts: bool = True) -> Page:
        """An empty page on a device of this kind."""
        width, height = SIZES[kind]
        context = await self.browser.new_context(
            viewport={"width": width, "height": height},
            has_touch=kind in TOUCHED,
            is_mobile=kind == "phone",
            java_script_enabled=scripts,
            locale="id-ID",
            timezone_id="Asia/Jakarta",
        )
        self._contexts.append(context)
        watch(context, self.faults)
        context.on("response", self._look_at)
        return await context.new_page()

    async def close(self) -> None:
        """Switch all of them off."""
        for context in self._contexts:
            await context.close()

    def _look_at(self, answer: Response) -> None:
        if answer.status >= 400 and answer.status != REFUSED and not self.in_trouble:
            self.faults.append(f"{answer.status} {answer.request.method} {answer.url}")

    async def tv(self, bazaar: Bazaar, screen: str = "utama") -> Tv:
        """A hall TV; its time goes on by itself, and faster when the test says so."""
        page = await self.page("tv")
        await page.clock.install()
        await page.goto(f"{bazaar.home}/tv/{screen}")
        await page.wait_for_selector(CONNECTED)
        return Tv(page)

    async def tablet(self, bazaar: Bazaar, counter: int, *, opened: bool = True) -> Tablet:
        """A tablet, paired by the link on the card of its counter; its officer opens the counter. Its time is as a TV's."""
        tablet = Tablet(await self.page("tablet"))
        await tablet.page.clock.install()
        await tablet.page.goto(f"{bazaar.home}/pair/{bazaar.keys.counters[counter]}")
        await tablet.page.wait_for_selector(CONNECTED)
        if opened:
            await tablet.page.tap("[data-open-button]")
            await expect(tablet.next).to_be_visible()
        return tablet

    async def kiosk(self, bazaar: Bazaar) -> Kiosk:
        """A paired kiosk."""
        page = await self.page("kiosk")
        await page.goto(f"{bazaar.home}/pair/{bazaar.keys.kiosks[1]}")
        await page.wait_for_selector(READY)
        return Kiosk(page)

    async def phone(self, bazaar: Bazaar, *services: str, priority: bool = False) -> Phone:
        """A phone whose owner takes numbers for these services on the join page."""
        phone = Phone(await self.page("phone"))
        await phone.page.goto(f"{bazaar.home}/join")
        await phone.page.wait_for_selector(READY)
        await phone.take(*services, priority=priority)
        return phone

    async def phone_at(self, address: str) -> Phone:
        """A phone that opens a visit's page."""
        phone = Phone(await self.page("phone"))
        await phone.page.goto(address)
        await phone.page.wait_for_selector(READY)
        return phone
