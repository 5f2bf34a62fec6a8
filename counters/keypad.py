"""``urut press``: a counter worked from a keypad or a script, over the store itself.

What is pressed goes into the bazaar's commands stream like everybody else's, and its outcome is read from the log. Nothing is decided here.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from types import MappingProxyType

from counters import tablet
from counters.sentences import sentence_of
from server.core.bazaar import Bazaar
from server.core.entry import Entry, Refusal
from server.core.refusals import SENTENCES
from server.core.values import CounterNumber
from server.hub.channels import View
from server.store.codec import command_from_map, encode_command
from server.store.command_ids import new_command_id
from server.store.errors import BrokenLog, StoreUnreachable
from server.store.follower import Follower
from server.store.log import EventLog
from server.store.outage import Outage
from server.web.i18n import filled

ANSWER_S = 10.0
"""How long a press waits for its entry."""

ORDERS: Mapping[str, str] = MappingProxyType(
    {
        "next": "next",
        "recall": "recall",
        "absent": "absent",
        "hold": "hold",
        "finish": "finish",
        "undo": "undo",
        "transfer": "transfer",
        "return": "return",
        "cancel": "cancel",
        "open": "open_counter",
        "pause": "pause_counter",
        "close": "close_counter",
    }
)
"""The words of ``urut press`` for what it does."""
NAMED_BY = {"transfer": "service", "return": "ticket", "cancel": "ticket", "pause": "reason"}
"""The words that say something more, and which field of the command that is."""
KEYS: Mapping[str, str] = MappingProxyType(
    {"n": "next", "r": "recall", "a": "absent", "h": "hold", "f": "finish", "u": "undo", "o": "open", "p": "pause", "c": "close"}
)
QUIT = "q"
ABOUT_TICKET = ("recall", "absent", "hold", "finish", "undo", "transfer")

Say = Callable[[str], None]
Translate = Callable[[str], str]


class BadPress(ValueError):
    """It cannot even be asked: no such counter or word, nothing said where something is needed."""


class NoAnswer(Exception):
    """Nobody decided the press in time. It stays in the stream, and is decided when a hub is there."""


class Keypad:
    """One counter, followed through the log. ``number`` is a counter of the bazaar, else `followed` raises BadPress."""

    def __init__(self, log: EventLog, number: int) -> None:
        self.number = CounterNumber(number)
        self._log = log
        self._changed = asyncio.Event()
        self._follower = Follower(log, lambda _: self._changed.set())

    @asynccontextmanager
    async def followed(self) -> AsyncIterator["Keypad"]:
        """Read the log to its end, and follow it as long as the context lasts.

        Raises:
            BadPress: the bazaar has no such counter, or is not open.
        """
        await self._follower.catch_up()
        if not self._follower.ledger.offset or self.number not in self._bazaar.counters:
            raise BadPress(f"there is no counter {self.number} in this bazaar")
        task = asyncio.create_task(self._follow())
        try:
            yield self
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    @property
    def view(self) -> View:
        """The counter as its tablet shows it."""
        return tablet.view(self._bazaar, str(self.number)) or {}

    @property
    def _bazaar(self) -> Bazaar:
        return self._follower.ledger.bazaar

    async def changed(self) -> None:
        """Wait until something has happened since the last look."""
        await self._changed.wait()
        self._changed.clear()

    async def press(self, word: str, said: str = "") -> Entry:
        """Press what a word of `ORDERS` stands for, and wait for its entry. ``said``: what `NAMED_BY` says of it.

        Raises:
            BadPress: nobody is at the counter whom it could be about, or ``said`` is missing.
            NoAnswer: nobody decided it in time.
            Refused: ``malformed``; nothing was published.
            BrokenLog: the bazaar's log was replaced, or cannot be followed any more.
        """
        envelope = command_from_map({**self._command(word, said), "command_id": new_command_id(), "by": f"counter/{self.number}"})
        with self._follower.waiting_for(envelope.command_id) as answer:
            try:
                async with asyncio.timeout(ANSWER_S):
                    await self._publish(encode_command(envelope))
                    return await answer
            except TimeoutError:
                raise NoAnswer(f"nobody decided within {ANSWER_S:.0f} s; is a hub running? The press stays in the stream.") from None

    def _command(self, word: str, said: str) -> dict[str, object]:
        if word not in ORDERS:
            raise BadPress(f"{word} is none of {', '.join(ORDERS)}")
        stand = self._bazaar.counters[self.number]
        command: dict[str, object] = {"do": ORDERS[word], "counter": self.number}
        if word == "next":
            command["seen"] = stand.serving
        if word in ABOUT_TICKET:
            if stand.serving is None:
                raise BadPress(f"nobody is at counter {self.number}")
            command["ticket"] = stand.serving
        if word in NAMED_BY:
            command[NAMED_BY[word]] = said
        if (word in NAMED_BY and not said and word != "pause") or (said and word not in NAMED_BY):
            raise BadPress(f"{word} {said}".strip() + (": one word too many" if said else f": say which {NAMED_BY[word]}"))
        return command

    async def _publish(self, command: bytes) -> None:
        """Until the store has it. It may get it twice, when an answer is lost; the command_id makes that one press."""
        outage = Outage("the commands stream")
        while True:
            try:
                await self._log.publish(command, after=self._follower.cursor)
            except StoreUnreachable as error:
                await outage.sit_out(str(error))
            else:
                return

    async def _follow(self) -> None:
        """The log's news; the stream's commands are only looked past. A silent log is looked at, for it might have been replaced."""
        outage = Outage("the bazaar's log")
        while True:
            try:
                news = await self._follower.news()
                await self._follower.hear(news)
                if news.commands:
                    self._follower.pass_over(news.commands[-1][0])
                elif not news.entries:
                    await self._follower.catch_up()
            except StoreUnreachable as error:
                await outage.sit_out(str(error))
            except BrokenLog as fault:
                self._follower.disappoint(self._follower.waiters, fault)
                raise
            else:
                outage.is_over()


async def press_once(keypad: Keypad, word: str, said: str, say: Say, translate: Translate) -> bool:
    """Press one thing and tell what came of it; False when it was refused. Raises as `Keypad.press`."""
    async with keypad.followed():
        entry = await keypad.press(word, said)
        say(outcome_of(entry, translate))
        return not isinstance(entry.outcome, Refusal)


async def press_keys(keypad: Keypad, keys: AsyncIterator[str], say: Say, translate: Translate) -> None:
    """Press key after key (`KEYS`) until they end or `QUIT`; tells each outcome, and the counter whenever it changes."""
    async with keypad.followed():
        telling = asyncio.create_task(_tell_changes(keypad, say, translate))
        try:
            async for key in keys:
                if key == QUIT:
                    return
                if key in KEYS:
                    await _press_key(keypad, KEYS[key], say, translate)
        finally:
            telling.cancel()
            with suppress(asyncio.CancelledError):
                await telling


async def _press_key(keypad: Keypad, word: str, say: Say, translate: Translate) -> None:
    """A key is one press: others wait until it is answered."""
    try:
        say(outcome_of(await keypad.press(word), translate))
    except (BadPress, NoAnswer) as error:
        say(str(error))


async def _tell_changes(keypad: Keypad, say: Say, translate: Translate) -> None:
    told = ""
    while True:
        now = state_of(keypad.view, translate)
        if now != told:
            say(now)
            told = now
        await keypad.changed()


def outcome_of(entry: Entry, translate: Translate) -> str:
    """What came of a press, in one line."""
    if isinstance(entry.outcome, Refusal):
        return filled(translate, SENTENCES.get(entry.outcome.code, entry.outcome.sentence), entry.outcome.fields)
    return f"{sentence_of(entry, translate)} (#{entry.offset})"


def state_of(view: View, translate: Translate) -> str:
    """The counter in one line: ``[3] A-012 · Next: A-013 · Waiting: 12``."""
    serving = view["serving"]
    at = serving["label"] if isinstance(serving, dict) else "-"
    state = {"open": "", "paused": f" ({translate('Paused')})", "closed": f" ({translate('Closed')})"}[str(view["state"])]
    return f"[{view['counter']}]{state} {at} · {translate('Next')}: {view['next'] or '-'} · {translate('Waiting')}: {view['waiting']}"
