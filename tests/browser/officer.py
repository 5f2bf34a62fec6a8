"""Counter 1's tablet as a test handles it: what it shows, what it keeps, and what came of it in the log."""

import json

from playwright.async_api import Locator, Page, expect

from server.core.events import TicketCalled
from server.store.codec import decode_entry
from tests.scenarios import START_MS
from tests.serving import Served

NEXT = "[data-next-button]"
COMMANDS = "**/counter/1/commands"
READY = "body[data-ready][data-connected]"


class Clock:
    """The hub's clock, moved by the test."""

    ms = START_MS


async def calls(served: Served) -> list[str]:
    """Every call that the log holds, in order, also those that were undone."""
    entries = [decode_entry(record) for record in await served.room.read(0, 500)]
    return [event.ticket for entry in entries for event in entry.events if isinstance(event, TicketCalled)]


async def shows(page: Page, label: str) -> None:
    """The tablet shows this ticket at the counter ("" for nobody)."""
    await expect(page.locator("[data-serving]")).to_have_text(label)


async def kept(page: Page) -> list[dict[str, object]]:
    """The commands that wait in the tablet's memory."""
    stored = await page.evaluate(
        "Object.keys(localStorage).filter((key) => key.includes('counter/1')).map((key) => localStorage[key])[0] || '[]'"
    )
    return [press["command"] for press in json.loads(stored)]


async def twice(button: Locator) -> None:
    """Press what cannot be taken back: once, and once more when it has asked, later than a second tap of one twitch would come."""
    await button.click()
    await expect(button).to_have_attribute("data-armed", "ready")
    await button.click()
