"""Follows channels of a hub from Python, as ``static/feed.js`` does in a browser: connects, backs off, never goes backwards."""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

import msgpack
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

Frame = dict[str, Any]

SUBPROTOCOL = Subprotocol("urut.v1.msgpack")
BACK_OFF_S_MIN, BACK_OFF_S_MAX = 0.5, 10.0
SILENCE_S_MAX = 25.0
"""A hub says something every 10 s. A dead link says nothing and closes nothing, so silence itself is the sign."""
MOVED_CODES = (1001, 1012)
MOVED_SPREAD_S = 1.0
"""A hub that restarts is back at once: its followers only spread a little."""
CLOSE_S = 1.0

logger = logging.getLogger(__name__)


class NotServed(Exception):
    """The hub answers, and has no such bazaar or screen (any more), or not for us."""


class Follower:
    """One client of the channels below ``home`` (``http://host/mayangan``). ``on_frame`` gets frames that move forward."""

    def __init__(self, home: str, channels: Sequence[str], on_frame: Callable[[Frame], None]) -> None:
        self._home = home.replace("http", "ws", 1)
        self._channels = tuple(channels)
        self._on_frame = on_frame
        self._positions: dict[str, tuple[str, int]] = {}
        self._latest: Frame = {"epoch": "", "offset": 0, "at": 0, "head": ""}
        self.news_at = 0.0
        """When the hub last told a later time or a later entry, by the loop's clock."""
        self._heard = False

    @property
    def age_s(self) -> float:
        """Seconds since the latest news."""
        return asyncio.get_running_loop().time() - self.news_at

    @property
    def now_ms(self) -> float:
        """The hub's clock, as far as we know it."""
        return float(self._latest["at"]) + self.age_s * 1000

    @property
    def mark(self) -> str:
        """The log's top that was last heard of: offset and first digits of its hash."""
        return f"#{self._latest['offset']} {self._latest['head']}"

    async def run(self) -> None:
        """Follow until cancelled.

        Raises:
            NotServed: the hub refused us; trying again would not help.
        """
        self.news_at = asyncio.get_running_loop().time()
        attempt = 0
        while True:
            self._heard = False
            moved = await self._session()
            attempt = 0 if self._heard else attempt + 1
            await asyncio.sleep(random.uniform(0, MOVED_SPREAD_S) if moved else back_off(attempt, random.random()))  # noqa: S311  # jitter

    async def _session(self) -> bool:
        """One connection until it is lost. Whether the hub said that it moves us."""
        try:
            async with connect(
                self._address(), subprotocols=[SUBPROTOCOL], open_timeout=SILENCE_S_MAX, close_timeout=CLOSE_S, ping_interval=None
            ) as socket:
                while True:
                    async with asyncio.timeout(SILENCE_S_MAX):
                        message = await socket.recv()
                    self._take(msgpack.unpackb(message))
        except ConnectionClosed as closed:
            return closed.rcvd is not None and closed.rcvd.code in MOVED_CODES
        except InvalidStatus as refusal:
            if 400 <= refusal.response.status_code < 500:
                raise NotServed(f"{self._home}: no such bazaar or screen (HTTP {refusal.response.status_code})") from None
        except (OSError, TimeoutError, InvalidHandshake) as fault:
            logger.debug("%s: %s", self._home, fault)
        return False

    def _address(self) -> str:
        query = {"channels": ",".join(self._channels)}
        if self._positions:
            query["have"] = ",".join(f"{channel}@{epoch}:{offset}" for channel, (epoch, offset) in self._positions.items())
        return f"{self._home}/live?{urlencode(query)}"

    def _take(self, frame: Frame) -> None:
        self._heard = True
        self._learn(frame)
        channel, epoch, offset = frame["channel"], frame["epoch"], frame["offset"]
        last = self._positions.get(channel)
        if channel == "" or (last is not None and last[0] == epoch and offset <= last[1]):
            return
        if "view" not in frame:
            raise NotServed(f"{self._home}: {channel} is no more")
        self._positions[channel] = (epoch, offset)
        self._on_frame(frame)

    def _learn(self, frame: Frame) -> None:
        """News is a later time or a later entry. A hub that lost its store repeats itself: the age must then grow."""
        latest = self._latest
        renewed = frame["epoch"] != latest["epoch"]
        if not renewed and frame["offset"] <= latest["offset"] and frame["at"] <= latest["at"]:
            return
        self.news_at = asyncio.get_running_loop().time()
        if renewed or frame["offset"] >= latest["offset"]:
            self._latest = {**frame, "at": frame["at"] if renewed else max(frame["at"], latest["at"])}
        else:
            self._latest = {**latest, "at": frame["at"]}


def back_off(attempt: int, chance: float) -> float:
    """Seconds before attempt n (0, 1, 2 …) to connect again: full jitter over a doubling range; ``chance`` is 0 to 1."""
    reach = min(BACK_OFF_S_MAX, BACK_OFF_S_MIN * 2.0 ** (attempt + 1))
    return BACK_OFF_S_MIN + chance * (reach - BACK_OFF_S_MIN)
