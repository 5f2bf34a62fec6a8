"""A hall TV, an officer's tablet, a kiosk and a resident's phone as people use them: by tapping and looking."""

import re
from dataclasses import dataclass

import zxingcpp
from playwright.async_api import JSHandle, Locator, Page, expect

READY = "body[data-ready]"
CONNECTED = "body[data-ready][data-connected]"
TWITCH_MS = 700
CALL_MS = 8_100
"""After this a call has had its time on a TV."""
STOPPED_AT_S = 3_600
"""Long after the installing of the clock, which runs until it is stopped."""
GREY_OF_QR = """async (picture) => {
    const image = picture.tagName === "IMG" ? picture : new Image();
    if (image !== picture) image.src = "data:image/svg+xml," + encodeURIComponent(new XMLSerializer().serializeToString(picture));
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 400;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "white";
    pen.fillRect(0, 0, 400, 400);
    pen.drawImage(image, 10, 10, 380, 380);
    return Array.from(pen.getImageData(0, 0, 400, 400).data).filter((_, index) => index % 4 === 0);
}"""
NOTE_MARKS = """() => {
    const mark = document.querySelector("[data-mark]");
    const noted = [];
    new MutationObserver(() => noted.push(parseInt(mark.textContent.slice(1), 10))).observe(mark, { childList: true });
    return noted;
}"""


async def stop_the_clock(page: Page) -> None:
    """The page that is opened next has no time of its own: on a busy machine nothing of it is over before it was looked at."""
    await page.clock.install(time=0)
    await page.clock.pause_at(STOPPED_AT_S)


async def qr_text(picture: Locator) -> str:
    """What a phone's camera reads from a QR code on a page, an ``img`` or an ``svg``."""
    await expect(picture).to_be_visible()
    grey = bytes(await picture.evaluate(GREY_OF_QR))
    codes = zxingcpp.read_barcodes(memoryview(grey).cast("B", shape=[400, 400]))
    return str(codes[0].text)


@dataclass(frozen=True, slots=True)
class Tv:
    """A hall screen."""

    page: Page

    async def announces(self, label: str, counter: int, calls: int = 1) -> None:
        """A call has the screen, with number and counter in large."""
        call = self.page.locator(f"[data-call][data-label='{label}'][data-counter='{counter}'][data-calls='{calls}']")
        await expect(call).to_be_visible()
        await expect(call.locator("[data-badge]")).to_have_text(label)
        await expect(call.locator("[data-number]")).to_have_text(str(counter))

    async def shows(self, label: str, counter: int) -> None:
        """The counter's card has this ticket ("" for nobody)."""
        await expect(self.page.locator(f"[data-slot][data-counter='{counter}']")).to_have_attribute("data-label", label)

    async def call_ends(self) -> None:
        """The call on the screen has had its time."""
        await self.page.clock.run_for(CALL_MS)

    async def is_free(self) -> None:
        """No call has the screen."""
        await expect(self.page.locator("[data-call]")).to_be_hidden()

    async def noted_marks(self) -> JSHandle:
        """Every offset of the log that the screen shows from now on, as a list in its page that grows."""
        return await self.page.evaluate_handle(NOTE_MARKS)

    async def last_calls(self) -> list[str]:
        """The strip of last calls, newest first."""
        slots = await self.page.locator("[data-recent-slot]:not([hidden])").all()
        return [await slot.get_attribute("data-label") or "" for slot in slots]


@dataclass(frozen=True, slots=True)
class Tablet:
    """An officer's tablet."""

    page: Page

    @property
    def next(self) -> Locator:
        """The one big button."""
        return self.page.locator("[data-next-button]")

    async def calls(self, label: str) -> None:
        """Press Next, later than a second tap of one twitch would come, and see who comes ("" for nobody)."""
        await self.page.clock.run_for(TWITCH_MS)
        await self.next.tap()
        await self.shows(label)

    async def shows(self, label: str) -> None:
        """Who is at the counter ("" for nobody), settled and ready for the next press."""
        await expect(self.page.locator("[data-serving]")).to_have_text(label)
        await expect(self.page.locator("[data-pressed]")).to_have_count(0)

    async def press(self, order: str) -> None:
        """One of the buttons about the ticket at the counter; twice where it asks for that."""
        await self._tap(f".actions [data-command={order}] button")

    async def transfer(self, service: str) -> None:
        """Send the ticket at the counter on to another service."""
        await self.page.tap("[data-sheet=transfer] > summary")
        await self._tap(f"[data-command=transfer] button[value={service}]")

    async def _tap(self, button: str) -> None:
        await self.page.tap(button)
        if await self.page.locator(f"{button}[data-armed]").count():
            await self.page.tap(f"{button}[data-armed=ready]")

    async def bring_back(self, label: str) -> None:
        """Let somebody who was set aside wait again."""
        await self.page.tap(f".asides [data-ticket='{label}'] button")
        await expect(self.page.locator(f".asides [data-ticket='{label}'] button")).to_have_count(0)

    async def words(self, name: str) -> str:
        """What the page says in its reader's language, by the name of the string."""
        return str(await self.page.evaluate("(name) => JSON.parse(document.querySelector('#page').textContent).strings[name]", name))

    async def is_waiting(self) -> None:
        """It says that a press waits for the network, and for how long; Next stays pressed."""
        await expect(self.page.locator("[data-waiting][data-trouble=network]")).to_be_visible()
        await expect(self.page.locator("[data-waiting-age]")).to_have_text(re.compile(r"\d:\d\d"))
        await expect(self.next).to_have_attribute("data-pressed", "")

    async def says(self, told: str) -> str:
        """The sentence in the strip, of this kind: saved, refused or stale."""
        sentence = self.page.locator(f"body[data-told={told}] [data-{'saved' if told == 'saved' else 'refused'}]")
        await expect(sentence).to_have_text(re.compile(r"\w"))
        return await sentence.inner_text()


