"""Who prints: the process that answered the kiosk, from its own memory, once the number stands in the log.

Why it and no other: it knows that its answer is on its way to the kiosk, and it can tell the kiosk what becomes of the paper. When it
dies, what it had not printed yet is not printed: the number stands in the log and on the kiosk's screen, and staff print it again. No
process reads the log to see what might be missing on paper, for none can know what has come out, and a number on paper twice is a number
that two people show. What may have come out before is printed with the mark of a copy, whoever asks.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from aiohttp import web

from displays.kiosk.slips import Wording, sample_slip, slip_of
from displays.visit_pages import visit_path
from server.core.values import Label
from server.hub.devices import REPORT_S, Detail, DeviceState
from server.hub.room import Room
from server.printing.condition import Condition
from server.printing.orders import Order, Orders
from server.printing.printer import Printer
from server.printing.queue import PrintQueue, PrintState
from server.store.errors import StoreUnreachable
from server.web.addresses import home_of, public_url
from server.web.background import run_beside
from server.web.credentials import scope_of
from server.web.keys import CREDENTIALS, DEVICES, HUB
from server.web.pages import CATALOGUES, language_of

ORDERS_S = 1.0
"""How often the desk's orders are looked for."""
STATES: Mapping[Condition, DeviceState] = {
    Condition.READY: DeviceState.OK,
    Condition.PAPER_LOW: DeviceState.PAPER_LOW,
    Condition.PAPER_OUT: DeviceState.PAPER_OUT,
    Condition.COVER_OPEN: DeviceState.COVER_OPEN,
    Condition.OFFLINE: DeviceState.FAULT,
    Condition.NO_LINK: DeviceState.NO_LINK,
}

logger = logging.getLogger(__name__)


class Printing:
    """The printers of this process, by kiosk."""

    def __init__(self, app: web.Application, printers: Mapping[int, Printer]) -> None:
        self._app = app
        self._queues = {kiosk: PrintQueue(printer) for kiosk, printer in printers.items()}
        self._orders = Orders(app[HUB].store, app[HUB].clock)
        self._news = asyncio.Event()
        for queue in self._queues.values():
            queue.on_change = self._news.set

    def of(self, kiosk: int) -> PrintQueue | None:
        """A kiosk's printer, None where it has none."""
        return self._queues.get(kiosk)

    def put(self, room: Room, kiosk: int, labels: Iterable[Label], *, language: str, public: str, copy: bool) -> bool:
        """Print these tickets, which stand in the log; whether the kiosk has a printer."""
        queue = self.of(kiosk)
        if queue is None:
            return False
        for label in labels:
            queue.put(_key(room, label), slip_of(room, label, self._link(room, label, public), self._wording(language)), copy=copy)
        return True

    def states(self, room: Room, kiosk: int, labels: Sequence[str]) -> dict[str, PrintState]:
        """What became of these tickets, as far as this process knows."""
        queue = self.of(kiosk)
        known = {label: queue.state_of(_key(room, label)) for label in labels} if queue else {}
        return {label: state for label, state in known.items() if state is not None}

    async def run(self) -> None:
        """Print, tell the desk how the printers are, and carry out its orders; until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for queue in self._queues.values():
                tasks.create_task(queue.run())
            tasks.create_task(self._report())
            tasks.create_task(self._take_orders())

    async def _report(self) -> None:
        while True:
            self._news.clear()
            for room in self._rooms():
                for kiosk, queue in self._queues.items():
                    if queue.condition is not None:
                        facts: Detail = {"waiting": queue.waiting, "missing": " ".join(queue.given_up), "address": queue.printer.name}
                        with suppress(StoreUnreachable):  # it is said again
                            await self._app[DEVICES].report(room.plan.bazaar.id, f"printer/{kiosk}", STATES[queue.condition], facts)
            with suppress(TimeoutError):
                async with asyncio.timeout(REPORT_S):
                    await self._news.wait()

    async def _take_orders(self) -> None:
        while True:
            await asyncio.sleep(ORDERS_S)
            for room in self._rooms():
                with suppress(StoreUnreachable):  # the board is read again
                    for order in await self._orders.take(room.plan.bazaar.id, self._queues):
                        self._carry_out(room, order)

    def _carry_out(self, room: Room, order: Order) -> None:
        queue, wording = self._queues[order.kiosk], self._wording(room.plan.bazaar.languages[0])
        if not order.label:
            queue.put(order.id, sample_slip(room, queue.printer.name, order.public + home_of(room), wording))
        elif order.label in room.bazaar.tickets:
            label = Label(order.label)
            queue.put(order.id, slip_of(room, label, self._link(room, label, order.public), wording), copy=True)
        else:
            logger.warning("asked to print %r, which this process has not read of", order.label)

    def _rooms(self) -> list[Room]:
        return [room for room in self._app[HUB].rooms.values() if room.opened]

    def _wording(self, language: str) -> Wording:
        return Wording(language=language, gettext=self._app[CATALOGUES].of(language).gettext)

    def _link(self, room: Room, label: Label, public: str) -> str:
        scope = scope_of(room.plan.bazaar.id, room.epoch)
        token = self._app[CREDENTIALS].visit_token(scope, room.bazaar.tickets[label].visit)
        return public + visit_path(room, token)


PRINTING = web.AppKey("printing", Printing)


def install_printing(app: web.Application, printers: Mapping[int, Printer]) -> None:
    """Give an application that serves kiosks their printers."""
    app[PRINTING] = Printing(app, printers)
    run_beside(app, app[PRINTING].run)


def print_taken(request: web.Request, room: Room, by: str, labels: Iterable[Label], *, copy: bool) -> bool:
    """Print what was taken at a kiosk, if it was one and has a printer here; whether it is being printed.

    ``copy``: the numbers stood in the log before they were asked for this time, so that another process may have printed them.
    """
    kind, _, number = by.partition("/")
    printing = request.app.get(PRINTING)
    if printing is None or kind != "kiosk":
        return False
    return printing.put(room, int(number), labels, language=language_of(request), public=public_url(request, ""), copy=copy)


def _key(room: Room, label: str) -> str:
    """A ticket of this edition of the bazaar."""
    return f"{room.epoch} {label}"
