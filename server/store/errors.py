"""What can go wrong between the bazaar and its log.

StoreError
├── StoreUnreachable   no answer from the store; nothing is known to have been accepted
│   └── OnlyFollowed   this process is not to write
├── Conflict           the log has another top than the one that was decided on
├── BrokenLog          what the store holds is no log: names the entry and the fault
│   ├── BrokenChain    two entries, one behind the other, do not belong together
│   ├── LostEntries    it is a log, but shorter than when it was followed here
│   └── ForkedLog      it is a log, but not the one that was followed here
├── AnotherPlan        the bazaar is open already, with another file
└── AnotherLog         the bazaar has a log already, another one
"""

from collections.abc import Sequence


class StoreError(Exception):
    """Base of all below."""


class StoreUnreachable(StoreError):
    """The store does not answer, or answers that it cannot serve now. Trying again under the same command_id is safe."""


class OnlyFollowed(StoreUnreachable):
    """This process serves those who look, and writes nothing."""

    def __init__(self) -> None:
        super().__init__("the log is only followed here")


class Conflict(StoreError):
    """Somebody else appended first. Nothing was appended; read on and decide again."""


class BrokenLog(StoreError):
    """The log cannot be followed past ``offset``; only a person can mend it."""

    def __init__(self, offset: int, fault: str) -> None:
        self.offset = offset
        self.fault = fault
        super().__init__(f"entry {offset} of the log: {fault}")


class BrokenChain(BrokenLog):
    """The entry names another hash than that of the entry before it has: one of the two is not what it was."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset, f"does not follow entry {offset - 1}: prev is another hash, so one of the two was changed")


class LostEntries(BrokenLog):
    """The log ends with the entry before, and was longer when it was followed here. Whoever has the rest may still put it back."""


class ForkedLog(BrokenLog):
    """The store lost entries that were followed here, and they cannot be put back; some of them may have been acknowledged."""


class AnotherPlan(StoreError):
    """``differences`` are the key paths in which the file and the open bazaar differ."""

    def __init__(self, differences: Sequence[str]) -> None:
        self.differences = tuple(differences)
        super().__init__(f"the bazaar is open already with another file; they differ in {', '.join(differences)}")


class AnotherLog(StoreError):
    """A log cannot take the place of another."""

    def __init__(self, bazaar: str) -> None:
        super().__init__(f"{bazaar} has another log there already, and keeps it; name an empty --data folder, or a store without {bazaar}")


class EmbeddedFailed(StoreError):
    """The embedded store cannot be used; the text says why, with what the server last wrote."""


class NoServer(EmbeddedFailed):
    """There is no server to run; the text says what was tried and what to do."""


class FolderInUse(EmbeddedFailed):
    """Another process runs an embedded store on this data folder; the text names it."""
