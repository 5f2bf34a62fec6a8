"""Commands as bytes or JSON and back: what stands in the commands stream, and what is refused of it, with the field at fault."""

import json
import math
from contextlib import suppress

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.commands import Announce, CallNext, Command, Envelope, IssueTickets, Rate
from server.core.entry import Refusal
from server.core.refusals import Refused
from server.core.values import CommandId, CounterNumber, Label, Lane, ServiceCode, VisitId
from server.store.codec import (
    COMMAND_BYTES_MAX,
    command_from_map,
    decode_command,
    encode_command,
    sender_of,
)
from tests.store.samples import ANYTHING, envelopes, issue, press


@given(envelopes)
def test_command_round_trip(envelope: Envelope) -> None:
    """Every command comes back from its bytes as it was, and fits into the stream."""
    raw = encode_command(envelope)
    assert envelope == decode_command(raw)
    assert COMMAND_BYTES_MAX >= len(raw)


def test_largest_command_fits() -> None:
    """The largest commands that the bounds allow are not longer than a command may be."""
    wide = "\U0001f3ab" * 64
    largest: list[Command] = [
        IssueTickets(services=(ServiceCode(wide),) * 50, visit=VisitId("v" * 64)),
        Announce(text="\U0001f3ab" * 500, scope=wide, minutes=1440),
        Rate(visit=VisitId("v" * 64), ticket=Label(wide), answers={f"{wide[:-2]}{number:02d}": 4 for number in range(20)}),
    ]
    for command in largest:
        envelope = Envelope(command_id=CommandId("x" * 64), by="counter/9999", command=command)
        assert envelope == decode_command(encode_command(envelope))


def test_command_from_json() -> None:
    """A map that came as JSON makes the same command; keys that the order does not have are passed over."""
    source = json.loads(
        '{"command_id": "command-00000001", "do": "issue", "by": "phone", "services": ["ktp"], "lane": "priority", "x": NaN}'
    )
    command = IssueTickets(services=(ServiceCode("ktp"),), lane=Lane.PRIORITY)
    assert Envelope(command_id=CommandId("command-00000001"), by="phone", command=command) == command_from_map(source)


def test_seen_may_be_null_but_not_missing() -> None:
    """``next`` says what the officer saw, also when that was nobody."""
    assert CallNext(counter=CounterNumber(1), seen=None) == command_from_map(press(1, 1)).command
    unseen = press(1, 1)
    del unseen["seen"]
    assert ("seen", "field required") == _fault(unseen)


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b"", "no msgpack: Unpack failed: incomplete input"),
        (b"\xc1", "no msgpack: FormatError"),
        (b"\x91" * 5000, "no msgpack: StackError"),
        (b"\xdd\xff\xff\xff\xff", "no msgpack: 4294967295 exceeds max_array_len(5)"),
        (b"\x81\xa1a\xa1\xff", "no msgpack: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        (b"\x80\x80", "no msgpack: unpack(b) received extra data."),
        (b"\x81\x01\x02", "no msgpack: int is not allowed for map key when strict_map_key=True"),
        (b"\x81\xc4\x01a\x02", "no map with text keys"),
        (b"\x91\x80", "no map with text keys"),
        (b"\xc0" * (COMMAND_BYTES_MAX + 1), "longer than 16384 bytes"),
    ],
)
def test_what_is_no_map_is_malformed(raw: bytes, fault: str) -> None:
    """Bytes that hold no map of a command are malformed, and it is said why."""
    with pytest.raises(Refused) as caught:
        decode_command(raw)
    assert {"code": "malformed", "sentence": f"command: {fault}", "field": "command", "fault": fault} == Refusal.of(caught.value).as_map()


