"""A log in memory that notes what is asked of it and fails as a test wants it, and what tests of submitted commands share."""

import asyncio
from collections.abc import Sequence

import pytest

from server.store.codec import command_from_map, encode_command
from server.store.errors import StoreUnreachable
from server.store.log import MemoryLog, News, Submission, Top
from tests.store.hubs import Hub, opened
from tests.store.proxy import until
from tests.store.samples import issue


class WatchedLog(MemoryLog):
    """Notes how many records each append brought and how often somebody published.

    ``deaf``: followers hear nothing. ``slow``: appends are carried out and answered only when it is taken back. ``losing``: they are
    carried out, and the answer is lost.
    """

    def __init__(self) -> None:
        super().__init__()
        self.appended: list[int] = []
        self.published = 0
        self.deaf, self.slow, self.losing = _Switch(), _Switch(), _Switch()

    async def append(self, top: Top, records: Sequence[bytes], submission: Submission | None = None) -> None:
        """See EventLog."""
        await super().append(top, records, submission)
        self.appended.append(len(records))
        await self.slow.is_off()
        if self.losing.on:
            raise StoreUnreachable("the answer was lost")

    async def publish(self, *commands: bytes, after: str = "") -> str:
        """See EventLog."""
        self.published += len(commands)
        return await super().publish(*commands, after=after)

    async def follow(self, after: int, cursor: str) -> News:
        """See EventLog."""
        await self.deaf.is_off()
        news = await super().follow(after, cursor)
        await self.deaf.is_off()
        return news


class _Switch:
    def __init__(self) -> None:
        self._off = asyncio.Event()
        self._off.set()

    @property
    def on(self) -> bool:
        return not self._off.is_set()

    def turn(self, on: bool) -> None:
        if on:
            self._off.clear()
        else:
            self._off.set()

    async def is_off(self) -> None:
        await self._off.wait()


async def watched_log(monkeypatch: pytest.MonkeyPatch) -> WatchedLog:
    """An open bazaar; silences are short."""
    monkeypatch.setattr("server.store.log.FOLLOW_S", 0.01)
    log = WatchedLog()
    await opened(log)
    log.appended.clear()
    return log


async def is_ready(one: Hub) -> Hub:
    """The hub, as soon as it has read the log to its end."""
    await until(lambda: one.writer.ready)
    return one


def raw(number: int, *services: str) -> bytes:
    """What a client publishes that does not ask a hub."""
    return encode_command(command_from_map(issue(number, *services)))
