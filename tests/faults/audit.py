"""What is read from a log afterwards, in few words and without the modules that decided it or check it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any

import msgpack

import counters.channels
import displays.channels
from server.hub.channels import HEAD_DIGITS
from server.store.codec import split_records
from server.store.ledger import Ledger
from server.web.credentials import Credentials
from tests.faults.site import SECRET

Entry = dict[str, Any]


class Log:
    """A whole log. ``entries`` are its records as maps, entry n at n - 1; ``offsets`` tells where each command's entries stand."""

    def __init__(self, raw: bytes) -> None:
        self.records = list(split_records(raw))
        self.entries: list[Entry] = [msgpack.unpackb(record) for record in self.records]
        self.offsets: dict[str, list[int]] = {}
        for offset, entry in enumerate(self.entries, start=1):
            self.offsets.setdefault(entry["command_id"], []).append(offset)

    @property
    def marks(self) -> set[tuple[int, str]]:
        """Each offset with the digits of its head that a screen shows."""
        return {(offset, blake2b(record, digest_size=16).hexdigest()[:HEAD_DIGITS]) for offset, record in enumerate(self.records, start=1)}

    @property
    def head(self) -> str:
        """The hash of the last entry, in hex."""
        return blake2b(self.records[-1], digest_size=16).hexdigest()

    def events(self) -> Iterator[tuple[Entry, str, dict[str, Any]]]:
        """Every event: its entry, its name and its fields."""
        for entry in self.entries:
            for name, fields in entry.get("events", ()):
                yield entry, name, fields

    def views(self, channels: Iterable[str]) -> dict[str, Any]:
        """What each of these channels shows of the whole log, folded anew, as it comes over the wire."""
        ledger = Ledger()
        for record in self.records:
            ledger.apply(record)
        kinds = {kind.name: kind for kind in (*displays.channels.kinds(Credentials(SECRET.encode())), *counters.channels.kinds())}
        views = {}
        for channel in channels:
            name, _, argument = channel.partition("/")
            key = kinds[name].key_of(ledger.bazaar, ledger.epoch, argument)
            assert key is not None, channel
            views[channel] = msgpack.unpackb(msgpack.packb(kinds[name].view(ledger.bazaar, key)))
        return views


def check_calls(log: Log, seen: Mapping[str, str | None]) -> None:
    """Nobody was skipped, nobody called twice, and no press worked on another person than its officer saw (``seen``, by command_id).

    For logs in which people are called, passed because they are busy, and served; nothing else.
    """
    lanes: dict[str, list[str]] = {}
    at_counter: dict[int, str] = {}
    busy: dict[str, int] = {}
    visits: dict[str, str] = {}
    for entry, name, event in log.events():
        if name == "ticket_issued":
            lanes.setdefault(_lane(event["ticket"]), []).append(event["ticket"])
            visits[event["ticket"]] = event["visit"]
        elif name == "ticket_served":
            assert seen[entry["command_id"]] == event["ticket"] == at_counter.pop(event["counter"]), entry
            del busy[visits[event["ticket"]]]
        elif name == "ticket_called":
            was_there = _served(entry)
            assert seen[entry["command_id"]] == was_there, entry
            assert at_counter.setdefault(event["counter"], event["ticket"]) == event["ticket"], entry
            lane = lanes[_lane(event["ticket"])]
            place = lane.index(event["ticket"])  # whoever was called stands in the lane no more
            assert _passed(entry) == {label: busy[visits[label]] for label in lane[:place]}, entry
            del lane[place]
            assert busy.setdefault(visits[event["ticket"]], event["counter"]) == event["counter"], entry
        else:
            assert name in ("ticket_passed", "counter_opened", "bazaar_opened"), entry


def how_often(log: Log, name: str) -> Mapping[str, int]:
    """How often an event happened to each ticket."""
    return Counter(event["ticket"] for _, happened, event in log.events() if happened == name)


def _lane(label: str) -> str:
    return label.rpartition("-")[0]


def _served(entry: Entry) -> str | None:
    return next((event["ticket"] for name, event in entry["events"] if name == "ticket_served"), None)


def _passed(entry: Entry) -> dict[str, int]:
    return {event["ticket"]: event["busy_at"] for name, event in entry["events"] if name == "ticket_passed"}
