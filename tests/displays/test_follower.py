"""The client in Python: what it asks for, what it applies, and when it comes back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from displays.follower import BACK_OFF_S_MAX, BACK_OFF_S_MIN, Follower, NotServed, back_off
from tests.fake_hub import PATIENCE_S, FakeHub, Frame, fake_hub, frame


@pytest_asyncio.fixture
async def hub() -> AsyncIterator[FakeHub]:
    """A hub that says what the test tells it to."""
    async with fake_hub() as fake:
        yield fake


class Following:
    """A follower at work, and the frames that it applied."""

    def __init__(self, hub: FakeHub, channels: tuple[str, ...]) -> None:
        self.applied: asyncio.Queue[Frame] = asyncio.Queue()
        self.follower = Follower(hub.home, channels, self.applied.put_nowait)

    async def offset(self) -> tuple[str, int]:
        """Epoch and offset of the next frame that is applied."""
        async with asyncio.timeout(PATIENCE_S):
            applied = await self.applied.get()
        return applied["epoch"], applied["offset"]


@asynccontextmanager
async def following(hub: FakeHub, *channels: str) -> AsyncIterator[Following]:
    """Follow channels of the fake hub until the context ends."""
    client = Following(hub, channels or ("hall",))
    task = asyncio.create_task(client.follower.run())
    yield client
    task.cancel()


async def test_asks(hub: FakeHub) -> None:
    """A client names its channels and speaks msgpack."""
    async with following(hub, "hall/utama", "line/A"):
        visit = await hub.visit()
        assert {"channels": "hall/utama,line/A"} == visit.query
        assert "urut.v1.msgpack" == visit.socket.ws_protocol


async def test_never_backwards(hub: FakeHub) -> None:
    """An older frame of a channel is not applied, nor the same one twice; another channel has its own position."""
    async with following(hub, "hall", "line/A") as client:
        visit = await hub.visit()
        await visit.send(frame(offset=5), frame(offset=4), frame(offset=5), frame("line/A", 3), frame(offset=6))
        assert [("e1", 5), ("e1", 3), ("e1", 6)] == [await client.offset() for _ in range(3)]


async def test_new_epoch(hub: FakeHub) -> None:
    """A log that was begun anew is applied, though its offsets are lower."""
    async with following(hub) as client:
        await (await hub.visit()).send(frame(offset=9), frame(offset=1, epoch="e2"))
        assert [("e1", 9), ("e2", 1)] == [await client.offset() for _ in range(2)]


@pytest.mark.parametrize("code", [1001, 1012, 1011])
async def test_comes_back(hub: FakeHub, code: int) -> None:
    """A client that lost its hub comes back and names what it has."""
    async with following(hub, "hall", "line/A") as client:
        visit = await hub.visit()
        await visit.send(frame(offset=5), frame("line/A", 3))
        assert [("e1", 5), ("e1", 3)] == [await client.offset() for _ in range(2)]
        await visit.close(code)
        assert "hall@e1:5,line/A@e1:3" == (await hub.visit()).query["have"]


async def test_not_backwards_on_a_hub_that_lags(hub: FakeHub) -> None:
    """A client that moves to a hub that lags keeps what it has."""
    async with following(hub) as client:
        visit = await hub.visit()
        await visit.send(frame(offset=5))
        await client.offset()
        await visit.close(1012)
        await (await hub.visit()).send(frame(offset=3), frame(offset=6))
        assert ("e1", 6) == await client.offset()


async def test_age(hub: FakeHub) -> None:
    """A hub that lost its store repeats itself; that is no news, and the age of the data grows."""
    async with following(hub, "hall", "line/A") as client:
        visit = await hub.visit()
        await visit.send(frame(at=5000))
        await client.offset()
        news_at = client.follower.news_at
        await visit.send(frame("", at=5000), frame("line/A", at=5000))
        await client.offset()
        assert news_at == client.follower.news_at
        await visit.send(frame("", at=5001), frame("line/A", 2, at=5001))
        await client.offset()
        assert news_at < client.follower.news_at
        assert "#2 00000002" == client.follower.mark


@pytest.mark.parametrize("status", [401, 404])
async def test_not_served(hub: FakeHub, status: int) -> None:
    """What the hub does not have is not asked for again and again."""
    hub.status = status
    with pytest.raises(NotServed, match=str(status)):
        await Follower(hub.home, ["hall"], print).run()


async def test_channel_that_is_no_more(hub: FakeHub) -> None:
    """A frame without a view says that the channel is no more: nothing is waited for then."""
    following = asyncio.create_task(Follower(hub.home, ["hall/barat"], print).run())
    await (await hub.visit()).send({name: value for name, value in frame("hall/barat").items() if name != "view"})
    with pytest.raises(NotServed, match="hall/barat"):
        await following


def test_back_off() -> None:
    """Waits double up to ten seconds, and chance spreads them."""
    assert [1, 2, 4, 8, BACK_OFF_S_MAX, BACK_OFF_S_MAX] == [back_off(attempt, 1) for attempt in range(6)]
    assert {BACK_OFF_S_MIN} == {back_off(attempt, 0) for attempt in range(6)}
