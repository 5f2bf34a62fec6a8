"""What each device of a bazaar says of itself: TVs, printers, kiosks. The desk of any process reads it; the log holds none of it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from server.core.values import BazaarId
from server.store.log import Store

KEPT_MS = 12 * 3600 * 1000
"""How long a device is remembered that says nothing more: an evening, so that the desk can tell since when it has been silent."""
REPORT_S = 20
"""How often a device says how it finds itself, if nothing changes."""
AWAY_S = 60
"""A device that has said nothing for so long is away."""
DETAIL_CHARS_MAX = 200
_TOPIC = "devices"


class DeviceState(StrEnum):
    """How a device finds itself."""

    OK = "ok"
    SOUND_LOCKED = "sound_locked"
    """The browser of a TV plays no sound before somebody has pressed a button there."""
    NO_SOUND = "no_sound"
    PAPER_LOW = "paper_low"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    NO_LINK = "no_link"
    FAULT = "fault"
    HELP = "help"
    """Somebody at a kiosk calls an officer."""


Detail = Mapping[str, str | int | bool]
"""A few facts beside the state, for the desk: page version, offset shown, what the printer said. Nothing about people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceReport:
    """What a device said at ``at`` (Unix ms). ``name`` is ``kind/which``: ``screen/utama/k3f9``, ``printer/1``, ``kiosk/2``."""

    name: str
    state: DeviceState
    detail: Detail
    at: int

    @property
    def kind(self) -> str:
        """``screen``, ``printer`` or ``kiosk``."""
        return self.name.partition("/")[0]


class Devices:
    """The reports of all bazaars of a store: the newest one of each device. ``clock`` tells Unix ms."""

    def __init__(self, store: Store, clock: Callable[[], int]) -> None:
        self._store = store
        self._clock = clock

    async def report(self, bazaar: BazaarId, name: str, state: DeviceState, detail: Detail | None = None) -> bool:
        """Note how a device finds itself; to be said again at least every `REPORT_S`. False when there are too many devices.

        Raises:
            StoreUnreachable: nothing was noted.
        """
        now = self._clock()
        facts = {key: value[:DETAIL_CHARS_MAX] if isinstance(value, str) else value for key, value in (detail or {}).items()}
        note = json.dumps({"state": state, "detail": facts, "at": now}).encode()
        return await self._store.board(bazaar, _TOPIC).pin(name, note, until=now + KEPT_MS, now=now)

    async def all(self, bazaar: BazaarId) -> list[DeviceReport]:
        """What each device said last, by name; raises `StoreUnreachable`."""
        notes = await self._store.board(bazaar, _TOPIC).read(self._clock())
        return [_report(name, json.loads(note)) for name, note in sorted(notes.items())]


def _report(name: str, note: dict[str, Any]) -> DeviceReport:
    return DeviceReport(name=name, state=DeviceState(note["state"]), detail=note["detail"], at=note["at"])
