"""What staff at the desk have printed: a ticket once more, or a test page. Whichever process has the printer takes the order.

Rule: an order is taken by one process and carried out by it, or by nobody: it is claimed before anything is printed.
"""

import json
import secrets
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass

from server.core.values import BazaarId
from server.store.log import Store

GOOD_MS = 60_000
"""How long an order waits for a process that has the printer: longer, and whoever asked has left."""
_TOPIC = "prints"
_TAKEN = b"taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """``label`` "" is a test page. ``public`` is the address at which phones find the bazaar's pages."""

    id: str
    kiosk: int
    label: str
    public: str


class Orders:
    """The orders of all bazaars of a store. ``clock`` tells Unix ms. Both methods raise StoreUnreachable."""

    def __init__(self, store: Store, clock: Callable[[], int]) -> None:
        self._store = store
        self._clock = clock

    async def give(self, bazaar: BazaarId, *, kiosk: int, label: str, public: str) -> bool:
        """Have something printed; False when there are too many orders already."""
        now = self._clock()
        note = json.dumps({"kiosk": kiosk, "label": label, "public": public}).encode()
        return await self._store.board(bazaar, _TOPIC).pin(secrets.token_urlsafe(9), note, until=now + GOOD_MS, now=now)

    async def take(self, bazaar: BazaarId, kiosks: Container[int]) -> list[Order]:
        """The orders for the printers of these kiosks, which nobody else gets now."""
        now = self._clock()
        board = self._store.board(bazaar, _TOPIC)
        taken = []
        for order, note in _orders_in(await board.read(now)):
            if order.kiosk in kiosks and await board.swap(order.id, note, _TAKEN, until=now + GOOD_MS, now=now):
                taken.append(order)
        return taken


def _orders_in(notes: Mapping[str, bytes]) -> Iterator[tuple[Order, bytes]]:
    for name, note in notes.items():
        if note != _TAKEN:
            yield Order(id=name, **json.loads(note)), note
