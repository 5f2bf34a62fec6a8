"""Checking stored bytes: no bit of a log can be turned without its being found."""

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.store.audit import verify_log, verify_records
from server.store.codec import NO_HASH, digest
from tests.core.logs import log
from tests.core.test_verify import GOOD_DAY


def stored(entries: list[dict[str, object]]) -> list[bytes]:
    """The entries as bytes, each with the hash of the one before."""
    records: list[bytes] = []
    for entry in entries:
        prev = digest(records[-1]) if records else NO_HASH
        records.append(msgpack.packb({**entry, "prev": prev}))
    return records


RECORDS = stored([record for record, _ in log(*GOOD_DAY)])
LOG = b"".join(RECORDS)
HEAD = digest(RECORDS[-1]).hex()
NO_ENTRIES = [b"", b"\xc1", b"\xd9\x02\xff\xff", b"\x81\x90\x00", b"\x91" * 2000, b"\xc7\x0c\xff" + b"\xff" * 12, b"\x00"]
"""Nothing, no msgpack, no UTF-8, a list as a key, too deep, no time, a number."""


def test_a_whole_log_holds() -> None:
    """The same log holds as records and as one export."""
    assert verify_log(LOG, head=HEAD).ok
    assert verify_records(RECORDS, head=HEAD[:8]).ok


@settings(deadline=None)
@given(at=st.integers(0, len(LOG) - 1), mask=st.integers(1, 255))
def test_a_turned_bit_is_found(at: int, mask: int) -> None:
    """Whichever byte of an export is changed, and however: the log does not hold against the noted head."""
    turned = LOG[:at] + bytes([LOG[at] ^ mask]) + LOG[at + 1 :]
    assert not verify_log(turned, head=HEAD).ok


@settings(deadline=None)
@given(at=st.integers(0, len(LOG) - 1))
def test_a_cut_log_is_found(at: int) -> None:
    """Wherever an export ends early, it does not hold against the noted head."""
    assert not verify_log(LOG[:at], head=HEAD).ok


@pytest.mark.parametrize("record", NO_ENTRIES)
def test_bytes_that_are_no_entry(record: bytes) -> None:
    """A record that cannot be read as an entry is a fault at its place, with the figures of those before."""
    verdict = verify_records([*RECORDS[:5], record, *RECORDS[6:]])
    assert verdict.fault is not None
    assert (6, "shape", 5) == (verdict.fault.offset, verdict.fault.rule, verdict.figures.entries)


def test_a_head_that_is_none() -> None:
    """What is no head hash is a mistake of whoever asks."""
    with pytest.raises(ValueError, match="hex digits"):
        verify_log(LOG, head="mayangan")
