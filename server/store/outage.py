"""What happens while the store is away: ever longer pauses between attempts, and one line in the program's log for each outage."""

import asyncio
import logging
import random

RETRY_S_MIN = 0.05
RETRY_S_MAX = 1.0

logger = logging.getLogger(__name__)


class Outage:
    """Jittered back-off. ``what`` names what cannot be reached, in the program's log."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._pause_seconds = 0.0

    async def sit_out(self, reason: str) -> None:
        """Pause before the next attempt; each pause of an outage is up to twice as long as the one before."""
        if not self._pause_seconds:
            logger.warning("%s: %s; trying again", self._what, reason)
        self._pause_seconds = min(max(2 * self._pause_seconds, 2 * RETRY_S_MIN), RETRY_S_MAX)
        jitter = random.uniform(0.5, 1.0)  # noqa: S311  # keeps hubs from coming back all at once; nothing secret
        await asyncio.sleep(self._pause_seconds * jitter)

    def is_over(self) -> None:
        """The next outage begins with short pauses again."""
        if self._pause_seconds:
            logger.warning("%s: followed again", self._what)
        self._pause_seconds = 0.0
