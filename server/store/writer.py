"""Command in, entry out: follows one bazaar's log and commands, decides what is undecided, appends it and answers who waits.

Rule: a command is decided on the very top that its entry is appended onto. Any number of writers may run on one bazaar: whoever appends
first has decided, and the others follow. There is no lease, no lock and no consumer group.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Never

from server.core.commands import Envelope
from server.core.decide import decide
from server.core.entry import Entry, Outcome, Refusal
from server.core.refusals import Refused
from server.core.values import CommandId
from server.store.clock import LogTime
from server.store.codec import MALFORMED_ID_PREFIX, command_from_map, decode_command, decode_entry, encode_command, encode_entry, sender_of
from server.store.errors import BrokenLog, Conflict, ForkedLog, StoreUnreachable
from server.store.follower import Follower
from server.store.ledger import Ledger
from server.store.log import EventLog
from server.store.outage import Outage

logger = logging.getLogger(__name__)


class Writer:
    """One bazaar in this process.

    ``clock`` gives Unix ms; ``on_entry`` is as in `Follower`.

    ``ledger`` is the bazaar as far as it has been followed; a log that was replaced gets a new ledger. ``ready`` tells whether the ledger
    is caught up and the store answers, ``fresh_at`` (Unix ms) when it last did. ``broken`` is set when the log can be followed no more:
    then nothing is decided here any longer, and the other bazaars of the process go on.
    """

    def __init__(self, log: EventLog, clock: Callable[[], int], on_entry: Callable[[Entry], None]) -> None:
        self.follower = Follower(log, on_entry)
        self.ready = False
        self.fresh_at = 0
        self._log = log
        self._time = LogTime(clock)
        self._doubted = False
        self.broken: BrokenLog | None = None

    @property
    def ledger(self) -> Ledger:
        """The bazaar as far as it has been followed."""
        return self.follower.ledger

    async def run(self) -> None:
        """Follow, decide and append for ever; outages are sat out. Ends only when the log is broken; ``broken`` then says how."""
        outage = Outage("the bazaar's log")
        try:
            while True:
                try:
                    await self._go_on(outage)
                except BrokenLog as fault:
                    if self._doubted or isinstance(fault, ForkedLog):
                        return self._give_up(fault)
                    self._doubted = True
                    reason = f"{fault}; looking at the log again"
                except StoreUnreachable as error:
                    reason = str(error)
                except Exception as error:  # whatever it is: the log is whole, and a bazaar must not stand still over it
                    logger.exception("the writer stumbled")
                    reason = repr(error)
                self.ready = False
                await outage.sit_out(reason)
        finally:
            self.ready = False

    async def submit(self, command: object, within_seconds: float) -> Entry:
        """Publish a command given as a map and wait for its entry. A command that was decided before gets the same entry again.

        Raises:
            Refused: ``malformed``; nothing was published.
            StoreUnreachable: asking again under the same command_id is safe.
            TimeoutError: published or not, but without an answer yet; asking again is safe.
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
                await self._log.publish(encode_command(envelope))
                return await answer

    # Following

    async def _go_on(self, outage: Outage) -> Never:
        await self._catch_up()
        outage.is_over()
        self.ready = True
        while True:
            await self._step()
            self._doubted = False

    def _give_up(self, fault: BrokenLog) -> None:
        logger.critical("%s; this bazaar stands still until somebody mends its log", fault)
        self.broken = fault
        self.follower.give_up(fault)

    async def _catch_up(self) -> None:
        await self.follower.catch_up()
        if not self.ledger.offset:
            raise StoreUnreachable("the bazaar has not been opened")
        self.fresh_at = self._time.now(self.ledger.at)

    async def _step(self) -> None:
        """Wait for news and settle it. A silent log is looked at, for it might have been replaced."""
        news = await self.follower.news()
        self.fresh_at = self._time.now(self.ledger.at)
        await self.follower.take(news.entries)
        for stream_id, raw in news.commands:
            await self._settle(stream_id, raw)
        if not news.entries and not news.commands:
            await self._catch_up()

    # Deciding

    async def _settle(self, stream_id: str, raw: bytes) -> None:
        """See to it that this command has its one entry, whoever writes it."""
        asked = _read(stream_id, raw)
        while not (self.ledger.has_passed(stream_id) or self.ledger.offset_of(asked.command_id)):
            record = encode_entry(self._decided(stream_id, asked))
            try:
                await self._log.append(self.ledger.top, [record])
            except Conflict:
                await self._yield_to_another()
            else:
                self.follower.fold(record)
        self.follower.pass_over(stream_id)

    async def _yield_to_another(self) -> None:
        offset = self.ledger.offset
        await self._catch_up()
        if self.ledger.offset == offset:
            raise BrokenLog(offset + 1, "is not there, and yet none is taken in its place")

    def _decided(self, stream_id: str, asked: "Envelope | _NoCommand") -> Entry:
        """The entry that settles the command, now and on this top. Time never goes back, whatever the clock says."""
        at = self._time.now(self.ledger.at)
        return Entry(
            offset=self.ledger.offset + 1,
            at=at,
            command_id=asked.command_id,
            cursor=stream_id,
            by=asked.by,
            outcome=self._outcome(asked, at),
            prev=self.ledger.hash,
        )

    def _outcome(self, asked: "Envelope | _NoCommand", at: int) -> Outcome:
        if isinstance(asked, _NoCommand):
            return asked.refusal
        try:
            return decide(self.ledger.bazaar, asked, at)
        except Refused as refused:
            return Refusal.of(refused)
        except Exception:  # a fault of ours in one rule must not keep every later command from being decided
            logger.exception("command %s could not be decided", asked.command_id)
            return Refusal.of(Refused("malformed", field="command", fault="could not be decided"))

    # Answering

    async def _entry_at(self, offset: int) -> Entry:
        records = await self._log.read(offset - 1, 1)
        if not records:
            raise StoreUnreachable("the log is being replaced")
        return decode_entry(records[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class _NoCommand:
    """What stood in the commands stream and is no command; it is settled by a refusal under an id of its own."""

    command_id: CommandId
    by: str
    refusal: Refusal


def _read(stream_id: str, raw: bytes) -> Envelope | _NoCommand:
    try:
        return decode_command(raw)
    except Refused as refused:
        return _NoCommand(command_id=CommandId(f"{MALFORMED_ID_PREFIX}{stream_id}"), by=sender_of(raw), refusal=Refusal.of(refused))
