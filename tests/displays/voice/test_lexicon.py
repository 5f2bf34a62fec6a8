"""The organiser's file on the voice."""

from pathlib import Path

import pytest

from displays.voice.lexicon import BadLexicon, Tongue, parse_lexicon, read_lexicon
from tests.house.tree import ROOT

SAMPLE = ROOT / "bazaars" / "voice.toml"


def tongue(**words: str) -> Tongue:
    """A tongue that says these words otherwise."""
    return Tongue(voice="id", rate=140, words=words)


def test_the_sample() -> None:
    """The file that comes with urut speaks Indonesian, and says "loket" as people do."""
    lexicon = read_lexicon(SAMPLE)
    assert ("id",) == lexicon.languages
    assert "silakan menuju [[lok'Et]] tiga" == lexicon.tongues["id"].spelled("silakan menuju loket tiga")


def test_whole_words_only() -> None:
    """A word is found at the head of a sentence too, but not inside another word."""
    assert "[[x]] satu, beloket, [[x]]" == tongue(loket="[[x]]").spelled("Loket satu, beloket, loket")


def test_the_longest_word_first() -> None:
    """An entry of two words goes before one of the first of them."""
    assert "AB C A D" == tongue(**{"rekam": "A", "rekam medis": "AB C"}).spelled("rekam medis rekam D")


def test_phonemes_come_from_this_file_only() -> None:
    """Brackets and line breaks in other people's words reach no synthesiser."""
    assert "Dinas  h'at  x" == tongue().spelled("Dinas [[h'at]] x")
    assert "a b" == tongue().spelled("a\nb")


def test_nothing_said_has_its_defaults() -> None:
    """An empty file is one: Indonesian, without the agency, and nothing to synthesise."""
    lexicon = parse_lexicon(b"", "voice.toml")
    assert (("id",), False, {}) == (lexicon.languages, lexicon.agency_first, lexicon.tongues)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('languages = ["id", "nl"]', "voice.toml:1: languages: "),
        ('languages = ["id", "id"]', "voice.toml:1: languages: "),
        ("agency_first = 1", "voice.toml:1: agency_first: "),
        ("\nspeed = 1", "voice.toml:2: speed: "),
        ("id = 1", "voice.toml:1: id: "),
        ("[id]\nvoice = 'id; rm'\nrate = 140", "voice.toml:2: id.voice: "),
        ("[id]\nvoice = '-w'\nrate = 140", "voice.toml:2: id.voice: "),
        ("[id]\nrate = 140", "voice.toml:1: id.voice: "),
        ("[id]\nvoice = 'id'\nrate = 1000", "voice.toml:3: id.rate: "),
        ("[id]\nvoice = 'id'\nrate = true", "voice.toml:3: id.rate: "),
        ("[id]\nvoice = 'id'\nrate = 140\npitch = 1", "voice.toml:4: id.pitch: "),
        ("[id]\nvoice = 'id'\nrate = 140\nwords = 1", "voice.toml:4: id.words: "),
        ("[id]\nvoice = 'id'\nrate = 140\n[id.words]\nloket = '[[lok'", "voice.toml:5: id.words.loket: "),
        ("[id]\nvoice = 'id'\nrate = 140\n[id.words]\nloket = 1", "voice.toml:5: id.words.loket: "),
        ("[id]\nvoice = 'id'\nrate = 140\n[id.words]\nloket = ''", "voice.toml:5: id.words.loket: "),
    ],
)
def test_a_fault_has_its_place(text: str, place: str) -> None:
    """What is wrong is told with file, line and key, and nothing of the file is used."""
    with pytest.raises(BadLexicon) as caught:
        parse_lexicon(text.encode(), "voice.toml")
    assert [place] == [line[: len(place)] for line in str(caught.value).splitlines()]


def test_all_faults_at_once() -> None:
    """Whoever mends the file sees everything that is wrong, in its order."""
    with pytest.raises(BadLexicon) as caught:
        parse_lexicon(b"agency_first = 1\n[id]\nvoice = ''\nrate = 0\n", "f")
    assert ["f:1", "f:3", "f:4"] == [line.split(": ")[0] for line in str(caught.value).splitlines()]


def test_no_such_file(tmp_path: Path) -> None:
    """A file that is not there, is no TOML or is endless is refused by name."""
    (tmp_path / "bad.toml").write_bytes(b"= \xff")
    (tmp_path / "long.toml").write_bytes(b"#" * 200_001)
    for name in ("none.toml", "bad.toml", "long.toml"):
        with pytest.raises(BadLexicon, match=name):
            read_lexicon(tmp_path / name)
