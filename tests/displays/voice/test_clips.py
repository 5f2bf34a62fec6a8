"""Recordings of a human voice, joined to sentences."""

from pathlib import Path

import pytest

from displays.voice.clips import BadPack, Clips
from displays.voice.sentence import Form, Sentence, sentence
from server.core.values import CounterNumber, Label
from tests.displays.voice.beeps import record

WORDS = ("number", "go", "counter", "A", "0", "5", "3")


def call(language: str = "mad", counter: int = 3) -> Sentence:
    """A sentence."""
    return sentence(Form.FULL, language, Label("A-005"), CounterNumber(counter))


async def test_a_pack_speaks(tmp_path: Path) -> None:
    """A language whose words were recorded is spoken, word by word with short gaps; Madurese as well as any other."""
    record(tmp_path, "mad", *WORDS)
    clips = Clips.read(tmp_path)
    assert clips.can_say(call())
    gaps_s, rests_s = 2 * 0.04, 5 * 0.16
    assert pytest.approx(8 * 0.2 + gaps_s + rests_s, abs=0.02) == (await clips.say(call())).seconds


def test_only_whole_sentences(tmp_path: Path) -> None:
    """With one word missing the sentence is left to others; which word it is can be asked."""
    record(tmp_path, "mad", *WORDS)
    clips = Clips.read(tmp_path)
    assert ["12"] == clips.missing(call(counter=12))
    assert not clips.can_say(call(counter=12))
    assert not clips.can_say(call("jv"))
    assert (True, False) == (clips.speaks("mad"), clips.speaks("jv"))


def test_the_version_follows_the_recordings(tmp_path: Path) -> None:
    """Another recording of one word is another version; nothing changed is none."""
    record(tmp_path, "id", *WORDS)
    before = Clips.read(tmp_path).version
    assert before == Clips.read(tmp_path).version
    record(tmp_path, "id", "A", seconds=0.3)
    assert before != Clips.read(tmp_path).version


def test_bad_recordings_are_named(tmp_path: Path) -> None:
    """Every file that cannot be used is told at once, and nothing of the pack is used."""
    record(tmp_path, "id", *WORDS)
    (tmp_path / "id" / "B.wav").write_bytes(b"no sound")
    (tmp_path / "id" / "C.wav").write_bytes(bytes(2_000_001))
    with pytest.raises(BadPack) as caught:
        Clips.read(tmp_path)
    assert [str(tmp_path / "id" / name) for name in ("B.wav", "C.wav")] == [line.split(": ")[0] for line in str(caught.value).splitlines()]


def test_one_rate(tmp_path: Path) -> None:
    """Recordings of different rates are refused: joined, some would sound too high."""
    record(tmp_path, "id", "A")
    record(tmp_path, "id", "B", rate=16_000)
    with pytest.raises(BadPack, match="different rates: 8000, 16000"):
        Clips.read(tmp_path)


def test_no_folder(tmp_path: Path) -> None:
    """A pack that is not there is refused by name."""
    with pytest.raises(BadPack, match="there"):
        Clips.read(tmp_path / "there")
