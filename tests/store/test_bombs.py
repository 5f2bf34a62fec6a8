"""A few bytes of msgpack that claim to be gigabytes: refused, and nothing is kept ready for what they claim."""

import tracemalloc
from collections.abc import Callable

import pytest

from server.core.refusals import Refused
from server.store.codec import decode_command, decode_entry, split_records

MOST = b"\xff\xff\xff\xff"
BOMBS = {
    "a list of four thousand million": b"\xdd" + MOST,
    "a map of as many": b"\xdf" + MOST,
    "a text of 4 GB": b"\xdb" + MOST,
    "bytes of 4 GB": b"\xc6" + MOST,
    "something of 4 GB": b"\xc9" + MOST + b"\x01",
    "lists in lists": b"\x91" * 50_000,
    "long lists in long lists": (b"\xdd" + MOST) * 10_000,
    "maps in maps": b"\x81\xa1a" * 20_000,
    "a map with a list of four thousand million": b"\x82\xa2do\xa4next\xa6events\xdd" + MOST,
}
KEPT_BYTES_MAX = 4 * 2**20


def decode_log(data: bytes) -> list[object]:
    """Every entry of an exported log."""
    return [decode_entry(record) for record in split_records(data)]


@pytest.mark.parametrize("read", [decode_command, decode_entry, decode_log], ids=["command", "entry", "log"])
@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_nothing_is_kept_ready(bomb: bytes, read: Callable[[bytes], object]) -> None:
    """Whoever reads it refuses it in words, and has never held more than a few times what was sent."""
    tracemalloc.start()
    try:
        with pytest.raises((Refused, ValueError)):
            read(bomb)
        assert KEPT_BYTES_MAX > tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
