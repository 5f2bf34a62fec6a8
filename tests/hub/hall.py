"""A fan-out with two channels, one for screens and one for phones, and as many followers as a test wants."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.hub.channels import ChannelKind, Frame, Mark, Subprotocol
from server.hub.counts import Counts
from server.hub.fanout import FIRST_RANK, Fanout
from server.hub.follower import Follower
from server.hub.roll import Channel
from tests.hub.fake_carrier import FakeCarrier, FakeSocket

FIRST_FD = 10


class Hall:
    """The fan-out, its carrier, and its channels ``hall`` and ``line/A``. ``forgotten``: names of channels that nobody follows any more."""

    def __init__(self) -> None:
        self.counts = Counts()
        self.carrier = FakeCarrier()
        self.forgotten: list[str] = []
        self.fanout = Fanout(lambda: frame_of("", 1, with_view=False), self.counts, lambda channel: self.forgotten.append(channel.name))
        self.tv = channel_of("hall", FIRST_RANK)
        self.line = channel_of("line/A", FIRST_RANK + 1)

    def follower(
        self, name: str, *channels: Channel, have: dict[str, int] | None = None, fd: int = 0, room: int | None = None
    ) -> tuple[FakeSocket, Follower]:
        """Somebody who follows these channels."""
        sock = self.carrier.open(name, fd or FIRST_FD + len(self.carrier.sockets))
        sock.room = sock.room if room is None else room
        follower = Follower(sock.fd, self.carrier, Subprotocol.JSON, self.fanout)
        self.fanout.join(follower, channels, have or {})
        return sock, follower

    def change(self, channel: Channel, offset: int) -> None:
        """The channel has a newer frame."""
        channel.frame = frame_of(channel.name, offset)
        self.fanout.publish([channel])

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Its tasks run as long as this lasts."""
        task = asyncio.create_task(self.fanout.run())
        try:
            yield
        finally:
            task.cancel()


def channel_of(name: str, rank: int) -> Channel:
    """A channel with its first frame."""
    kind = ChannelKind(name=name, rank=rank, touched=lambda _bazaar, _event: (), view=lambda _bazaar, _key: {})
    return Channel(name, kind, name, frame_of(name, 1))


def frame_of(channel: str, offset: int, *, with_view: bool = True) -> Frame:
    """A frame whose view grows with its offset."""
    return Frame(channel=channel, epoch="e", mark=Mark(offset=offset, head="h"), at=0, view={"n": "." * offset} if with_view else None)


async def until_written(*socks: FakeSocket, offset: int) -> None:
    """Let the loop go round until each of them has the frame of this offset."""
    async with asyncio.timeout(30):
        while not all(sock.frames and sock.frames[-1][1] == offset for sock in socks):
            await asyncio.sleep(0)
