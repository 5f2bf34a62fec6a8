"""One entry of a bazaar's log: a command's id, who sent it, and its outcome, which is either all of its events or one refusal."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.core.events import Event
from server.core.refusals import Refused
from server.core.values import CommandId


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A refusal as the log keeps it. ``fields`` are those that stand beside code and sentence."""

    code: str
    sentence: str
    fields: Mapping[str, object]

    @classmethod
    def of(cls, refused: Refused) -> "Refusal":
        """The lasting form of a refusal that was raised."""
        return cls(code=refused.code, sentence=refused.sentence, fields=refused.fields)

    def as_map(self) -> dict[str, object]:
        """``{code, sentence, …fields}`` as the log keeps it."""
        return {"code": self.code, "sentence": self.sentence, **self.fields}


Outcome = tuple[Event, ...] | Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """``at`` is Unix ms, ``prev`` the hash of the entry before, ``cursor`` the command's id in the commands stream ("" for the opening)."""

    offset: int
    at: int
    command_id: CommandId
    cursor: str
    by: str
    outcome: Outcome
    prev: bytes

    @property
    def events(self) -> tuple[Event, ...]:
        """What happened; nothing when the command was refused."""
        return () if isinstance(self.outcome, Refusal) else self.outcome
