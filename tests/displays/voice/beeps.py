"""Voices for tests: an announcer that says any sentence of its language at once, as a short faint hum, and packs of hummed words."""

import math
from array import array
from pathlib import Path

from displays.voice.announcer import CannotSay
from displays.voice.lexicon import Lexicon
from displays.voice.sentence import Sentence
from displays.voice.sound import Kind, Sound, write
from displays.voice.voice import Voice

RATE_HZ = 8000


class Beeps:
    """``broken`` makes it fail."""

    def __init__(self, language: str = "id", *, version: str = "beeps", broken: bool = False) -> None:
        self.version = version
        self.said: list[str] = []
        self._language = language
        self._broken = broken

    def speaks(self, language: str) -> bool:
        """Its own language."""
        return language == self._language

    def can_say(self, sentence: Sentence) -> bool:
        """Anything in it."""
        return self.speaks(sentence.language)

    async def say(self, sentence: Sentence) -> Sound:
        """A twentieth of a second."""
        self.said.append(sentence.text)
        if self._broken:
            raise CannotSay("it is broken")
        return Sound(RATE_HZ, array("h", [1000, -1000] * (RATE_HZ // 40)))


def lexicon(*languages: str, agency_first: bool = False) -> Lexicon:
    """A lexicon of these languages, without a synthesiser's."""
    return Lexicon(languages=languages, agency_first=agency_first, tongues={})


def beeping(beeps: Beeps | None = None) -> Voice:
    """A voice that hums in Indonesian."""
    return Voice(lexicon("id"), [beeps or Beeps()])


def record(folder: Path, language: str, *names: str, seconds: float = 0.2, rate: int = RATE_HZ) -> None:
    """Put recordings of a hum into a pack."""
    (folder / language).mkdir(exist_ok=True)
    samples = array("h", (int(9000 * math.sin(index)) for index in range(int(seconds * rate))))
    for name in names:
        (folder / language / f"{name}.wav").write_bytes(write(Sound(rate, samples), Kind.WAV))
