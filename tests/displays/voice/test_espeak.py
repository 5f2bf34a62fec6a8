"""espeak-ng as it is installed: what it says, how long it takes to say it, and what happens when it fails."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from displays.voice.announcer import CannotSay
from displays.voice.espeak import Espeak
from displays.voice.lexicon import Lexicon, Tongue, read_lexicon
from displays.voice.sentence import Form, Sentence, sentence
from server.core.values import CounterNumber, Label
from tests.house.tree import ROOT

LEXICON = read_lexicon(ROOT / "bazaars" / "voice.toml")
SLOW_S, SENTENCE_S = 10, {Form.FULL: 8.0, Form.SECOND: 9.5, Form.LAST: 9.5, Form.SHORT: 4.6}
"""The longest that the tests of the loudspeaker's backlog reckon with, and a little."""


@pytest.fixture
def espeak() -> Espeak:
    """The synthesiser of this machine."""
    found = Espeak.found(LEXICON)
    assert found, "espeak-ng is missing. On Debian or Ubuntu: sudo apt-get install --no-install-recommends espeak-ng"
    return found


def call(form: Form = Form.FULL, label: str = "A-005", counter: int = 3, language: str = "id") -> Sentence:
    """A sentence."""
    return sentence(form, language, Label(label), CounterNumber(counter))


def program(path: Path, script: str) -> str:
    """A shell script that stands for the synthesiser."""
    path.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo stand-in && exit\n{script}\n')
    path.chmod(0o755)
    return str(path)


async def test_it_speaks(espeak: Espeak) -> None:
    """A sentence becomes seconds of sound, loud but not clipped, in the languages that have a voice."""
    for language in ("id", "en"):
        sound = await espeak.say(call(language=language))
        assert 3 < sound.seconds < 8
        assert 10_000 < max(sound.samples) <= 29_491
    assert not espeak.can_say(call(language="jv"))


@pytest.mark.parametrize("form", list(Form))
async def test_how_long_it_takes_to_say(espeak: Espeak, form: Form) -> None:
    """The longest label at a counter of two digits takes no longer than the loudspeaker's backlog was reckoned with."""
    assert (await espeak.say(call(form, "WP-088", 33))).seconds <= SENTENCE_S[form]


async def test_the_pronunciation_is_heard(espeak: Espeak) -> None:
    """A word of the table sounds otherwise than without it, and names another version."""
    plain = Espeak.found(Lexicon(languages=("id",), agency_first=False, tongues={"id": Tongue(voice="id+f2", rate=145)}))
    assert plain
    assert plain.version != espeak.version
    assert (await plain.say(call())).samples != (await espeak.say(call())).samples


async def test_same_sentence_same_sound(espeak: Espeak) -> None:
    """What is kept may be kept: said again, the sentence is the same to the sample."""
    assert (await espeak.say(call())).samples == (await espeak.say(call())).samples


def test_no_program(tmp_path: Path) -> None:
    """A machine without it, or with one that does not run, has no synthesiser."""
    assert Espeak.found(LEXICON, "no-such-program") is None
    broken = tmp_path / "broken"
    broken.write_text("#!/no/such/shell\n")
    broken.chmod(0o755)
    assert Espeak.found(LEXICON, str(broken)) is None


@pytest.mark.parametrize(("script", "fault"), [("exit 3", "ended with 3"), ("echo nonsense", "no WAV"), ("cat >/dev/null", "no WAV")])
async def test_a_program_that_fails(tmp_path: Path, script: str, fault: str) -> None:
    """What it did is told."""
    espeak = Espeak.found(LEXICON, program(tmp_path / "fails", script))
    assert espeak
    with pytest.raises(CannotSay, match=fault):
        await espeak.say(call())


async def test_a_program_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that does not end is ended, and the sentence given up."""
    monkeypatch.setattr("displays.voice.espeak.SENTENCE_S", 0.2)
    pid_file = tmp_path / "pid"
    espeak = Espeak(program(tmp_path / "hangs", f"echo $$ >{pid_file}; exec {shutil.which('sleep')} 60"), "", LEXICON)
    async with asyncio.timeout(SLOW_S):
        with pytest.raises(CannotSay, match="did not end"):
            await espeak.say(call())
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


async def test_text_is_no_option(tmp_path: Path) -> None:
    """What is said goes to the program's input, so that nothing of it is taken for an option."""
    said = tmp_path / "said"
    espeak = Espeak.found(LEXICON, program(tmp_path / "notes", f'echo "$@" >{said}; cat >>{said}'))
    assert espeak
    with pytest.raises(CannotSay):
        await espeak.say(sentence(Form.FULL, "id", Label("A-005"), CounterNumber(3), ("x", "--version [[h'at]]")))
    assert "-v id+f2 -s 145 --stdin --stdout\n--version  h'at , nomor [[antR2'ean]]" == said.read_text().partition(", A,")[0]
