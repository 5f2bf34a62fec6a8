"""Writing frames to the many: screens and tablets at once, phones in slices, nobody waited for."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence

from server.hub.channels import Frame
from server.hub.counts import Counts
from server.hub.follower import Follower, Lag
from server.hub.roll import LOST, NOTHING, Channel, Roll, Round

HEARTBEAT_S = 10.0
SLICE = 50
"""After so many writes to phones, about a millisecond, the loop is given to others. A press takes several turns of it, and is behind a
slice in each: with 250 a press at a saturated hub took half as long again, and no more frames came through (docs/measurements.md)."""
SLOW_S = 30.0
"""A connection that took nothing for so long although something waits for it is closed."""
SLOW_CHECK_S = 1.0
FIRST_RANK = 0
"""Screens, tablets and the desk: they are written before anything else happens."""

logger = logging.getLogger(__name__)


class Fanout:
    """Who follows what in one bazaar, and what still has to be written. ``forget`` is told of channels that nobody follows any more."""

    def __init__(self, heartbeat: Callable[[], Frame], counts: Counts, forget: Callable[[Channel], None]) -> None:
        self._heartbeat = heartbeat
        self._counts = counts
        self._forget = forget
        self._followers: dict[int, Follower] = {}
        self._lagging: dict[Follower, None] = {}
        self._first: dict[Roll, None] = {}
        self._others: dict[Roll, None] = {}
        self._has_sweeps = asyncio.Event()
        self._renewed: set[Roll] = set()
        self._goodbyes: set[asyncio.Task[None]] = set()
        self.kinds: Counter[str] = Counter()
        """How many followers there are of each kind (`ChannelKind.follower`)."""

    def __len__(self) -> int:
        return len(self._followers)

    # Followers

    def join(self, follower: Follower, channels: Sequence[Channel], have: Mapping[str, int], greeting: bytes = b"") -> None:
        """Write the greeting, each channel's newest frame but for what the connection has (offsets by channel name), and a heartbeat."""
        had: dict[Roll, int] = {}
        for channel in dict.fromkeys(channels):
            roll = channel.roll(follower.carrier, follower.subprotocol)
            roll.members += 1
            had[roll] = have.get(channel.name, 0)
        follower.rolls = tuple(had)
        self._followers[follower.fd] = follower
        self.kinds[follower.kind] += 1
        self._counts.followers_at[follower.place] += 1
        self._bring_up(follower, had, before=greeting, after=self._heartbeat().encoded(follower.subprotocol))

    def leave(self, follower: Follower) -> None:
        """End the connection, if it has not ended, and write to it no more."""
        if self._followers.get(follower.fd) is not follower:
            return
        del self._followers[follower.fd]
        self.kinds[follower.kind] -= 1
        self._counts.followers_at[follower.place] -= 1
        if not self._counts.followers_at[follower.place]:
            del self._counts.followers_at[follower.place]
        self._lagging.pop(follower, None)
        for roll in follower.rolls:
            roll.withdraw(follower.fd)
            roll.members -= 1
            if not roll.members:
                self._drop(follower, roll)
        follower.carrier.end(follower.fd)

    def close(self, follower: Follower, goodbye: bytes) -> None:
        """Write this close frame, unless the connection is in the middle of another frame, and end it."""
        if follower.lag is None:
            self._write(follower, goodbye)
        self.leave(follower)

    def close_followers(self, channel: Channel, goodbye: bytes) -> None:
        """Close whoever follows this channel: one that few follow."""
        for follower in [one for one in self._followers.values() if any(roll.channel is channel for roll in one.rolls)]:
            self.close(follower, goodbye)

    def close_all(self, goodbye: bytes) -> asyncio.Task[None]:
        """Write this close frame to every connection of now and end it, in slices; the task is done when all have ended."""
        task = asyncio.create_task(self._close(list(self._followers.values()), goodbye))
        self._goodbyes.add(task)
        task.add_done_callback(self._goodbyes.discard)
        return task

    def pong(self, follower: Follower, data: bytes) -> None:
        """Answer a ping; while something else waits only the newest one."""
        if follower.lag is None:
            self._send(follower, data)
        else:
            follower.lag.pong = data

    def has_room(self, follower: Follower) -> None:
        """Go on with the frame that did not go out whole; after it come the channels' newest."""
        lag = follower.lag
        if lag is None:
            return
        lag.since = time.monotonic()
        if lag.rest:
            sent = self._write(follower, lag.rest)
            if sent < len(lag.rest):
                lag.rest = lag.rest[max(sent, NOTHING) :]
                return
        follower.lag = None
        self._lagging.pop(follower, None)
        follower.carrier.room_came(follower.fd)
        self._bring_up(follower, lag.had, before=lag.pong)

    # Frames

    def publish(self, channels: Iterable[Channel]) -> None:
        """These channels have a newer frame: write it to a slice of first-rank followers now, and let the sweep bring it to the others."""
        for channel in channels:
            is_first = channel.kind.rank == FIRST_RANK
            for roll in list(channel.rolls.values()):
                roll.renew()
                self._renewed.add(roll)
                if is_first:
                    self._write_slice(roll, SLICE)
                if roll.sweeping:
                    (self._first if is_first else self._others)[roll] = None
                    self._has_sweeps.set()

    async def run(self) -> None:
        """Sweep, beat and look after those who lag until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._sweep())
            tasks.create_task(self._beat())
            tasks.create_task(self._end_slow())

    async def _sweep(self) -> None:
        """Bring newest frames to everybody, with every other turn for first ranks, should they be more than one slice.

        Not all of the turns: anybody may follow a hall, and must not keep phones from their lines.
        """
        while True:
            await self._has_sweeps.wait()
            while self._first or self._others:
                for waiting in (self._first, self._others):
                    if waiting:
                        self._take_turn(waiting)
                        await asyncio.sleep(0)
            self._has_sweeps.clear()
            await asyncio.sleep(0)

    def _take_turn(self, waiting: dict[Roll, None]) -> None:
        """Write a slice: of the next roll, and of those behind it if it is done before.

        So a line with twenty followers is done in its first turn, however many thousand follow another.
        """
        written = 0
        while waiting and written < SLICE:
            roll = next(iter(waiting))
            del waiting[roll]
            written += self._write_slice(roll, SLICE - written)
            if roll.sweeping:
                waiting[roll] = None
                return

    def _write_slice(self, roll: Roll, count: int) -> int:
        """Write to the next followers of a sweep; how many they are."""
        fds = roll.take(count)
        sent = roll.write(fds)
        size = len(roll.data)
        whole = sent.count(size)
        self._counts.frames_written += whole
        if whole < len(fds):
            for fd, bytes_sent in zip(fds, sent, strict=True):
                if bytes_sent != size:
                    self._fell_short(self._followers[fd], roll, bytes_sent)
        if roll.round is not None:
            self._time(roll, roll.round, wrote=bool(fds))
        return len(fds)

    def _time(self, roll: Roll, timed: Round, *, wrote: bool) -> None:
        """Count how soon the first of a sweep were written, and the last: once a slice at most, however many are in it."""
        took_s = time.monotonic() - timed.since_s
        sweeps = self._counts.sweeps[roll.channel.kind.rank == FIRST_RANK]
        if wrote and not timed.begun:
            timed.begun = True
            sweeps.first.add(took_s)
        if roll.has_come_round:
            roll.round = None
            if timed.begun:
                sweeps.last.add(took_s)

    def _bring_up(self, follower: Follower, had: dict[Roll, int], *, before: bytes = b"", after: bytes = b"") -> None:
        """Write what is newer than what somebody has, all in one piece, and put them on their rolls if there was room for all of it.

        If not, what was begun waits, and ``before`` in any case; of the rest they get the newest of then.
        """
        due = [roll for roll in follower.rolls if roll.offset > had[roll]]
        data = b"".join((before, *(roll.data for roll in due), after))
        sent = self._write(follower, data) if data else NOTHING
        if sent == LOST:
            return
        end = len(before)
        for roll in due:
            if end < sent:
                had[roll] = roll.offset
                end += len(roll.data)
                self._counts.frames_written += end <= sent
        if sent < len(data):
            self._lag(follower, had, data[sent : len(data) if end < sent else end])
            return
        for roll in follower.rolls:
            roll.admit(follower.fd, had[roll])

    def _send(self, follower: Follower, data: bytes) -> None:
        """Write a frame that is of no channel to somebody who is on their rolls."""
        sent = self._write(follower, data)
        if LOST < sent < len(data):
            self._lag(follower, follower.withdrawn(), data[sent:])

    def _write(self, follower: Follower, data: bytes) -> int:
        """How many bytes went out, `NOTHING` or `LOST`; who is lost has left."""
        if self._followers.get(follower.fd) is not follower:
            return LOST
        try:
            return follower.carrier.write(follower.fd, data)
        except BlockingIOError:
            return NOTHING
        except OSError:
            self.leave(follower)
            return LOST

    # Who lags

    def _fell_short(self, follower: Follower, roll: Roll, sent: int) -> None:
        """A sweep found no room for all of a frame: the rest of it waits, or when nothing went out, the newest of then."""
        if sent == LOST:
            self.leave(follower)
            return
        self._counts.frames_conflated += 1
        had = follower.withdrawn()
        had[roll] = roll.offset if sent > NOTHING else 0
        self._lag(follower, had, roll.data[sent:] if sent > NOTHING else b"")

    def _lag(self, follower: Follower, had: dict[Roll, int], rest: bytes) -> None:
        follower.lag = Lag(time.monotonic(), had, rest)
        self._lagging[follower] = None
        follower.carrier.await_room(follower.fd)

    async def _end_slow(self) -> None:
        while True:
            await asyncio.sleep(SLOW_CHECK_S)
            latest, before = time.monotonic() - SLOW_S, self._counts.closed_slow
            async for follower in _in_slices([follower for follower in self._lagging if follower.has_waited_since(latest)]):
                if follower.has_waited_since(latest):
                    self._counts.closed_slow += 1
                    self.leave(follower)
            if ended := self._counts.closed_slow - before:
                logger.warning("%d connections took nothing for %.0f s and were ended", ended, SLOW_S)

    async def _beat(self) -> None:
        """Write a heartbeat to whoever was written nothing since the last one."""
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            renewed, self._renewed = self._renewed, set()
            frame = self._heartbeat()
            async for follower in _in_slices(list(self._followers.values())):
                if follower.lag is None and renewed.isdisjoint(follower.rolls):
                    self._send(follower, frame.encoded(follower.subprotocol))

    async def _close(self, followers: Sequence[Follower], goodbye: bytes) -> None:
        async for follower in _in_slices(followers):
            self.close(follower, goodbye)

    def _drop(self, follower: Follower, roll: Roll) -> None:
        channel = roll.channel
        del channel.rolls[follower.carrier, follower.subprotocol]
        self._first.pop(roll, None)
        self._others.pop(roll, None)
        self._renewed.discard(roll)
        if not channel.rolls:
            self._forget(channel)


async def _in_slices(followers: Sequence[Follower]) -> AsyncIterator[Follower]:
    """Each of them; after so many the loop is given to others, so whoever is told of may have left meanwhile."""
    for start in range(0, len(followers), SLICE):
        for follower in followers[start : start + SLICE]:
            yield follower
        await asyncio.sleep(0)
