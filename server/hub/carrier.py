"""How a connection is written and heard, whatever it runs over. A connection goes by its file descriptor.

Rule: no connection is waited for. What does not go out now is written when there is room, and by then it is the newest.
"""

from collections.abc import Callable
from typing import Protocol


class Listener(Protocol):
    """Who is told what happens on one connection."""

    def received(self, data: bytes) -> None:
        """The client sent this."""

    def has_room(self) -> None:
        """Something of what did not go out has gone; asked for with `Carrier.await_room`."""

    def gone(self) -> None:
        """The connection is lost."""


class Carrier(Protocol):
    """One way to carry connections."""

    @property
    def write(self) -> Callable[[int, bytes], int]:
        """Writes to a connection what goes out at once; how many bytes that are.

        The call raises BlockingIOError when nothing goes out, another OSError when the connection is lost.
        """

    def await_room(self, fd: int) -> None:
        """Tell the listener when there is room again."""

    def room_came(self, fd: int) -> None:
        """Tell it no more."""

    def end(self, fd: int) -> None:
        """End the connection, if it has not ended; what was written goes out, unless it has found no room so far."""
