"""What the hub counts about itself, as plain numbers; the web part shows them as metrics."""

from dataclasses import dataclass


@dataclass(slots=True)
class Counts:
    """``frames_conflated``: frames that waited for a full socket, to be replaced if a newer one comes before there is room."""

    frames_folded: int = 0
    frames_written: int = 0
    frames_conflated: int = 0
    closed_slow: int = 0
