"""The voice of a process: who speaks, what is kept, and what its bounds are."""

import asyncio

import pytest

from displays.voice.ahead import AHEAD, Ahead, likely
from displays.voice.announcer import CannotSay
from displays.voice.sentence import Form, Sentence, sentence
from displays.voice.sound import Kind, Sound
from displays.voice.voice import MADE_AT_ONCE, WAITING_MAX, Busy, Voice
from server.core.values import CounterNumber, Label
from server.hub.hub import Hub
from server.store.log import MemoryStore
from tests.displays.voice.beeps import Beeps, beeping, lexicon
from tests.scenarios import called, given, issued, opened


def call(number: int = 1, language: str = "id") -> Sentence:
    """A sentence."""
    return sentence(Form.SHORT, language, Label(f"A-{number:03d}"), CounterNumber(1))


class Held(Beeps):
    """Says nothing before it may, and counts how many are at it."""

    def __init__(self) -> None:
        super().__init__()
        self.may = asyncio.Event()
        self.at_once = self.most_at_once = 0

    async def say(self, sentence: Sentence) -> Sound:
        """Wait for it."""
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        await self.may.wait()
        self.at_once -= 1
        return await super().say(sentence)


async def test_the_first_who_can() -> None:
    """Announcers are asked in order: recordings before the synthesiser, each for what it can say."""
    jv, everything = Beeps("jv"), Beeps("id")
    voice = Voice(lexicon("jv", "id", "mad"), [jv, everything])
    assert ("jv", "id") == voice.languages
    await voice.sound(call(1, "jv"), Kind.WAV)
    await voice.sound(call(1, "id"), Kind.WAV)
    assert (1, 1) == (len(jv.said), len(everything.said))
    with pytest.raises(CannotSay):
        await voice.sound(call(1, "mad"), Kind.WAV)


async def test_said_once() -> None:
    """A sentence is made once for all who ask, at the same time and later, and apart for each kind of file."""
    beeps = Beeps()
    voice = beeping(beeps)
    assert None is voice.kept(call(), Kind.MP3)
    one, other = await asyncio.gather(voice.sound(call(), Kind.MP3), voice.sound(call(), Kind.MP3))
    assert one is other is voice.kept(call(), Kind.MP3) is await voice.sound(call(), Kind.MP3)
    assert 1 == len(beeps.said)
    assert b"RIFF" == (await voice.sound(call(), Kind.WAV))[:4]


async def test_what_is_kept_has_a_bound() -> None:
    """Beyond the bound goes what was asked for longest ago."""
    size = len(await beeping().sound(call(), Kind.WAV))
    voice = Voice(lexicon("id"), [Beeps()], bytes_max=2 * size)
    for number in (1, 2):
        await voice.sound(call(number), Kind.WAV)
    assert voice.kept(call(1), Kind.WAV)
    await voice.sound(call(3), Kind.WAV)
    assert [True, False, True] == [voice.kept(call(number), Kind.WAV) is not None for number in (1, 2, 3)]


async def test_few_at_once_and_few_that_wait() -> None:
    """However many ask, two are made at once and a bounded number wait; the next are told to come again."""
    held = Held()
    voice = beeping(held)
    asked = [asyncio.create_task(voice.sound(call(number), Kind.WAV)) for number in range(WAITING_MAX)]
    while held.at_once < MADE_AT_ONCE:
        await asyncio.sleep(0)
    with pytest.raises(Busy):
        await voice.sound(call(999), Kind.WAV)
    held.may.set()
    await asyncio.gather(*asked)
    assert MADE_AT_ONCE == held.most_at_once


async def test_a_failure_is_not_kept() -> None:
    """Whoever asks after a failure has it tried again."""
    beeps = Beeps(broken=True)
    for _ in range(2):
        with pytest.raises(CannotSay):
            await beeping(beeps).sound(call(), Kind.WAV)
    assert 2 == len(beeps.said)


async def test_who_gives_up_spoils_nothing() -> None:
    """A screen that is gone does not end what others wait for."""
    held = Held()
    voice = beeping(held)
    gone, there = (asyncio.create_task(voice.sound(call(), Kind.WAV)) for _ in range(2))
    while not held.at_once:
        await asyncio.sleep(0)
    gone.cancel()
    held.may.set()
    assert await there


def test_another_voice_is_another_version() -> None:
    """The version changes with the announcers, the languages and whether the agency comes first."""
    voices = [
        Voice(lexicon("id"), [Beeps()]),
        Voice(lexicon("id"), [Beeps(version="other")]),
        Voice(lexicon("id"), [Beeps(), Beeps("jv")]),
        Voice(lexicon("id", "jv"), [Beeps(), Beeps("jv")]),
        Voice(lexicon("id", agency_first=True), [Beeps()]),
        Voice(lexicon()),
    ]
    assert len(voices) == len({voice.version for voice in voices})
    assert voices[0].version == Voice(lexicon("id"), [Beeps()]).version


def test_the_agency_of_the_counter() -> None:
    """Where the lexicon wishes it, the agency's name is said first."""
    bazaar = given(*opened(1)).bazaar
    voice = Voice(lexicon("id", agency_first=True), [Beeps()])
    assert "Dukcapil, A, nol nol satu, loket satu" == voice.sentence(bazaar.plan, Form.SHORT, "id", Label("A-001"), CounterNumber(1)).text


def test_what_is_likely() -> None:
    """At each open counter: a recall of who is there, and the next of each lane of its lines, in both forms."""
    story = given(*opened(1, 3), *(issued("A", number) for number in range(1, 7)), called("A-001", 1), issued("C", 1))
    expected = [("A-001", 1, Form.SECOND)]
    expected += [(f"A-{number:03d}", 1, form) for number in range(2, 2 + AHEAD) for form in (Form.FULL, Form.SHORT)]
    expected += [("C-001", 3, form) for form in (Form.FULL, Form.SHORT)]
    assert expected == list(likely(story.bazaar))


async def test_made_ahead() -> None:
    """What is likely is made before anybody asks, and not again."""
    story = given(*opened(1), *(issued("A", number) for number in range(1, 7)))
    beeps = Beeps()
    voice = beeping(beeps)
    ahead = Ahead(voice, Hub(MemoryStore(), (), lambda: 0))
    await ahead.make(story.bazaar)
    await ahead.make(story.bazaar)
    assert 2 * AHEAD == len(beeps.said)
    assert voice.kept(voice.sentence(story.bazaar.plan, Form.FULL, "id", Label("A-001"), CounterNumber(1)), Kind.MP3)


async def test_a_broken_voice_stops_nothing() -> None:
    """Making ahead gives up for now when the announcer fails."""
    story = given(*opened(1), *(issued("A", number) for number in range(1, 7)))
    beeps = Beeps(broken=True)
    await Ahead(beeping(beeps), Hub(MemoryStore(), (), lambda: 0)).make(story.bazaar)
    assert 1 == len(beeps.said)
