"""Ids, labels and the small closed lists that commands, events and the bazaar share.

Ids are NewTypes: they cost nothing at run time and keep a counter's number from being taken for a ticket's.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NewType

BazaarId = NewType("BazaarId", str)
CommandId = NewType("CommandId", str)
"""16 to 64 url-safe characters, chosen by the client that sends the command."""
Label = NewType("Label", str)
"""What stands on a ticket: prefix, hyphen, number padded to three digits (``A-012``)."""
Prefix = NewType("Prefix", str)
"""Names a line by the prefix of its regular lane (``A``)."""
ServiceCode = NewType("ServiceCode", str)
AgencyCode = NewType("AgencyCode", str)
CounterNumber = NewType("CounterNumber", int)
VisitId = NewType("VisitId", str)
"""One resident's tickets together. Opaque and public; the secret that opens a phone page is not derivable from it."""

Text = str | Mapping[str, str]
"""Words for people: one string, or one string per language code."""

COMMAND_ID_PATTERN = r"[A-Za-z0-9_-]{16,64}"
NUMBER_DIGITS = 3
SCREENS_MAX = 50
"""How many screens a hall may have."""
EVERYWHERE = "bazaar"
"""The scope of an announcement to the whole bazaar; no agency's code and no line's prefix."""

MS_PER_SECOND = 1000
MS_PER_MINUTE = 60 * MS_PER_SECOND


class Lane(StrEnum):
    """The two lanes of a line."""

    REGULAR = "regular"
    PRIORITY = "priority"


class TicketState(StrEnum):
    """Where a ticket stands in its life; ``server.core.bazaar`` holds the table of the ways between."""

    WAITING = "waiting"
    CALLED = "called"
    HELD = "held"
    ABSENT = "absent"
    SERVED = "served"
    TRANSFERRED = "transferred"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class CounterState(StrEnum):
    """Whether a counter calls people. A bazaar begins with every counter closed."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class OutOfOrderReason(StrEnum):
    """The closed list of reasons for a call out of order; each such call is a public fact."""

    MEDICAL = "medical"
    CORRECTION = "correction"
    VULNERABLE = "vulnerable"


KIOSKS = 4
"""How many kiosks have a key; a kiosk needs nothing in the bazaar file."""


def natural(text: str, digits_max: int) -> int | None:
    """The whole number that a short text of ASCII digits stands for, None for others: what comes may have any length."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits_max else None


def label_of(prefix: str, number: int) -> Label:
    """The label of a lane's ticket: ``label_of("A", 12) == "A-012"``."""
    return Label(f"{prefix}-{number:0{NUMBER_DIGITS}d}")
