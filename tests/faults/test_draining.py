"""Hubs that are told to end while people follow: whoever followed is at another one at once, and misses nothing."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from displays.follower import Follower, Frame
from tests.conftest import Tell
from tests.faults.processes import Server, until
from tests.faults.several import PROCESSES, ids_of, serve, several
from tests.faults.site import Site

pytestmark = pytest.mark.faults

FOLLOWERS = 30
PRESSES = 5


class Followers:
    """Clients as `urut tv` has them; ``offsets`` are those of the frames that each was given."""

    def __init__(self, home: str) -> None:
        self.offsets: list[list[int]] = [[] for _ in range(FOLLOWERS)]
        self._home = home

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """Let them follow the hall."""
        async with asyncio.TaskGroup() as tasks:
            followers = [tasks.create_task(Follower(self._home, ["hall"], self._keeps(offsets)).run()) for offsets in self.offsets]
            await until(lambda: all(self.offsets), "all of them follow")
            yield
            for follower in followers:
                follower.cancel()

    def have(self, offset: int) -> bool:
        """Whether all of them have come so far."""
        return all(offsets[-1] >= offset for offsets in self.offsets)

    @staticmethod
    def _keeps(offsets: list[int]) -> Callable[[Frame], None]:
        return lambda frame: offsets.append(frame["offset"])


async def test_followers_of_a_hub_that_is_told_to_end(tmp_path: Path, tell: Tell) -> None:
    """Of two hubs on a port one after the other is told to end: every follower is given the frame of every press, before and after it."""
    async with several(tmp_path) as (one, many):
        followers, pressed, moved_ms = Followers(one.home(many)), list[int](), list[int]()
        async with followers.following():
            before = [len(offsets) for offsets in followers.offsets]
            for turn in range(PROCESSES):
                await until(lambda: serve(many), "both serve")
                await press(one, followers, pressed, PRESSES)
                ids, told_at = ids_of(many), time.monotonic()
                os.kill(ids[turn], signal.SIGTERM)
                await press(one, followers, pressed, 1)
                moved_ms.append(round(1000 * (time.monotonic() - told_at)))
                await press(one, followers, pressed, PRESSES)
                await until(partial(is_another, many, turn, ids), "it is started again")
            assert [pressed] * FOLLOWERS == [offsets[count:] for offsets, count in zip(followers.offsets, before, strict=True)]
    tell(f"{FOLLOWERS} followers of two hubs on one port, each told to end: all had the next press after {moved_ms} ms, no frame missed")


def is_another(many: Server, turn: int, ids: Sequence[int]) -> bool:
    """Whether another process is in the place of the one that was told to end."""
    return ids_of(many)[turn] != ids[turn]


async def press(one: Site, followers: Followers, pressed: list[int], times: int) -> None:
    """Pause counter 1 or open it again so often, each time waiting until everybody has seen it; ``pressed`` gets the entries' offsets."""
    for _ in range(times):
        do = "open_counter" if len(pressed) % 2 else "pause_counter"
        status, _, body = await one.press(one.officers[0], 1, command_id=f"pressed-{os.urandom(8).hex()}", do=do, reason="salat")
        assert 200 == status
        pressed.append(body["offset"])
        await until(partial(followers.have, pressed[-1]), "all followers have the press")
