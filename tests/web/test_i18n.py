"""The languages of the pages."""

from datetime import date
from pathlib import Path

import pytest

from server.web.i18n import LANGUAGE_NAMES, Catalogues, choose_language, day_in_words, filled

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=1; plural=0;\\n"\n'
SPOKEN = ("id", "jv", "en")


@pytest.fixture
def catalogues(tmp_path: Path) -> Catalogues:
    """Indonesian knows two messages, Javanese one of them, Madurese none."""
    words = {
        "id": 'msgid "Next"\nmsgstr "Berikutnya"\n\nmsgid "Closed"\nmsgstr "Tutup"\n\nmsgid "Recall"\nmsgstr ""\n',
        "jv": 'msgid "Next"\nmsgstr "Salajengipun"\n\n#, fuzzy\nmsgid "Closed"\nmsgstr "?"\n',
        "mad": "",
    }
    for language, text in words.items():
        (tmp_path / language).mkdir()
        (tmp_path / language / "urut.po").write_text(f"{HEAD}\n{text}")
    return Catalogues(tmp_path)


@pytest.mark.parametrize(("language", "expected"), [("id", "Berikutnya"), ("jv", "Salajengipun"), ("mad", "Berikutnya"), ("en", "Next")])
def test_said(catalogues: Catalogues, language: str, expected: str) -> None:
    """A message is said in the reader's language, else in Indonesian; English is the source."""
    assert expected == catalogues.of(language).gettext("Next")


def test_fuzzy_is_missing(catalogues: Catalogues) -> None:
    """A translation that nobody has confirmed is not shown."""
    assert "Tutup" == catalogues.of("jv").gettext("Closed")


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_missing_everywhere(catalogues: Catalogues, language: str) -> None:
    """What nobody has translated is said in English."""
    assert "Recall" == catalogues.of(language).gettext("Recall")


def test_unknown_language(catalogues: Catalogues) -> None:
    """A language that we do not speak is answered in Indonesian."""
    assert "Berikutnya" == catalogues.of("nl").gettext("Next")


@pytest.mark.parametrize(
    ("query", "cookie", "expected"),
    [(None, None, "id"), ("jv", None, "jv"), (None, "en", "en"), ("jv", "en", "jv"), ("nl", "en", "en"), ("mad", None, "id")],
)
def test_choice(query: str | None, cookie: str | None, expected: str) -> None:
    """The address comes first, then the cookie, then the bazaar's first language; only what the bazaar speaks counts."""
    assert expected == choose_language(SPOKEN, query, cookie)


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_own_catalogues(language: str) -> None:
    """The catalogues that we ship can be read."""
    expected = {"id": "Ambil nomor antrean", "jv": "Mundhut nomer antrean", "mad": "Ngala' nomer antrèan", "en": "Take a number"}
    assert expected[language] == Catalogues().of(language).gettext("Take a number")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"ticket": "A-001", "state": "served"}, "A-001 tidak sedang menunggu: selesai."),
        ({"ticket": None, "state": ""}, "- tidak sedang menunggu: ."),
        ({"ticket": 7, "state": "elsewhere"}, "7 tidak sedang menunggu: elsewhere."),
    ],
)
def test_filled(fields: dict[str, object], expected: str) -> None:
    """A sentence and the words in its fields are said in one language; what is no word of ours stays as it is."""
    assert expected == filled(Catalogues().of("id").gettext, "{ticket} is not waiting: {state}.", fields)


@pytest.mark.parametrize(
    ("language", "expected"), [("id", "4 Desember 2026"), ("jv", "4 Desember 2026"), ("mad", "4 Desember 2026"), ("en", "December 4, 2026")]
)
def test_day(language: str, expected: str) -> None:
    """A day has its month in words, in Madurese the Indonesian ones."""
    assert expected == day_in_words(date(2026, 12, 4), language)
