"""A store that is only read: for hubs at a far site or in the cloud, beside a replica, which serve screens and phones.

Rule: commands are not even seen here, so nothing is decided; whatever would write to the log or to a board says that it cannot. The book
of alerts is not guarded: whoever only follows tells nobody anything (`displays.alerts.pages.install_alerts`).
"""

from collections.abc import Sequence

from server.core.values import BazaarId
from server.store.alert_book import AlertBook
from server.store.board import Board
from server.store.errors import OnlyFollowed
from server.store.log import EventLog, News, Store, Submission, Top

_BEHIND_ALL = "18446744073709551615-18446744073709551615"
"""The highest id of a stream: no command comes after it."""


class FollowedStore:
    """See log.Store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.round_trips = store.round_trips

    def log(self, bazaar: BazaarId) -> "FollowedLog":
        """See Store."""
        return FollowedLog(self._store.log(bazaar))

    def board(self, bazaar: BazaarId, topic: str) -> Board:
        """See Store."""
        return FollowedBoard(self._store.board(bazaar, topic))

    def alerts(self, bazaar: BazaarId) -> AlertBook:
        """See Store."""
        return self._store.alerts(bazaar)

    async def bazaars(self) -> list[BazaarId]:
        """See Store."""
        return await self._store.bazaars()

    async def register(self, bazaar: BazaarId) -> None:
        """See Store; raises OnlyFollowed."""
        raise OnlyFollowed

    async def archive(self, bazaar: BazaarId, epoch: str) -> None:
        """See Store; raises OnlyFollowed."""
        raise OnlyFollowed

    async def restore(self, bazaar: BazaarId, records: Sequence[bytes], cursor: str) -> None:
        """See Store; raises OnlyFollowed."""
        raise OnlyFollowed

    async def close(self) -> None:
        """See Store."""
        await self._store.close()


class FollowedLog:
    """See log.EventLog."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    async def append(self, top: Top, records: Sequence[bytes], submission: Submission | None = None) -> None:
        """See EventLog; raises OnlyFollowed."""
        raise OnlyFollowed

    async def read(self, after: int, limit: int) -> list[bytes]:
        """See EventLog."""
        return await self._log.read(after, limit)

    async def publish(self, *commands: bytes, after: str = "") -> str:
        """See EventLog; raises OnlyFollowed."""
        raise OnlyFollowed

    async def follow(self, after: int, cursor: str) -> News:
        """See EventLog; there are never commands."""
        return await self._log.follow(after, _BEHIND_ALL)


class FollowedBoard:
    """See board.Board."""

    def __init__(self, board: Board) -> None:
        self._board = board

    async def pin(self, name: str, note: bytes, *, until: int, now: int) -> bool:
        """See Board; raises OnlyFollowed."""
        raise OnlyFollowed

    async def swap(self, name: str, old: bytes | None, note: bytes, *, until: int, now: int) -> bool:
        """See Board; raises OnlyFollowed."""
        raise OnlyFollowed

    async def read(self, now: int) -> dict[str, bytes]:
        """See Board."""
        return await self._board.read(now)
