"""Kinds of channels, small views that screens follow, and their frames, each of which holds the whole truth.

A frame never depends on an earlier one, so a newer frame replaces one that still waits (conflation). It is folded and encoded once,
however many follow it.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

import msgpack

from server.core.bazaar import Bazaar
from server.core.events import Event
from server.hub.wire import Opcode, frame

View = dict[str, object]

HEAD_DIGITS = 8
"""How many hex digits of the log's head a screen shows."""


class Subprotocol(StrEnum):
    """The two ways in which a frame is written; what a client that names none gets is JSON."""

    JSON = "urut.v1.json"
    MSGPACK = "urut.v1.msgpack"


def _itself(_bazaar: Bazaar, _epoch: str, argument: str) -> str | None:
    return argument


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelKind:
    """One kind of channel. A channel is ``name`` or ``name/argument``; its key is what the log calls the argument.

    ``touched`` names the keys of the channels whose view an event may have changed, asked after the event happened. ``view`` folds the
    view of a key, None where there is no such channel. ``key_of`` turns a name's argument into its key, for a bazaar and its epoch (a
    secret token into the visit that it opens); with ``by_token`` it proves that the key is somebody's, and without a view this process
    just has not read of it yet. Followers of a lower ``rank`` are written first. ``principals`` says who may follow by key; None means
    everybody. ``follower`` is what usually follows such a channel, for those who count.
    """

    name: str
    rank: int
    touched: Callable[[Bazaar, Event], Iterable[str]]
    view: Callable[[Bazaar, str], View | None]
    key_of: Callable[[Bazaar, str, str], str | None] = _itself
    by_token: bool = False
    follower: str = "page"
    principals: Callable[[str], Iterable[str]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The entry that last touched a channel: its offset and the first hex digits of its hash."""

    offset: int
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A channel's whole truth as of ``mark``; ``at`` (Unix ms) is when the hub last knew it to be so."""

    channel: str
    epoch: str
    mark: Mark
    at: int
    view: View | None = None
    _encoded: dict[Subprotocol, bytes] = field(default_factory=dict, init=False, compare=False, repr=False)

    def as_map(self) -> dict[str, object]:
        """``{channel, epoch, offset, at, head, view}``; a heartbeat has no view."""
        position = {"channel": self.channel, "epoch": self.epoch, "offset": self.mark.offset, "at": self.at, "head": self.mark.head}
        return position if self.view is None else {**position, "view": self.view}

    def encoded(self, subprotocol: Subprotocol) -> bytes:
        """The bytes for the socket, WebSocket header included; made on first use, the same object ever after."""
        if subprotocol not in self._encoded:
            self._encoded[subprotocol] = self._encode(subprotocol)
        return self._encoded[subprotocol]

    def _encode(self, subprotocol: Subprotocol) -> bytes:
        if subprotocol is Subprotocol.MSGPACK:
            return frame(Opcode.BINARY, msgpack.packb(self.as_map()))
        return frame(Opcode.TEXT, json.dumps(self.as_map(), ensure_ascii=False, separators=(",", ":")).encode())
