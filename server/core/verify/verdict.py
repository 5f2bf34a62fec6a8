"""What the check of a log answers: the first fault or none, and the figures of the day."""

from dataclasses import dataclass, field

HEAD_DIGITS_MIN = 8
"""The least number of hex digits of a noted head: as many as every phone page and TV shows."""


class Broken(Exception):
    """Inside this package only: a rule does not hold in the entry at hand."""

    def __init__(self, rule: str, sentence: str) -> None:
        self.rule = rule
        self.sentence = sentence
        super().__init__(sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """The first entry that breaks a rule.

    ``offset`` is its place in the log, counted from 1, whatever offset the entry claims. ``rule`` is a code for machines.
    """

    offset: int
    rule: str
    sentence: str

    def __str__(self) -> str:
        return f"entry {self.offset}: {self.sentence} ({self.rule})"


@dataclass(slots=True, kw_only=True)
class Figures:
    """Counts over all entries that hold. ``first_at`` and ``last_at`` are Unix ms, None in an empty log.

    ``calls`` counts every call that was made; ``undone`` of them were taken back. ``out_of_order`` counts calls by reason, ``absent`` how
    often somebody did not come, ``waiting`` the tickets that wait at the end, ``counters`` the counters that called anybody.
    """

    entries: int = 0
    events: int = 0
    refusals: int = 0
    tickets: int = 0
    calls: int = 0
    undone: int = 0
    out_of_order: dict[str, int] = field(default_factory=dict)
    served: int = 0
    absent: int = 0
    waiting: int = 0
    counters: int = 0
    first_at: int | None = None
    last_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``head`` is the hash (hex) of the last entry that holds, the empty string when none does."""

    fault: Fault | None
    figures: Figures
    head: str

    @property
    def ok(self) -> bool:
        """Whether every rule holds in every entry."""
        return self.fault is None
