"""espeak-ng as an announcer: a program of its own, started for each sentence, with no file and no network."""

import asyncio
import shutil
import subprocess
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress

from displays.voice.announcer import CannotSay, named
from displays.voice.lexicon import Lexicon
from displays.voice.sentence import Sentence
from displays.voice.sound import BadSound, Sound, levelled, read_wav

PROGRAM = "espeak-ng"
SENTENCE_S = 5.0
"""How long the program may take. It needs 20 ms; on a machine so busy that it needs seconds the call is over."""


class Espeak:
    """Says what the lexicon has a voice for."""

    def __init__(self, program: str, about: str, lexicon: Lexicon) -> None:
        self._program = program
        self._tongues = lexicon.tongues
        self.version = named("espeak", about, sorted((language, repr(tongue)) for language, tongue in self._tongues.items()))

    @classmethod
    def found(cls, lexicon: Lexicon, program: str = PROGRAM) -> "Espeak | None":
        """The synthesiser of this machine; None when there is none that runs. Asks it for its version, before anything is served."""
        path = shutil.which(program)
        if path is None:
            return None
        try:
            asked = subprocess.run([path, "--version"], capture_output=True, timeout=SENTENCE_S, check=True)  # noqa: S603  # found above
        except (OSError, subprocess.SubprocessError):
            return None
        return cls(path, asked.stdout.decode(errors="replace"), lexicon)

    def speaks(self, language: str) -> bool:
        """Whether the lexicon has a voice for the language."""
        return language in self._tongues

    def can_say(self, sentence: Sentence) -> bool:
        """It reads any text of its languages."""
        return self.speaks(sentence.language)

    async def say(self, sentence: Sentence) -> Sound:
        """The sentence, as loud as every other; raises `CannotSay`."""
        tongue = self._tongues[sentence.language]
        # By its standard input: a text on the command line might be taken for an option.
        arguments = ["-v", tongue.voice, "-s", str(tongue.rate), "--stdin", "--stdout"]
        data = await _output(self._program, arguments, tongue.spelled(sentence.text).encode())
        try:
            return await asyncio.to_thread(lambda: levelled(read_wav(data)))
        except BadSound as error:
            raise CannotSay(f"{PROGRAM} with the voice {tongue.voice} gave no sound: {error}") from error


async def _output(program: str, arguments: list[str], text: bytes) -> bytes:
    """What the program writes; it has ended when this returns, whatever happens."""
    try:
        process = await asyncio.create_subprocess_exec(program, *arguments, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
    except OSError as error:
        raise CannotSay(f"{program} cannot be started: {error.strerror}") from error
    try:
        async with asyncio.timeout(SENTENCE_S):
            data, _ = await process.communicate(text)
    except TimeoutError:
        raise CannotSay(f"{program} did not end within {SENTENCE_S} s") from None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        raise CannotSay(f"{program} ended with {process.returncode}")
    return data
