"""What a process keeps of a bazaar's log beside the log: how far it was seen, and now and then its fold."""

from pathlib import Path

from server.core.values import BazaarId
from server.store.seen import SeenFile
from server.store.snapshot import SnapshotFile


class Kept:
    """The files of one bazaar in the data folder. None of them is needed, and all may be deleted."""

    def __init__(self, data: Path, bazaar: BazaarId) -> None:
        self.seen = SeenFile(data, bazaar)
        self.snapshot = SnapshotFile(data, bazaar)
