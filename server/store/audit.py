"""Verification of a log as it is stored: bytes in, verdict out. Bytes that hold no entry are a fault at their place, like any other."""

from collections.abc import Iterable, Iterator

import msgpack

from server.core.verify import Verdict, verify
from server.store.codec import digest, split_records


def verify_records(records: Iterable[bytes], *, head: str | None = None) -> Verdict:
    """Check a log, record by record; ``head`` as in `server.core.verify.verify`.

    Raises:
        ValueError: ``head`` is no head hash. Nothing in ``records`` raises.
    """
    return verify(((_decoded(record), digest(record)) for record in records), head=head)


def verify_log(log: bytes, *, head: str | None = None) -> Verdict:
    """Check an exported log, whose records stand one after the other; otherwise like `verify_records`."""
    return verify_records(_split(log), head=head)


def _split(log: bytes) -> Iterator[bytes]:
    """The records; where none begins, an empty one, which is no entry, and nothing more."""
    try:
        yield from split_records(log)
    except ValueError:
        yield b""


def _decoded(record: bytes) -> object:
    """The map that the record holds; None when it holds nothing that can be read."""
    try:
        return msgpack.unpackb(record)
    except (ValueError, OverflowError, RecursionError):
        return None
