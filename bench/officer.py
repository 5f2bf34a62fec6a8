"""The officer and the kiosk of a measurement, over HTTP on connections that are kept open."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp

from bench.processes import Hub
from server.store.command_ids import new_command_id

ISSUING_AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """One press: the offset of its entry, when it was made, and when its durable answer was there."""

    offset: int
    pressed_ns: int
    answered_ns: int


class Officer:
    """Whoever presses at counter 1, and gives out numbers."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self._seen: str | None = None

    async def __aenter__(self) -> Self:
        """Open the connections."""
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close them."""
        await self._session.close()

    async def issue(self, service: str, count: int) -> None:
        """Give out so many numbers for a service."""
        for start in range(0, count, ISSUING_AT_ONCE):
            await asyncio.gather(*(self.take(service) for _ in range(min(ISSUING_AT_ONCE, count - start))))

    async def take(self, service: str) -> None:
        """Give out one number."""
        await self._post("/tickets", self.hub.supervisor_key, {"services": [service]})

    async def press(self) -> Press:
        """Press next."""
        pressed_ns = time.monotonic_ns()
        body = await self._post("/counter/1/commands", self.hub.counter_key, {"do": "next", "counter": 1, "seen": self._seen})
        answered_ns = time.monotonic_ns()
        self._seen = next(event["ticket"] for name, event in body["events"] if name == "ticket_called")
        return Press(offset=body["offset"], pressed_ns=pressed_ns, answered_ns=answered_ns)

    async def _post(self, path: str, key: str, order: Mapping[str, object]) -> Any:
        body = {**order, "command_id": new_command_id()}
        async with self._session.post(self.hub.home + path, json=body, headers={"Authorization": f"Bearer {key}"}) as response:
            answer = await response.json()
            if not response.ok:
                raise RuntimeError(f"{path}: {response.status} {answer}")
            return answer
