"""One printer: asked how it is, then given a ticket, then asked whether that has come out.

A connection is opened for each ticket and closed after it, so that several processes may share a printer. A printer that was set up as
one that cannot answer (``status=no``) is believed to have printed whatever it took.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from server.printing.condition import ASK, ASK_WHEN_DONE, CAUSE, OFFLINE, ROLL, Condition, condition_by, says_done, statuses_in
from server.printing.links import Link
from server.printing.slip import Paper

ANSWER_S = 3.0
TAKE_S = 10.0
DONE_S = 15.0
"""For a ticket to come out: an old printer takes three seconds for a long one."""


class NotPrinted(Exception):
    """The ticket did not come out. ``begun``: a part of it may have, or all of it."""

    def __init__(self, condition: Condition, *, begun: bool) -> None:
        self.condition = condition
        self.begun = begun
        super().__init__(f"{condition.value}{', begun' if begun else ''}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How many seconds a printer may take: to answer, to take a ticket, to have printed it."""

    answer_s: float = ANSWER_S
    take_s: float = TAKE_S
    done_s: float = DONE_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Printer:
    """Where a printer is and what paper it has. ``name`` is its address as it was configured."""

    name: str
    paper: Paper
    open: Callable[[], Awaitable[Link]]
    answers: bool = True
    patience: Patience = field(default_factory=Patience)

    async def condition(self) -> Condition:
        """How it is now."""
        try:
            link = await self.open()
        except OSError:
            return Condition.NO_LINK
        try:
            return await self._ask(link)
        except OSError:
            return Condition.NO_LINK
        finally:
            link.close()

    async def print(self, ticket: bytes) -> Condition:
        """Print it; how the printer was when it began, which prints.

        Raises:
            NotPrinted: it did not come out as a whole, for all that is known.
        """
        try:
            link = await self.open()
        except OSError:
            raise NotPrinted(Condition.NO_LINK, begun=False) from None
        begun = False
        try:
            condition = await self._ask(link)
            if not condition.prints:
                raise NotPrinted(condition, begun=False)
            begun = True
            await self._give(link, ticket)
            return condition
        except OSError:
            raise NotPrinted(Condition.NO_LINK, begun=begun) from None
        finally:
            link.close()

    async def _give(self, link: Link, ticket: bytes) -> None:
        """Send the ticket, and wait until the printer says that it is out. One that knows no such answer is asked how it is instead."""
        if not self.answers:
            await link.write(ticket, self.patience.take_s)
            return
        await link.write(ticket + ASK_WHEN_DONE, self.patience.take_s)
        if not await _heard(link, says_done, self.patience.done_s):
            condition = await self._ask(link)
            if not condition.prints:
                raise NotPrinted(condition, begun=True)

    async def _ask(self, link: Link) -> Condition:
        """How it is by its own answer; no answer, no link."""
        if not self.answers:
            return Condition.READY
        await link.write(ASK, self.patience.answer_s)
        answer = await _heard(link, lambda heard: len(statuses_in(heard)) >= len(_ASKED), self.patience.answer_s)
        if answer is None:
            return Condition.NO_LINK
        return condition_by(dict(zip(_ASKED, statuses_in(answer), strict=False)))


_ASKED = (OFFLINE, CAUSE, ROLL)


async def _heard(link: Link, is_enough: Callable[[bytes], bool], within_s: float) -> bytes | None:
    """What the printer says until it is enough; None when it never is."""
    heard, until = b"", time.monotonic() + within_s
    while not is_enough(heard):
        more = await link.read(max(0.0, until - time.monotonic()))
        if not more:
            return None
        heard += more
    return heard
