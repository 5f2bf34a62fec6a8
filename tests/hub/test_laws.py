"""Laws of the fan-out that hold in whatever order people come, go, read and lag."""

import asyncio
from collections.abc import Coroutine
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from server.hub import fanout
from server.hub.follower import Follower
from server.hub.loop import new_loop
from server.hub.roll import Channel
from tests.hub.fake_carrier import PLENTY, FakeSocket
from tests.hub.hall import Hall

PHONES = st.integers(0, 7)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["come", "go", "break", "turn"]), PHONES),
        st.tuples(st.just("read"), PHONES, st.integers(1, 90)),
        st.tuples(st.just("full"), PHONES, st.sampled_from([0, 7, 40])),
        st.tuples(st.sampled_from(["change tv", "change line"]), st.just(0)),
    ),
    max_size=60,
)


class Day:
    """A hall where steps happen; each follower has a file descriptor of its own, which is used again."""

    def __init__(self) -> None:
        self.hall = Hall()
        self.here: dict[int, tuple[FakeSocket, Follower]] = {}
        self.all: list[tuple[FakeSocket, tuple[Channel, ...]]] = []
        self.offset = 1

    def step(self, what: str, who: int, size: int = 0) -> None:
        """One thing happens; what cannot happen to somebody who is not here does not."""
        if what.startswith("change"):
            self.offset += 1
            self.hall.change(self.hall.tv if what == "change tv" else self.hall.line, self.offset)
        elif what == "come" and (who not in self.here or self.here[who][0].ended):
            channels = ((self.hall.line,), (self.hall.line, self.hall.tv))[who % 2]
            self.here[who] = self.hall.follower(f"{who}", *channels, fd=who, room=PLENTY if who < 4 else 60)
            self.all.append((self.here[who][0], channels))
        elif who in self.here:
            self._befall(what, size, *self.here[who])

    def _befall(self, what: str, size: int, sock: FakeSocket, follower: Follower) -> None:
        if what == "go":
            follower.gone()
        elif what == "break":
            sock.broken = True
        elif what == "full":
            sock.room = size
        elif what == "read":
            self.read(sock, follower, size)

    def read(self, sock: FakeSocket, follower: Follower, size: int) -> None:
        """Somebody reads, so that there is room again."""
        sock.room += size
        if sock.awaited and not sock.ended:
            follower.has_room()

    async def settle(self) -> None:
        """Everybody who is here reads all there is."""
        for _ in range(50):
            for sock, follower in self.here.values():
                self.read(sock, follower, PLENTY)
            await asyncio.sleep(0)


@settings(deadline=None, max_examples=150)
@given(STEPS)
def test_newest_to_everyone_in_order(steps: list[tuple[str, int] | tuple[str, int, int]]) -> None:
    """No client's channel ever goes backwards, and when all is read everybody who stayed has the newest frame of each channel."""

    async def live(day: Day) -> None:
        async with day.hall.running():
            for step in steps:
                day.step(*step)
                if step[0] == "turn":
                    await asyncio.sleep(0)
            await day.settle()

    day = Day()
    with patch.object(fanout, "SLICE", 2):
        _run(live(day))
    for sock, channels in day.all:
        for channel in channels:
            offsets = [offset for name, offset in sock.frames if name == channel.name]
            assert sorted(offsets) == offsets
            if not sock.ended and not sock.broken:
                assert channel.frame.mark.offset == offsets[-1]


@settings(deadline=None, max_examples=50)
@given(STEPS)
def test_nobody_is_left_behind_in_memory(steps: list[tuple[str, int] | tuple[str, int, int]]) -> None:
    """When everybody has left, no channel has a roll and the fan-out knows nobody."""

    async def live() -> None:
        for step in steps:
            day.step(*step)
        for _, follower in day.here.values():
            follower.gone()

    day = Day()
    _run(live())
    assert {} == {**day.hall.line.rolls, **day.hall.tv.rolls}
    assert 0 == len(day.hall.fanout)


def _run(main: Coroutine[None, None, None]) -> None:
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(main)
