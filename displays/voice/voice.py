"""The voice of a process: announcers in order of preference, and before them a store of what was said already.

The store is in memory only: a sound is made in some 50 ms and kept while it is asked for, so a process that starts anew has nothing to
lose. Its bounds hold whatever is asked: bytes kept, sentences that wait, and how many are made at once.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Iterator

from displays.voice.announcer import Announcer, CannotSay, named
from displays.voice.lexicon import Lexicon
from displays.voice.sentence import Form, Sentence, sentence
from displays.voice.sound import Kind, write
from server.core.plan import Plan
from server.core.plan_parts import words
from server.core.values import CounterNumber, Label

BYTES_MAX = 24_000_000
"""About a thousand sentences as MP3."""
MADE_AT_ONCE = 2
WAITING_MAX = 24
VERSION_DIGITS = 12

_SoundKey = tuple[str, Sentence, Kind]


class Busy(Exception):
    """Too many sentences wait to be made; the same may be asked for again in a moment."""


class SoundStore:
    """Files by key; what was asked for longest ago goes first when they are more than ``bytes_max``."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._files: OrderedDict[_SoundKey, bytes] = OrderedDict()
        self.bytes = 0

    def get(self, key: _SoundKey) -> bytes | None:
        """The file, which is then the last to go."""
        if key in self._files:
            self._files.move_to_end(key)
        return self._files.get(key)

    def put(self, key: _SoundKey, file: bytes) -> None:
        """Keep a file under a key that has none."""
        self._files[key] = file
        self.bytes += len(file)
        while self.bytes > self._bytes_max:
            _, gone = self._files.popitem(last=False)
            self.bytes -= len(gone)


class Voice:
    """Says calls. ``languages`` are those of the lexicon in which some announcer says something; none at all is a silent voice."""

    def __init__(self, lexicon: Lexicon, announcers: Iterable[Announcer] = (), *, bytes_max: int = BYTES_MAX) -> None:
        self._announcers = tuple(announcers)
        self._agency_first = lexicon.agency_first
        self.languages = tuple(one for one in lexicon.languages if any(announcer.speaks(one) for announcer in self._announcers))
        versions = [announcer.version for announcer in self._announcers]
        self.version = named(versions, self.languages, self._agency_first)[:VERSION_DIGITS]
        self._store = SoundStore(bytes_max)
        self._making: dict[_SoundKey, asyncio.Task[bytes]] = {}
        self._slots = asyncio.Semaphore(MADE_AT_ONCE)

    def sentence(self, plan: Plan, form: Form, language: str, label: Label, counter: CounterNumber) -> Sentence:
        """The sentence for a call in the bazaar of this plan."""
        agency = plan.agency_of_counter(counter)
        first = (agency.code, words(agency.name, language)) if self._agency_first else None
        return sentence(form, language, label, counter, first)

    def can_say(self, said: Sentence) -> bool:
        """Whether some announcer has all that the sentence needs."""
        return any(True for _ in self._able(said))

    def kept(self, said: Sentence, kind: Kind) -> bytes | None:
        """The file if it was made before."""
        announcer = next(self._able(said), None)
        return self._store.get((announcer.version, said, kind)) if announcer else None

    async def sound(self, said: Sentence, kind: Kind) -> bytes:
        """The file of the sentence, made now if it was not before. Whoever asks for one that is being made waits for it.

        Raises:
            CannotSay: no announcer can, or the one that should has failed.
            Busy: too many wait.
        """
        announcer = next(self._able(said), None)
        if announcer is None:
            raise CannotSay(f"nobody says {said.text!r} in {said.language}")
        key = (announcer.version, said, kind)
        if (file := self._store.get(key)) is not None:
            return file
        if key not in self._making:
            if len(self._making) >= WAITING_MAX:
                raise Busy
            making = asyncio.create_task(self._make(announcer, key))
            self._making[key] = making
            making.add_done_callback(lambda done: self._made(key, done))
        return await asyncio.shield(self._making[key])

    def _able(self, said: Sentence) -> Iterator[Announcer]:
        return (announcer for announcer in self._announcers if announcer.can_say(said))

    async def _make(self, announcer: Announcer, key: _SoundKey) -> bytes:
        async with self._slots:
            sound = await announcer.say(key[1])
            return await asyncio.to_thread(write, sound, key[2])

    def _made(self, key: _SoundKey, done: "asyncio.Task[bytes]") -> None:
        """Keep it, unless it failed: then whoever asks next has it tried again."""
        del self._making[key]
        if not done.cancelled() and done.exception() is None:
            self._store.put(key, done.result())
