"""What an examination finds: one line each, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Whether somebody should do something: not now, before the doors open, at once."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """``about`` is what was looked at, ``says`` what was found, ``do`` what helps: "" where nothing needs to be done."""

    about: str
    state: State
    says: str
    do: str = ""

    def as_map(self) -> dict[str, str]:
        """As ``--json`` prints it."""
        return {"about": self.about, "state": self.state, "says": self.says, "do": self.do}


def ok(about: str, says: str) -> Finding:
    """As it should be."""
    return Finding(about, State.OK, says)


def warn(about: str, says: str, do: str) -> Finding:
    """It may do harm, or cannot be known from here."""
    return Finding(about, State.WARN, says, do)


def bad(about: str, says: str, do: str) -> Finding:
    """The evening would suffer."""
    return Finding(about, State.BAD, says, do)
