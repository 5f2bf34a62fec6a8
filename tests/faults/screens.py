"""Screens that follow the hubs through all that happens to them, move between them, and take nothing that is not newer."""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgpack
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from displays.follower import SILENCE_S_MAX

FRAMES_BEFORE_A_MOVE = (20, 300)
PAUSE_S = 0.05
LOST = (ConnectionClosed, InvalidHandshake, OSError, TimeoutError)


class Screen:
    """Follows channels over a bare WebSocket, at any of ``homes``, and names what it has whenever it comes.

    ``views`` are the newest by channel, ``positions`` their (epoch, offset), ``marks`` each offset with the head that was shown for it.
    ``frames`` and ``visits`` count what came, and how often it connected; ``newest_at`` is when the newest frame came (monotonic s).
    """

    def __init__(self, homes: Sequence[str], channels: Sequence[str], chance: random.Random, headers: Mapping[str, str]) -> None:
        self.channels = tuple(channels)
        self.views: dict[str, Any] = {}
        self.positions: dict[str, tuple[str, int]] = {}
        self.marks: set[tuple[int, str]] = set()
        self.frames = 0
        self.visits = 0
        self.newest_at = 0.0
        self._homes = homes
        self._chance = chance
        self._headers = headers

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            try:
                await self._visit(self._chance.choice(self._homes), self._chance.randint(*FRAMES_BEFORE_A_MOVE))
            except LOST as lost:
                await asyncio.sleep(_pause_s(lost))

    async def _visit(self, home: str, frames: int) -> None:
        """One connection, until so many frames have come or it is lost."""
        query = {"channels": ",".join(self.channels)}
        if self.positions:
            query["have"] = ",".join(f"{name}@{epoch}:{offset}" for name, (epoch, offset) in self.positions.items())
        address = f"{home.replace('http', 'ws', 1)}/live?{urlencode(query)}"
        protocols = [Subprotocol("urut.v1.msgpack")]
        async with connect(
            address, subprotocols=protocols, additional_headers=self._headers, ping_interval=None, close_timeout=1
        ) as socket:
            self.visits += 1
            for _ in range(frames):
                async with asyncio.timeout(SILENCE_S_MAX):
                    message = await socket.recv()
                self._take(msgpack.unpackb(message))

    def _take(self, frame: Mapping[str, Any]) -> None:
        self.marks.add((frame["offset"], frame["head"]))
        channel, position = frame["channel"], (frame["epoch"], frame["offset"])
        if channel == "":
            return
        known = self.positions.get(channel)
        assert known is None or (known[0] == position[0] and known[1] < position[1]), f"{channel} had {known} and was sent {position}"
        self.frames += 1
        self.newest_at = time.monotonic()
        self.positions[channel] = position
        self.views[channel] = frame["view"]


def _pause_s(lost: Exception) -> float:
    """A moment before the next attempt. A hub may say that it does not know yet, but not that it never will."""
    if isinstance(lost, InvalidStatus):
        assert 503 == lost.response.status_code, lost.response
    return PAUSE_S