@pytest.mark.parametrize(
    ("change", "field", "fault"),
    [
        ({"command_id": None}, "command_id", "input should be a valid string"),
        ({"command_id": "short"}, "command_id", "must be 16 to 64 url-safe characters"),
        ({"command_id": "x" * 65}, "command_id", "must be 16 to 64 url-safe characters"),
        ({"command_id": "command-0000001\n"}, "command_id", "must be 16 to 64 url-safe characters"),
        ({"command_id": "command/00000001"}, "command_id", "must be 16 to 64 url-safe characters"),
        ({"command_id": "malformed-1796374800000-0"}, "command_id", "may not begin with malformed-"),
        ({"do": "dance"}, "do", "there is no order 'dance'"),
        ({"do": "z" * 64}, "do", "there is no order 'zzzzzzzzzzzz...zzzzzzzzzzzzz'"),
        ({"do": 7}, "do", "input should be a valid string"),
        ({"by": "mayor"}, "by", "names no role that sends commands"),
        ({"by": "counter/0"}, "by", "names no role that sends commands"),
        ({"by": "phone\n"}, "by", "names no role that sends commands"),
        ({"services": []}, "services", "tuple should have at least 1 item after validation, not 0"),
        ({"services": ["ktp"] * 51}, "services", "tuple should have at most 50 items after validation, not 51"),
        ({"services": "ktp"}, "services", "input should be a valid tuple"),
        ({"services": ["ktp", 3]}, "services.1", "input should be a valid string"),
        ({"services": [b"ktp"]}, "services.0", "input should be a valid string"),
        ({"services": ["k" * 65]}, "services.0", "string should have at most 64 characters"),
        ({"services": ["k tp"]}, "services.0", "must not be empty nor hold blanks"),
        ({"services": ["\ud800"]}, "services.0", "input should be a valid string, unable to parse raw data as a unicode string"),
        ({"lane": "express"}, "lane", "input should be 'regular' or 'priority'"),
        ({"visit": ""}, "visit", "must be 1 to 64 url-safe characters"),
    ],
)
def test_faults_of_a_command_are_named(change: dict[str, object], field: str, fault: str) -> None:
    """The first value at fault is named by its path, with what is wrong about it."""
    assert (field, fault) == _fault({**issue(1), **change})


@pytest.mark.parametrize("counter", [0, -1, 10_000, 2**64 - 1, 1.0, "1", True, None, math.nan])
def test_counters_are_small_whole_numbers(counter: object) -> None:
    """Nothing but a whole number of counters that a hall can have names one."""
    field, _ = _fault({**press(1, 1), "counter": counter})
    assert "counter" == field


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"answers": {}}, "answers"),
        ({"answers": {"u1": 5}}, "answers.u1"),
        ({"answers": {"u1": 0}}, "answers.u1"),
        ({"answers": {"u1": math.nan}}, "answers.u1"),
        ({"answers": {f"u{number}": 4 for number in range(21)}}, "answers"),
        ({"answers": [4]}, "answers"),
        ({"answers": {1: 4}}, "answers.1.[key]"),
        ({"ticket": ""}, "ticket"),
    ],
)
def test_answers_are_bounded(change: dict[str, object], field: str) -> None:
    """A rating has one to twenty answers from 1 to 4."""
    rating = {"command_id": "command-00000001", "do": "rate", "by": "phone", "visit": "v", "ticket": "A-001", "answers": {"u1": 4}}
    assert Rate(visit=VisitId("v"), ticket=Label("A-001"), answers={"u1": 4}) == command_from_map(rating).command
    assert field == _fault({**rating, **change})[0]


@pytest.mark.parametrize("text", ["", " \n", "a\x1b[2J", "a\x9b2J", "x" * 501])
def test_announcements_are_words(text: str) -> None:
    """An announcement has words, no control characters (it also goes to terminals), and an end."""
    announcement = {"command_id": "command-00000001", "do": "announce", "by": "desk", "scope": "bazaar", "minutes": 5}
    assert "text" == _fault({**announcement, "text": text})[0]


@pytest.mark.parametrize("source", [None, [], "x", 3, [("do", "issue")]])
def test_other_json_is_no_map(source: object) -> None:
    """JSON that is no object is malformed."""
    assert ("command", "no map") == _fault(source)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_command_reader(raw: bytes) -> None:
    """Any bytes are a command or malformed."""
    with pytest.raises(Refused) as caught:
        decode_command(raw)
    assert "malformed" == caught.value.code


@given(st.data())
def test_no_change_breaks_the_command_reader(data: st.DataObject) -> None:
    """A command in which any value was exchanged is a command or malformed, and what is accepted can be published."""
    source = msgpack.unpackb(encode_command(data.draw(envelopes)))
    source[data.draw(st.sampled_from(sorted(source)))] = data.draw(ANYTHING)
    with suppress(Refused):
        assert source["command_id"] == decode_command(encode_command(command_from_map(source))).command_id


def test_sender_of_what_is_no_command() -> None:
    """As much as can be read of what is no command says who sent it; else it was the system."""
    assert "kiosk/1" == sender_of(msgpack.packb({"by": "kiosk/1", "do": 3}))
    assert "system" == sender_of(msgpack.packb({"by": "mayor"}))
    assert "system" == sender_of(b"\xc1")


def _fault(source: object) -> tuple[object, object]:
    """The field and the fault for which the map is refused."""
    with pytest.raises(Refused) as caught:
        command_from_map(source)
    assert "malformed" == caught.value.code
    return caught.value.fields["field"], caught.value.fields["fault"]
