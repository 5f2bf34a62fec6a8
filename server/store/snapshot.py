"""A long log's fold as it was at one entry, kept so that a hub need not fold a million entries before it serves.

Rule: the log is the truth. A snapshot is used only if the log has the very entry at its end, and only by the very program that made it:
what another version folds from the same log may be another state. Whatever does not match is passed over, and said.
"""

import gc
import logging
import os
import pickle
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import blake2b
from pathlib import Path

import server.core
from server.core.values import BazaarId
from server.store import ledger as ledger_module
from server.store.ledger import Ledger

FOLDER = "snapshots"
_DIGEST_BYTES = 16

logger = logging.getLogger(__name__)


class SnapshotFile:
    """The newest snapshot of one bazaar: two hashes, the program's and the content's, and the content.

    It is read as Python's own objects, so whoever can write it can do what this process can: it lies beside the secret, for its user alone.
    """

    def __init__(self, data: Path, bazaar: BazaarId) -> None:
        self._path = data / FOLDER / bazaar

    def write(self, ledger: Ledger) -> None:
        """Put it in the place of what was there."""
        content = pickle.dumps(ledger, pickle.HIGHEST_PROTOCOL)
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self._path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_bytes(_program() + _digest(content) + content)
        fresh.replace(self._path)

    @property
    def size(self) -> int:
        """How long the file is, in bytes."""
        return self._path.stat().st_size

    def read(self) -> Ledger | None:
        """The ledger that was written last; None when there is none of this program, or when it is damaged."""
        try:
            stored = memoryview(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            logger.warning("%s is passed over, the log is read from its beginning: %s", self._path, error.strerror)
            return None
        program, digest, content = stored[:_DIGEST_BYTES], stored[_DIGEST_BYTES : 2 * _DIGEST_BYTES], stored[2 * _DIGEST_BYTES :]
        if program != _program() or digest != _digest(content):
            self.passed_over("it was made by another version of urut, or is damaged")
            return None
        with _no_collection():
            ledger: Ledger = pickle.loads(content)  # noqa: S301  # written by this user, where the secret is
        return ledger

    def passed_over(self, why: str) -> None:
        """Say that the snapshot is of no use."""
        logger.warning("%s is passed over, the log is read from its beginning: %s; `urut log snapshot` makes a new one", self._path, why)


@contextmanager
def _no_collection() -> Iterator[None]:
    """A million new objects would be looked through for garbage again and again, and there is none among them."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@cache
def _program() -> bytes:
    """The hash of all that folds: the core, the ledger and Python itself."""
    sources = sorted(Path(server.core.__path__[0]).glob("*.py"))
    texts = [path.read_bytes() for path in (*sources, Path(ledger_module.__file__ or ""))]
    return _digest(b"\0".join([sys.version.encode(), *texts]))


def _digest(content: bytes | memoryview) -> bytes:
    return blake2b(content, digest_size=_DIGEST_BYTES).digest()
