"""A store to whose log nothing is written here: for a counters process whose user in the store may publish commands and no more.

Rule: commands are published and somebody else decides them. Those of others are not even seen here.
"""

from collections.abc import Sequence

from server.core.values import BazaarId
from server.store.board import Board
from server.store.errors import Conflict, StoreUnreachable
from server.store.followed import FollowedLog, FollowedStore
from server.store.log import Submission, Top


class AskedStore(FollowedStore):
    """See log.Store."""

    def log(self, bazaar: BazaarId) -> "AskedLog":
        """See Store."""
        return AskedLog(self._store.log(bazaar))

    def board(self, bazaar: BazaarId, topic: str) -> Board:
        """See Store."""
        return self._store.board(bazaar, topic)


class AskedLog(FollowedLog):
    """See log.EventLog."""

    async def append(self, top: Top, records: Sequence[bytes], submission: Submission | None = None) -> None:
        """See EventLog. What is submitted is never decided in time, so that it is published; what was lost a hub has to put back."""
        if submission is None:
            raise StoreUnreachable("entries that the store has lost are put back by a hub")
        raise Conflict("the log is written by others")

    async def publish(self, *commands: bytes, after: str = "") -> str:
        """See EventLog."""
        return await self._log.publish(*commands, after=after)
