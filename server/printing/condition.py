"""How a printer is, by the bytes with which it answers ``DLE EOT``."""

from collections.abc import Mapping
from enum import StrEnum


class Condition(StrEnum):
    """What people at the desk are told of a printer."""

    READY = "ready"
    PAPER_LOW = "paper_low"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    OFFLINE = "offline"
    """It answers, but does not print: paused at its button, or the knife is stuck."""
    NO_LINK = "no_link"
    """It does not answer: switched off, unplugged, or another address."""

    @property
    def prints(self) -> bool:
        """Whether a ticket sent now comes out."""
        return self in (Condition.READY, Condition.PAPER_LOW)


OFFLINE, CAUSE, ROLL = 1, 2, 4
"""What ``DLE EOT n`` asks for: whether it is on line, why not, and how much paper there is."""
ASK = b"".join(b"\x10\x04" + bytes([what]) for what in (OFFLINE, CAUSE, ROLL))
ASK_WHEN_DONE = b"\x1dr\x01"
"""``GS r``: answered in its turn only, once all that was sent before it has been printed."""

_STATUS_MASK, _STATUS = 0b1001_0011, 0b0001_0010
_DONE_MASK, _DONE = 0b1001_0000, 0
_IS_OFFLINE = 0b0000_1000
_COVER, _PAPER_END, _ERROR = 0b0000_0100, 0b0010_0000, 0b0100_0000
_ROLL_LOW, _ROLL_OUT = 0b0000_1100, 0b0110_0000


def statuses_in(answer: bytes) -> bytes:
    """The bytes of an answer that answer ``DLE EOT``, whatever else the printer says between them."""
    return bytes(byte for byte in answer if byte & _STATUS_MASK == _STATUS)


def says_done(answer: bytes) -> bool:
    """Whether the answer has that to `ASK_WHEN_DONE` in it."""
    return any(byte & _DONE_MASK == _DONE for byte in answer)


def condition_by(status: Mapping[int, int]) -> Condition:
    """The condition by the three status bytes, each under what was asked for."""
    if status[CAUSE] & _COVER:
        return Condition.COVER_OPEN
    if status[CAUSE] & _PAPER_END or status[ROLL] & _ROLL_OUT:
        return Condition.PAPER_OUT
    if status[OFFLINE] & _IS_OFFLINE or status[CAUSE] & _ERROR:
        return Condition.OFFLINE
    return Condition.PAPER_LOW if status[ROLL] & _ROLL_LOW else Condition.READY
