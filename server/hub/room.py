"""One bazaar in this process: its log followed and decided, its channels folded and sent."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from aiohttp import WSCloseCode

from server.core.bazaar import Bazaar
from server.core.entry import Entry
from server.core.events import KeyRenewed
from server.core.plan import Plan
from server.hub.channels import HEAD_DIGITS, ChannelKind, Frame, Mark
from server.hub.counts import Counts
from server.hub.fanout import Fanout
from server.hub.follower import Follower
from server.hub.roll import Channel
from server.hub.wire import close_frame
from server.store.errors import StoreUnreachable
from server.store.kept import Kept
from server.store.log import PAGE_ENTRIES, EventLog
from server.store.turns import Turns
from server.store.writer import Writer

ANSWER_S = 5.0
"""How long somebody who pressed is kept waiting before they are told that the queue does not answer."""

_EVERYWHERE = ("", "")
"""The place of the mark for channels that nothing has touched since this process read the log."""


class UnknownChannel(Exception):
    """A channel that this bazaar does not have; the argument is its name."""


class Room:
    """A bazaar as this process serves it: commands are submitted to it, its channels are followed."""

    def __init__(
        self,
        log: EventLog,
        kinds: Iterable[ChannelKind],
        clock: Callable[[], int],
        counts: Counts,
        turns: Turns | None = None,
        kept: Kept | None = None,
    ) -> None:
        self._turns = turns or Turns()
        self.writer = Writer(log, clock, self._on_entry, self._turns, kept)
        self._kept = kept
        self.fanout = Fanout(self.heartbeat, counts, self._forget)
        self._log = log
        self._counts = counts
        self._kinds = {kind.name: kind for kind in kinds}
        self._marks: dict[tuple[str, str], Mark] = {}
        self._followed: dict[tuple[str, str], Channel] = {}
        self._stale: dict[int, dict[Channel, float]] = {rank: {} for rank in sorted(kind.rank for kind in self._kinds.values())}
        self._refreshing: asyncio.Task[None] | None = None
        self._marked_epoch = ""
        self._heartbeat: Frame | None = None

    # What the bazaar is now

    @property
    def bazaar(self) -> Bazaar:
        """All that the log says so far."""
        return self.writer.ledger.bazaar

    @property
    def plan(self) -> Plan:
        """The bazaar file."""
        return self.bazaar.plan

    @property
    def epoch(self) -> str:
        """Which log this is: hex of its first entry's hash."""
        return self.writer.ledger.epoch

    @property
    def offset(self) -> int:
        """The log's top as far as this process has read."""
        return self.writer.ledger.offset

    @property
    def head(self) -> str:
        """Hex of the top entry's hash."""
        return self.writer.ledger.head

    @property
    def opened(self) -> bool:
        """Whether the log has been read to its end once; before that there is nothing to show, or only what was long ago."""
        return self.offset > 0 and self.writer.fresh_at > 0

    @property
    def fault(self) -> str:
        """Why this bazaar stands still, "" while it does not."""
        return str(self.writer.broken or "")

    @property
    def ready(self) -> bool:
        """Whether this process has read the log to its end and the store answers."""
        return self.writer.ready

    @property
    def behind_s(self) -> float:
        """How long ago this process last knew that it has read the log to its end."""
        return self.writer.behind_s

    async def submit(self, command: Mapping[str, object]) -> Entry:
        """Publish a command and wait for its entry.

        Raises:
            StoreUnreachable: no answer can be had now; the same command may be submitted again.
            Refused: it is no command, and was not published.
        """
        try:
            return await self.writer.submit(command, within_seconds=ANSWER_S)
        except TimeoutError:
            raise StoreUnreachable(f"no answer within {ANSWER_S} s") from None

    async def read(self, after: int, limit: int) -> list[bytes]:
        """At most ``limit`` records after this offset; raises `StoreUnreachable`."""
        return await self._log.read(after, limit)

    async def pages(self, after: int = 0) -> AsyncIterator[list[bytes]]:
        """The records from after this offset up to the top of this moment, a page at a time; raises `StoreUnreachable`."""
        top = self.offset
        while after < top:
            records = await self.read(after, min(PAGE_ENTRIES, top - after))
            if not records:
                return
            yield records
            after += len(records)

    async def run(self) -> None:
        """Follow the log, decide commands and send frames until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.writer.run())
            tasks.create_task(self.fanout.run())
            if self._kept is not None:
                tasks.create_task(self._kept.seen.keep(self.writer.seen))

    # Channels

    def kind_of(self, name: str) -> tuple[ChannelKind, str]:
        """A channel's kind and key; raises `UnknownChannel`."""
        kind_name, slash, argument = name.partition("/")
        kind = self._kinds.get(kind_name)
        key = kind.key_of(self.bazaar, self.epoch, argument) if kind and bool(slash) == bool(argument) else None
        if kind is None or key is None:
            raise UnknownChannel(name)
        return kind, key

    def frame(self, name: str) -> Frame:
        """The newest frame of a channel, followed or not, as true as this process knows now; raises `UnknownChannel`."""
        kind, key = self.kind_of(name)
        followed = self._followed.get((kind.name, key))
        if followed is None or followed in self._stale[kind.rank]:
            return self._fold(name, kind, key)
        return replace(followed.frame, at=self.writer.fresh_at)

    def heartbeat(self) -> Frame:
        """The frame of no channel: how far this process has read, and when the store last answered. Made once for many who come at once."""
        made = self._heartbeat
        if made is None or (made.epoch, made.mark.offset, made.at) != (self.epoch, self.offset, self.writer.fresh_at):
            made = self._heartbeat = Frame(channel="", epoch=self.epoch, mark=self._top(), at=self.writer.fresh_at)
        return made

    def channels(self, names: Sequence[str]) -> list[Channel]:
        """The channels of these names, with their newest frames; raises `UnknownChannel`."""
        return [self._channel(name) for name in names]

    def follow(self, follower: Follower, channels: Sequence[Channel], have: Mapping[str, int], greeting: bytes = b"") -> None:
        """Send the connection each channel's newest frame, now and whenever it changes, but for what it has (offsets by name).

        The channels are from `channels` in this very turn of the loop.
        """
        self._followed.update({(channel.kind.name, channel.key): channel for channel in channels})
        self.fanout.join(follower, channels, have, greeting)

    def _forget(self, channel: Channel) -> None:
        """Nobody follows it any more, or it is no more; it may be forgotten already."""
        place = (channel.kind.name, channel.key)
        if self._followed.get(place) is channel:
            del self._followed[place]

    def _channel(self, name: str) -> Channel:
        kind, key = self.kind_of(name)
        return self._followed.get((kind.name, key)) or Channel(name, kind, key, self._fold(name, kind, key))

    def _fold(self, name: str, kind: ChannelKind, key: str) -> Frame:
        view = kind.view(self.bazaar, key)
        if view is None:
            raise UnknownChannel(name)
        self._counts.frames_folded += 1
        self._marked_epoch = self._marked_epoch or self.epoch  # a log that begins with a snapshot has told of no entry yet
        mark = self._marks.get((kind.name, key)) or self._marks.setdefault(_EVERYWHERE, self._top())
        return Frame(channel=name, epoch=self.epoch, mark=mark, at=self.writer.fresh_at, view=view)

    def _top(self) -> Mark:
        return Mark(offset=self.offset, head=self.head[:HEAD_DIGITS])

    # Changes

    def _on_entry(self, entry: Entry) -> None:
        """Mark what the entry touched. Folding waits for the end of this turn of the loop, so that a burst is folded once."""
        if self.epoch != self._marked_epoch:
            self._begin_anew()
        mark, now_s = self._top(), time.monotonic()
        self._marks.setdefault(_EVERYWHERE, mark)
        for kind in self._kinds.values():
            for event in entry.events:
                for key in kind.touched(self.bazaar, event):
                    self._touch((kind.name, key), mark, now_s)
        for event in entry.events:
            if isinstance(event, KeyRenewed):
                self._ask_anew(event.device)

    def _touch(self, place: tuple[str, str], mark: Mark, now_s: float) -> None:
        self._marks[place] = mark
        channel = self._followed.get(place)
        if channel is not None:
            self._stale[channel.kind.rank].setdefault(channel, now_s)
            if self._refreshing is None or self._refreshing.done():
                self._refreshing = asyncio.create_task(self._refresh())

    async def _refresh(self) -> None:
        """Fold what was touched, and publish the frames whose view is another than before: first ranks first, at any time."""
        while any(self._stale.values()):
            await self._turns.take()
            if stale := next(filter(None, self._stale.values()), None):
                channel = next(iter(stale))
                channel.touched_s = stale.pop(channel)
                if self._renew(channel):
                    self.fanout.publish((channel,))

    def _renew(self, channel: Channel) -> bool:
        """Fold the channel anew; whether there is something new to tell: also that it is no more, by a frame without a view."""
        try:
            frame = self._fold(channel.name, channel.kind, channel.key)
        except UnknownChannel:
            self._forget(channel)
            mark = self._marks[channel.kind.name, channel.key]
            channel.frame = replace(self.heartbeat(), channel=channel.name, mark=mark)
            return True
        if frame.view == channel.frame.view:
            return False
        channel.frame = frame
        return True

    def _ask_anew(self, principal: str) -> None:
        """Whoever follows what this principal may follow comes again and says who they are: one of them has an old key, maybe."""
        for channel in [*self._followed.values()]:
            if channel.kind.principals is not None and principal in channel.kind.principals(channel.key):
                self.fanout.close_followers(channel, close_frame(WSCloseCode.SERVICE_RESTART))

    def _begin_anew(self) -> None:
        """This is another log than before: whoever followed the old one comes again, and finds the new one."""
        self._marked_epoch = self.epoch
        self._marks.clear()
        self._followed.clear()
        for stale in self._stale.values():
            stale.clear()
        self.fanout.close_all(close_frame(WSCloseCode.SERVICE_RESTART))
