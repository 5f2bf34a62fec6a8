"""Writing frames to the many: screens and tablets at once, phones in slices, nobody waited for."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from server.hub.channels import Frame
from server.hub.counts import Counts
from server.hub.outbox import Channel, Outbox

HEARTBEAT_S = 10.0
FLUSH_S = 0.05
"""How often a socket that was full is looked at again."""
SLICE = 50
"""After so many writes to phones, about a millisecond, the loop is given to others. A press takes several turns of it, and is behind a
slice in each: with 250 a press at a saturated hub took half as long again, and no more frames came through (docs/measurements.md)."""
FIRST_RANK = 0
"""Screens, tablets and the desk: they are written before anything else happens."""


class Fanout:
    """Who follows what in one bazaar, and what still has to be written."""

    def __init__(self, heartbeat: Callable[[], Frame], counts: Counts) -> None:
        self._heartbeat = heartbeat
        self._counts = counts
        self._outboxes: dict[Outbox, None] = {}
        self._lagging: dict[Outbox, None] = {}
        self._dirty: dict[Channel, None] = {}
        self._has_dirty = asyncio.Event()

    def __len__(self) -> int:
        return len(self._outboxes)

    def join(self, outbox: Outbox, channels: Sequence[Channel], have: Mapping[str, int]) -> None:
        """Write each channel's newest frame but for what the connection has (offsets by channel name), and a heartbeat."""
        self._outboxes[outbox] = None
        outbox.channels = channels
        for channel in channels:
            outbox.sent[channel.name] = have.get(channel.name, 0)
            channel.followers[outbox] = None
            self._offer(outbox, channel)
        outbox.written_since_beat = False
        outbox.heartbeat(self._heartbeat())

    def leave(self, outbox: Outbox) -> None:
        """Write to this connection no more."""
        self._outboxes.pop(outbox, None)
        self._lagging.pop(outbox, None)
        for channel in outbox.channels:
            channel.followers.pop(outbox, None)

    def publish(self, channels: Iterable[Channel]) -> None:
        """These channels have a newer frame: write it to first-rank followers now, and let the sweep bring it to the others."""
        for channel in channels:
            if channel.kind.rank == FIRST_RANK:
                for outbox in channel.followers:
                    self._offer(outbox, channel)
            else:
                self._dirty[channel] = None
                self._has_dirty.set()

    def close_all(self, code: int) -> None:
        """Say goodbye to every connection with this WebSocket close code."""
        for outbox in list(self._outboxes):
            outbox.close(code)

    async def run(self) -> None:
        """Sweep, flush and beat until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._sweep())
            tasks.create_task(self._flush())
            tasks.create_task(self._beat())

    async def _sweep(self) -> None:
        """Bring the newest frame of each dirty channel to its followers, a slice at a time.

        A channel that changes while it is being swept is dirty again: those already written come round again, the others
        get the newer frame at once.
        """
        while True:
            await self._has_dirty.wait()
            while self._dirty:
                channel = next(iter(self._dirty))
                del self._dirty[channel]
                for outboxes in _slices(channel.followers):
                    for outbox in outboxes:
                        self._offer(outbox, channel)
                    await asyncio.sleep(0)
            self._has_dirty.clear()

    async def _flush(self) -> None:
        """Write what waited for room, and end the connections that read nothing any more."""
        while True:
            await asyncio.sleep(FLUSH_S)
            for outbox in list(self._lagging):
                self._counts.frames_written += outbox.flush()
                if not outbox.waiting:
                    self._lagging.pop(outbox, None)
                elif outbox.is_slow():
                    self._counts.closed_slow += 1
                    self.leave(outbox)
                    outbox.abort()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            frame = self._heartbeat()
            for outboxes in _slices(self._outboxes):
                for outbox in outboxes:
                    outbox.heartbeat(frame)
                await asyncio.sleep(0)

    def _offer(self, outbox: Outbox, channel: Channel) -> None:
        if outbox.offer(channel):
            self._counts.frames_written += 1
        elif outbox.waiting:
            self._counts.frames_conflated += channel in outbox.waiting
            self._lagging[outbox] = None


def _slices(outboxes: Iterable[Outbox]) -> Iterator[Sequence[Outbox]]:
    """The outboxes of this moment, `SLICE` at a time."""
    everyone = tuple(outboxes)
    for start in range(0, len(everyone), SLICE):
        yield everyone[start : start + SLICE]
