"""The port behind which a call becomes sound: a synthesiser, or recordings of a human voice."""

from hashlib import sha256
from typing import Protocol

from displays.voice.sentence import Sentence
from displays.voice.sound import Sound


class CannotSay(Exception):
    """There is no sound for a sentence; the text says why."""


class Announcer(Protocol):
    """Says sentences. ``version`` is another one whenever the same sentence might sound otherwise."""

    @property
    def version(self) -> str:
        """Engine, voice, rate and pronunciation in one name."""

    def speaks(self, language: str) -> bool:
        """Whether it can say anything in this language."""

    def can_say(self, sentence: Sentence) -> bool:
        """Whether it has all that the sentence needs."""

    async def say(self, sentence: Sentence) -> Sound:
        """The sound of the sentence; raises `CannotSay`. Nothing here keeps the loop for longer than a moment."""


def named(*parts: object) -> str:
    """A name for all of these together."""
    return sha256("\0".join(map(repr, parts)).encode()).hexdigest()
