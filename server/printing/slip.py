"""What stands on a printed ticket, in words that are ready to print."""

from dataclasses import dataclass
from enum import IntEnum


class Paper(IntEnum):
    """The two widths of rolls, in mm; printers of both have 8 dots for each mm."""

    NARROW = 58
    WIDE = 80

    @property
    def dots(self) -> int:
        """How many dots fit across."""
        return 384 if self is Paper.NARROW else 576

    @property
    def columns(self) -> int:
        """How many letters fit across."""
        return 32 if self is Paper.NARROW else 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """One ticket. ``lane`` is empty for a regular one, ``facts`` hold time, people ahead and wait, one line each.

    ``link`` goes into the QR code and ``follow`` says what it is for; ``free`` says that nothing is paid; ``copy`` is the word that marks
    a ticket that may have been printed before.
    """

    bazaar: str
    agency: str
    label: str
    lane: str
    services: tuple[str, ...]
    facts: tuple[str, ...]
    link: str
    follow: str
    free: str
    copy: str
