"""Command in, entry out: follows one bazaar's log and commands, decides what is undecided, appends it and answers who waits.

Rule: a command is decided on the very top that its entry is appended onto. Any number of writers may run on one bazaar: whoever appends
first has decided, and the others follow. There is no lease, no lock and no consumer group.

What is submitted here is decided at once, and comes into the commands stream together with its entry, as long as everything in the stream
is decided. Otherwise it is put behind the rest. Commands that came together are decided one after the other and appended together.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Never

from server.core.commands import Envelope
from server.core.entry import Entry, Refusal
from server.core.values import BazaarId, CommandId
from server.store.clock import LogTime
from server.store.codec import command_from_map, decode_entry, encode_command
from server.store.draft import Asked, Draft, read_command
from server.store.errors import BrokenLog, Conflict, ForkedLog, LostEntries, StoreUnreachable
from server.store.follower import Follower
from server.store.kept import Kept
from server.store.ledger import Ledger
from server.store.log import PAGE_ENTRIES, EventLog, News, Submission, Top, stream_ids_after
from server.store.outage import Outage
from server.store.seen import Seen
from server.store.turns import Turns

TOGETHER_MAX = 64
"""How many commands are decided and appended in one go: more of them cost each other more time than the way to the store does."""

logger = logging.getLogger(__name__)


class Writer:
    """One bazaar in this process.

    ``clock`` gives Unix ms; ``on_entry``, ``turns`` and ``kept`` are as in `Follower`.

    ``ledger`` is the bazaar as far as it has been followed; a log that was replaced gets a new ledger. ``ready`` tells whether the ledger
    is caught up and the store answers, ``fresh_at`` (Unix ms) when it last did, 0 before the first time, ``behind_s`` how long ago that is.
    ``conflicts`` counts appends that came second. ``broken`` is set while the log cannot be followed: then nothing is decided here, and the
    other bazaars of the process go on.
    """

    def __init__(
        self,
        log: EventLog,
        clock: Callable[[], int],
        on_entry: Callable[[Entry], None],
        turns: Turns | None = None,
        kept: Kept | None = None,
    ) -> None:
        self._turns = turns or Turns()
        self.follower = Follower(log, on_entry, self._turns, kept)
        self.ready = False
        self.fresh_at = 0
        self.conflicts = 0
        self._level_at = time.monotonic()
        self._log = log
        self._time = LogTime(clock)
        self._doubted = False
        self._submitted: dict[CommandId, Envelope] = {}
        self._bell = asyncio.Event()
        self.broken: BrokenLog | None = None

    @property
    def ledger(self) -> Ledger:
        """The bazaar as far as it has been followed."""
        return self.follower.ledger

    @property
    def behind_s(self) -> float:
        """How long ago this process last knew that it has read the whole log; up to `FOLLOW_S` while nothing happens."""
        return time.monotonic() - self._level_at

    async def run(self) -> None:
        """Follow, decide and append for ever; outages are sat out. Ends only when the log is broken for good; ``broken`` then says how."""
        outage = Outage("the bazaar's log")
        try:
            while True:
                try:
                    await self._go_on(outage)
                except LostEntries as lost:
                    self._stand_still(lost)
                    reason = str(lost)
                except BrokenLog as fault:
                    if self._doubted or isinstance(fault, ForkedLog):
                        return self._stand_still(fault)
                    self._doubted = True
                    reason = f"{fault}; looking at the log again"
                except StoreUnreachable as away:
                    self._turn_away(away)
                    reason = str(away)
                except Exception as error:  # whatever it is: the log is whole, and a bazaar must not stand still over it
                    logger.exception("the writer stumbled")
                    reason = repr(error)
                self.ready = False
                await outage.sit_out(reason)
        finally:
            self.ready = False

    def seen(self) -> Seen | None:
        """The log's end, while this process is sure of it."""
        return Seen(self.ledger.epoch, self.ledger.offset, self.ledger.head) if self.ready else None

    async def submit(self, command: object, within_seconds: float) -> Entry:
        """Send a command given as a map and wait for its entry. A command that was decided before gets the same entry again.

        Raises:
            Refused: ``malformed``; nothing was published.
            StoreUnreachable: asking again under the same command_id is safe.
            TimeoutError: sent or not, but without an answer yet; asking again is safe.
            BrokenLog: this bazaar cannot go on.
        """
        envelope = command_from_map(command)
        if self.broken is not None:
            raise BrokenLog(self.broken.offset, self.broken.fault)
        async with asyncio.timeout(within_seconds):
            offset = self.ledger.offset_of(envelope.command_id)
            if offset is not None:
                return await self._entry_at(offset)
            with self.follower.waiting_for(envelope.command_id) as answer:
                if self.ready:
                    self._submitted[envelope.command_id] = envelope
                    self._bell.set()
                else:
                    await self._log.publish(encode_command(envelope), after=self.follower.cursor)
                return await answer

    @property
    def _bazaar_id(self) -> BazaarId:
        return self.ledger.bazaar.plan.bazaar.id

    # Following

    async def _go_on(self, outage: Outage) -> Never:
        await self._catch_up()
        outage.is_over()
        self.ready, self.broken = True, None
        logger.info("the log is followed", extra={"facts": {"bazaar": self._bazaar_id, "offset": self.ledger.offset}})
        checking = asyncio.create_task(self.follower.check_unfolded())
        try:
            while True:
                await self._step()
                self._doubted = False
                if checking.done():
                    checking.result()
        finally:
            checking.cancel()

    def _stand_still(self, fault: BrokenLog) -> None:
        if self.broken is None:
            facts = {"bazaar": self._bazaar_id} if self.ledger.offset else {}
            mend = "this bazaar stands still until somebody mends its log (docs/operation.md, A log that is broken)"
            logger.critical("%s; %s", fault, mend, extra={"facts": facts})
        self.broken = fault
        self.follower.disappoint(self.follower.waiters, fault)

    async def _catch_up(self) -> None:
        await self.follower.catch_up()
        if not self.ledger.offset:
            raise StoreUnreachable("the bazaar has not been opened")
        self._is_level(time.monotonic())

    async def _step(self) -> None:
        """Decide what is submitted here until there is news from the store, then settle that: nothing else touches the ledger meanwhile."""
        listening = asyncio.create_task(self.follower.news())
        listening.add_done_callback(self._ring)
        try:
            while not listening.done():
                await self._bell.wait()
                self._bell.clear()
                await self._serve_submitted()
        finally:
            listening.cancel()
        await self._hear(listening.result())

    def _ring(self, listening: "asyncio.Task[News]") -> None:
        """There is news; or listening has failed, which is told here in case that nobody comes to ask."""
        self._bell.set()
        if not listening.cancelled():
            listening.exception()

    async def _hear(self, news: News) -> None:
        """Settle news. A silent log is looked at, for it might have been replaced."""
        if len(news.entries) < PAGE_ENTRIES:  # else there is more
            self._is_level(time.monotonic())
        await self.follower.hear(news)
        for start in range(0, len(news.commands), TOGETHER_MAX):
            await self._settle(news.commands[start : start + TOGETHER_MAX])
        if not news.entries and not news.commands:
            await self._catch_up()

    def _is_level(self, at_s: float) -> None:
        """At this moment (monotonic s) all of the log was here."""
        self._level_at = at_s
        self.fresh_at = self._time.now(self.ledger.at)

    # Deciding

    async def _settle(self, commands: Sequence[tuple[str, bytes]]) -> None:
        """See to it that each of these commands of the stream has its one entry, whoever writes it.

        Raises:
            BrokenLog: the log takes nothing onto its own top, although it was looked at again.
        """
        asked = [(stream_id, read_command(stream_id, raw)) for stream_id, raw in commands if not self.ledger.has_passed(stream_id)]
        refused: Top | None = None
        while (draft := await self._draft(asked)).records:
            top = self.ledger.top
            try:
                await self._log.append(top, draft.records)
            except Conflict:
                self.conflicts += 1
                await self._catch_up()
                if self.ledger.top == top == refused:
                    raise BrokenLog(top.offset + 1, "is not there, and yet none is taken in its place") from None
                refused = top
            else:
                self._tell(draft.entries)
                await self.follower.take(draft.records, draft.entries)
        self.follower.pass_over(commands[-1][0])

    def _tell(self, entries: Sequence[Entry]) -> None:
        """A line for each command that came by the stream. Of what was asked for here, whoever asked tells more."""
        for entry in entries:
            if entry.command_id not in self.follower.waiters:
                outcome = entry.outcome.code if isinstance(entry.outcome, Refusal) else "done"
                facts = {"bazaar": self._bazaar_id, "by": entry.by, "outcome": outcome, "offset": entry.offset}
                logger.info("command of the stream", extra={"facts": facts})

    async def _draft(self, asked: Sequence[tuple[str, Asked]]) -> Draft:
        """The entries of those of them that have none, on this top."""
        draft = Draft(self.ledger, self._time)
        for stream_id, one in asked:
            await self._turns.take()
            draft.add(stream_id, one)
        return draft

    async def _serve_submitted(self) -> None:
        """As far as the store can be written to. Whether it can be followed is another question, which listening answers."""
        try:
            await self._decide_submitted()
        except StoreUnreachable as away:
            self._turn_away(away)

    async def _decide_submitted(self) -> None:
        """Append what was submitted here, with its entries, in one go. If somebody else was first, the commands stream tells the order."""
        due = self._due()
        if not due:
            return
        cursor, commands = self.follower.cursor, [encode_command(one) for one in due]
        stream_ids = list(islice(stream_ids_after(cursor), len(due)))
        draft = await self._draft(list(zip(stream_ids, due, strict=True)))
        try:
            await self._log.append(self.ledger.top, draft.records, Submission(cursor, list(zip(stream_ids, commands, strict=True))))
        except Conflict:
            self.conflicts += 1
            await self._log.publish(*commands, after=cursor)
        else:
            appended_at = time.monotonic()
            await self.follower.take(draft.records, draft.entries)
            self._is_level(appended_at)
        for one in due:
            self._submitted.pop(one.command_id, None)

    def _due(self) -> list[Envelope]:
        """The next of what was submitted. Who gave up waiting has sent nothing yet, and who was answered has sent it twice."""
        self._submitted = {
            command_id: one
            for command_id, one in self._submitted.items()
            if command_id in self.follower.waiters and self.ledger.offset_of(command_id) is None
        }
        if len(self._submitted) > TOGETHER_MAX:
            self._bell.set()
        return list(islice(self._submitted.values(), TOGETHER_MAX))

    def _turn_away(self, away: StoreUnreachable) -> None:
        """Nobody is kept waiting while the store is away: what was submitted may have come through, and can be asked for again."""
        self.follower.disappoint(self._submitted, away)
        self._submitted.clear()

    # Answering

    async def _entry_at(self, offset: int) -> Entry:
        records = await self._log.read(offset - 1, 1)
        if not records:
            raise StoreUnreachable("the log is being replaced")
        return decode_entry(records[0])