@dataclass(frozen=True, slots=True)
class Kiosk:
    """A ticket kiosk."""

    page: Page

    async def take(self, *services: str, priority: bool = False) -> list[str]:
        """Take numbers, and leave the kiosk showing them."""
        for place, service in enumerate(services):
            if place:
                await self.page.tap("[data-do=more]")
            office = await self.page.locator(f"fieldset:has([data-errand='{service}'])").get_attribute("data-office")
            await self.page.tap(f"[data-open='{office}']")
            await self.page.tap(f"[data-errand='{service}']")
        if priority:
            await self.page.tap("[data-lanes] label:has([value=priority]) >> nth=0")
        await self.page.tap("[data-do=take]")
        await expect(self.page.locator("[data-numbers] [data-ticket]")).to_have_count(len(services))
        return [await ticket.get_attribute("data-ticket") or "" for ticket in await self.page.locator("[data-numbers] [data-ticket]").all()]

    async def leave(self) -> None:
        """The next person finds the first page, fetched anew: what is tapped on its way to the screen would be lost."""
        async with self.page.expect_navigation():
            await self.page.tap("[data-do=done]")
        await self.page.wait_for_selector(READY)
        await expect(self.page.locator("[data-step=office]")).to_be_visible()

    async def address(self) -> str:
        """What the QR code beside the numbers says."""
        return await qr_text(self.page.locator("[data-qr] img"))


@dataclass(frozen=True, slots=True)
class Phone:
    """A resident's phone, on a visit's page once numbers are taken."""

    page: Page

    async def take(self, *services: str, priority: bool = False) -> None:
        """Tick errands on the join page and take the numbers."""
        for service in services:
            errand = self.page.locator(f"[data-errand='{service}']")
            if not await errand.is_visible():
                await self.page.tap(f"details:has([data-errand='{service}']) > summary")
            await errand.tap()
        await self.page.tap("[data-continue]")
        if priority:
            await self.page.tap("[data-lanes] label:has([value=priority]) >> nth=0")
        await self.page.tap("[data-take]")
        await self.page.wait_for_url("**/visit/*")
        await self.page.wait_for_selector(READY)

    async def labels(self) -> list[str]:
        """All numbers of the visit as they stand on the page."""
        return [await card.get_attribute("data-ticket") or "" for card in await self.page.locator("[data-ticket]").all()]

    def card(self, label: str) -> Locator:
        """A ticket's card."""
        return self.page.locator(f"[data-ticket='{label}']")

    async def shows(self, label: str, state: str) -> None:
        """The ticket is in this state, by its card."""
        await expect(self.card(label)).to_have_attribute("data-state", state)

    async def is_called(self, label: str, counter: int) -> None:
        """The call stands on the page in large, with the counter."""
        await expect(self.page.locator("[data-call]")).to_be_visible()
        await expect(self.page.locator("[data-call-label]")).to_have_text(label)
        await expect(self.page.locator("[data-call-counter]")).to_have_text(str(counter))
        await self.shows(label, "called")

    async def has_ahead(self, label: str, count: int) -> None:
        """So many people are ahead of the ticket."""
        await expect(self.card(label).locator("[data-ahead]")).to_have_text(str(count))

    async def is_busy(self, label: str, counter: int) -> None:
        """The ticket's card says that its owner is at a counter now, and that the turn is kept."""
        await expect(self.card(label).locator("[data-busy]")).to_be_visible()
        await expect(self.card(label).locator("[data-busy-at]")).to_have_text(str(counter))

    async def is_free(self, label: str) -> None:
        """The ticket's card says nothing of the kind."""
        await expect(self.card(label).locator("[data-busy]")).to_be_hidden()

    async def press(self, label: str, order: str) -> None:
        """One of the buttons on a ticket's card."""
        await self.card(label).locator(f"[data-command={order}] button").tap()
