"""Entries as bytes and back: what stands in the log, and what is refused of it."""

import json
from contextlib import suppress

import msgpack
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.core.commands import Command, Envelope
from server.core.decide import decide
from server.core.entry import Entry, Outcome, Refusal
from server.core.events import Event, TicketCalled, TicketHeld
from server.core.refusals import Refused
from server.core.values import CommandId, CounterNumber, Label, OutOfOrderReason
from server.store.codec import (
    HASH_BYTES,
    decode_entry,
    digest,
    encode_entry,
    entry_as_json,
    split_records,
)
from tests.core.machine import RandomDay
from tests.store.samples import ANYTHING, ENTRY, entries


@given(entries)
def test_entry_round_trip(entry: Entry) -> None:
    """An entry comes back from its bytes as it was, and makes the same bytes again."""
    record = encode_entry(entry)
    assert entry == decode_entry(record)
    assert record == encode_entry(decode_entry(record))


class StoredDay(RandomDay):
    """Whatever comes of random commands is folded as it was decided here, and as it was read from the log elsewhere."""

    def ask(self, command: Command, by: str) -> tuple[Event, ...]:
        """What is decided comes back from its bytes as it was."""
        asked, at = Envelope(command_id=CommandId("command-of-a-day"), by=by, command=command), max(self.day.clock_ms, self.day.bazaar.at)
        try:
            outcome: Outcome = decide(self.day.bazaar, asked, at)
        except Refused as refused:
            outcome = Refusal.of(refused)
        entry = _with(at=at, by=by, outcome=outcome)
        assert entry == decode_entry(encode_entry(entry))
        return super().ask(command, by)


TestStoredDay = StoredDay.TestCase


def test_entry_on_the_wire() -> None:
    """The map of an entry is the one that the protocol describes, fields that are None left out."""
    assert {
        "offset": 12,
        "at": 1_796_374_800_000,
        "command_id": "press-of-counter-3",
        "cursor": "1796374800000-0",
        "by": "counter/3",
        "events": [["ticket_served", {"ticket": "B-001", "counter": 3}], ["ticket_called", {"ticket": "B-002", "counter": 3}]],
        "prev": bytes(16),
    } == msgpack.unpackb(encode_entry(ENTRY))


def test_refusal_on_the_wire() -> None:
    """A refusal stands in the entry as one flat map."""
    entry = _with(outcome=Refusal.of(Refused("stale", counter=3, serving=None)))
    sentence = "Counter 3 has moved on. Look at the screen and press again."
    assert {"code": "stale", "sentence": sentence, "counter": 3, "serving": None} == msgpack.unpackb(encode_entry(entry))["refused"]


def test_closed_lists_are_text() -> None:
    """Lanes and reasons stand in the log as plain text and come back as what they are."""
    event = TicketCalled(ticket=Label("A-001"), counter=CounterNumber(1), out_of_order=OutOfOrderReason.MEDICAL)
    record = encode_entry(_with(outcome=(event,)))
    assert "medical" == msgpack.unpackb(record)["events"][0][1]["out_of_order"]
    assert (event,) == decode_entry(record).events


def test_unknown_fields_are_passed_over() -> None:
    """What a newer version adds to an event or an entry does not keep an older one from reading it."""
    source = msgpack.unpackb(encode_entry(_with(outcome=(TicketHeld(ticket=Label("A-001")),))))
    source["events"][0][1]["shelf"] = 7
    source["signed_by"] = "somebody"
    assert (TicketHeld(ticket=Label("A-001")),) == decode_entry(msgpack.packb(source)).events


@given(st.binary(max_size=200))
@example(b"\x91" * 5000)
@example(b"\xdd\xff\xff\xff\xff")
@example(b"\x81\x90\x01")
@example(b"\xd6\xff\0\0\0\0")
def test_no_bytes_break_the_entry_reader(record: bytes) -> None:
    """Any bytes are an entry or a ValueError."""
    with pytest.raises(ValueError, match=r"."):
        decode_entry(record)


@given(st.data())
def test_no_change_breaks_the_entry_reader(data: st.DataObject) -> None:
    """An entry in which a value was exchanged for any other is that entry or a ValueError."""
    source = msgpack.unpackb(encode_entry(data.draw(entries)))
    source[data.draw(st.sampled_from(sorted(source)))] = data.draw(ANYTHING)
    with suppress(ValueError):
        assert source["offset"] == decode_entry(msgpack.packb(source)).offset


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"offset": "12"}, "offset: input should be a valid integer"),
        ({"offset": True}, "offset: input should be a valid integer"),
        ({"prev": "x" * 16}, "prev: input should be a valid bytes"),
        ({"events": None}, "events: an entry holds either events or a refusal"),
        ({"refused": {}}, "events: an entry holds either events or a refusal"),
        ({"events": [["ticket_eaten", {}]]}, "ticket_eaten"),
        ({"events": [["ticket_called"]]}, "is no event"),
        ({"events": [["ticket_called", 5]]}, "map: input should be a valid dictionary"),
        ({"events": [[["ticket_called"], {}]]}, "is no event"),
        ({"events": ["ab", 3]}, "is no event"),
        ({"events": [["ticket_called", {"ticket": "A-001"}]]}, "counter: field required"),
        ({"events": [["ticket_called", {"ticket": "A-001", "counter": "1"}]]}, "counter: input should be a valid integer"),
        ({"events": [["ticket_called", {"ticket": "A-001", "counter": 1, "out_of_order": "rich"}]]}, "out_of_order"),
    ],
)
def test_faults_of_an_entry_are_named(change: dict[str, object], fault: str) -> None:
    """What is wrong with an entry is said with the field where it is."""
    with pytest.raises(ValueError, match=fault):
        decode_entry(msgpack.packb({**msgpack.unpackb(encode_entry(ENTRY)), **change}))


def test_digest() -> None:
    """The hash is BLAKE2b with 16 bytes."""
    assert "cae66941d9efbd404e4d88758ea67670" == digest(b"").hex()
    assert HASH_BYTES == len(digest(b"anything"))


def test_entry_as_json() -> None:
    """An entry for people who read JSON: the same map, its hash in hex."""
    decoded = entry_as_json(encode_entry(ENTRY))
    assert "00" * 16 == decoded["prev"]
    assert decoded == json.loads(json.dumps(decoded))


@given(st.lists(entries, max_size=4))
def test_split_records(several: list[Entry]) -> None:
    """An exported log falls into the very records that it was put together from."""
    records = [encode_entry(entry) for entry in several]
    assert records == list(split_records(b"".join(records)))


def test_split_records_of_a_cut_log() -> None:
    """A log that was cut in the middle of a record is told so, at that record's place."""
    record = encode_entry(ENTRY)
    with pytest.raises(ValueError, match=f"byte {len(record)}: no whole record"):
        list(split_records(record + record[:-1]))


def _with(**changes: object) -> Entry:
    """The sample entry with other values."""
    return Entry(**{**{name: getattr(ENTRY, name) for name in Entry.__slots__}, **changes})
