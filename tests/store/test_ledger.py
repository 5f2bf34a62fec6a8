"""The ledger takes the log's records one after another, and nothing else."""

from dataclasses import replace

import pytest

from server.core.entry import Entry, Refusal
from server.core.events import BazaarOpened, CounterOpened, TicketCalled
from server.core.refusals import Refused
from server.core.values import CounterNumber, Label
from server.store.codec import NO_HASH, digest, encode_entry
from server.store.errors import BrokenLog
from server.store.ledger import Ledger
from server.store.log import Top
from tests.scenarios import CONFIG, START_MS, issued
from tests.store.samples import OPENING_ID, PLAN, command_id

OPENING = Entry(
    offset=1, at=START_MS, command_id=OPENING_ID, cursor="", by="admin", outcome=(BazaarOpened(config=PLAN.as_config()),), prev=NO_HASH
)
RECORD = encode_entry(OPENING)
SECOND = Entry(
    offset=2,
    at=START_MS + 5,
    command_id=command_id(1),
    cursor="1796374800000-0",
    by="counter/1",
    outcome=(CounterOpened(counter=CounterNumber(1)),),
    prev=digest(RECORD),
)


def test_empty_ledger() -> None:
    """Before the opening there is a top to append onto, and no bazaar."""
    ledger = Ledger()
    assert (Top(), 0, "", "", 0, "") == (ledger.top, ledger.offset, ledger.head, ledger.epoch, ledger.at, ledger.cursor)
    with pytest.raises(LookupError):
        ledger.bazaar  # noqa: B018  # reading it is the test


def test_folded_ledger() -> None:
    """The ledger is where its last record is; the epoch is the first one's hash."""
    ledger = Ledger()
    record = encode_entry(SECOND)
    assert [OPENING, SECOND] == [ledger.apply(RECORD), ledger.apply(record)]
    assert Top(2, record) == ledger.top
    assert (digest(RECORD).hex(), digest(record).hex()) == (ledger.epoch, ledger.head)
    assert (START_MS + 5, "1796374800000-0") == (ledger.at, ledger.cursor)
    assert (2, START_MS + 5, "open") == (ledger.bazaar.offset, ledger.bazaar.at, ledger.bazaar.counters[CounterNumber(1)].state)


def test_what_was_decided() -> None:
    """The ledger knows where each command's outcome stands, and how far the commands stream has been decided."""
    ledger = _ledger(SECOND)
    assert (1, 2, None) == (ledger.offset_of(OPENING_ID), ledger.offset_of(command_id(1)), ledger.offset_of(command_id(2)))
    assert [True, True, False, False] == [
        ledger.has_passed(stream_id) for stream_id in ("999-7", "1796374800000-0", "1796374800000-1", "10000000000000-0")
    ]


def test_refusal_changes_nothing_but_the_top() -> None:
    """A refused command moves the ledger on, and leaves the bazaar as it was."""
    ledger = _ledger(replace(SECOND, outcome=Refusal.of(Refused("bazaar_closed"))))
    assert 2 == ledger.offset == ledger.bazaar.offset
    assert "closed" == ledger.bazaar.counters[CounterNumber(1)].state


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"offset": 3}, "calls itself entry 3"),
        ({"prev": NO_HASH}, "prev is another hash"),
        ({"at": START_MS - 1}, "1 ms before"),
        ({"command_id": OPENING_ID}, "which entry 1 decided"),
        ({"cursor": ""}, "after"),
        ({"cursor": "yesterday"}, "invalid literal"),
        ({"outcome": (BazaarOpened(config=CONFIG),)}, "a bazaar is opened once"),
        ({"outcome": (TicketCalled(ticket=Label("A-001"), counter=CounterNumber(1)),)}, "A-001"),
    ],
)
def test_what_cannot_follow(change: dict[str, object], fault: str) -> None:
    """A record that is not the next entry, or tells what cannot have happened, is refused with its offset."""
    with pytest.raises(BrokenLog, match=f"^entry 2 of the log: .*{fault}"):
        _ledger(replace(SECOND, **change))  # type: ignore[arg-type]  # the wrong values are the test


def test_commands_are_decided_in_stream_order() -> None:
    """An entry that decides a command from before the last one's is refused."""
    third = replace(SECOND, offset=3, prev=digest(encode_entry(SECOND)), command_id=command_id(2), cursor="1796374799999-9")
    with pytest.raises(BrokenLog, match="decides command 1796374799999-9 of the stream after 1796374800000-0"):
        _ledger(SECOND, third)


def test_log_that_does_not_begin_with_an_opening() -> None:
    """The first entry opens a bazaar, or it is no log."""
    with pytest.raises(BrokenLog, match="opens no bazaar"):
        Ledger().apply(encode_entry(replace(OPENING, outcome=(issued("A", 1),))))


def test_bytes_that_are_no_entry() -> None:
    """Bytes that hold no entry are refused with the offset where they stand."""
    with pytest.raises(BrokenLog) as caught:
        Ledger().apply(b"\xc1")
    assert 1 == caught.value.offset


def _ledger(*entries: Entry) -> Ledger:
    """A ledger of the opening and these entries."""
    ledger = Ledger()
    for entry in (OPENING, *entries):
        ledger.apply(encode_entry(entry))
    return ledger
