"""The languages of the pages: catalogues read once at start, and which of them a reader gets.

Message ids are English sentences. A message that a language lacks is said in Indonesian, and one that Indonesian lacks in English.
"""

import gettext
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from io import BytesIO
from pathlib import Path

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGE_NAMES: Mapping[str, str] = {"id": "Indonesia", "jv": "Jawa", "mad": "Madura", "en": "English"}
"""What each language calls itself, Indonesian first."""
FIRST, SOURCE = "id", "en"
FOLDER = Path(__file__).parents[2] / "locales"
QUERY, COOKIE = "lang", "urut_lang"


class Catalogues:
    """The translations below ``folder``, one ``<language>/urut.po`` each; English needs none, it is the source."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._by_language: dict[str, gettext.NullTranslations] = {SOURCE: gettext.NullTranslations()}
        first = _read(folder / FIRST / "urut.po")
        for language in LANGUAGE_NAMES:
            if language not in (FIRST, SOURCE):
                translations = _read(folder / language / "urut.po")
                translations.add_fallback(first)
                self._by_language[language] = translations
        self._by_language[FIRST] = first

    def of(self, language: str) -> gettext.NullTranslations:
        """The translations into a language, those into Indonesian for one that we do not speak."""
        return self._by_language.get(language, self._by_language[FIRST])


def choose_language(spoken: Sequence[str], query: str | None, cookie: str | None) -> str:
    """The reader's language: what the address asks for, else what the reader chose before, else the first that the bazaar speaks."""
    for wish in (query, cookie):
        if wish is not None and wish in spoken:
            return wish
    return spoken[0]


def filled(translate: Callable[[str], str], sentence: str, fields: Mapping[str, object]) -> str:
    """An English sentence over ``{fields}`` as ``translate`` says it, filled in; a field that is a word (a state) is said too."""
    return translate(sentence).format_map({name: _spoken(value, translate) for name, value in fields.items()})


def _spoken(value: object, translate: Callable[[str], str]) -> object:
    if value is None:
        return "-"
    # The empty text is no word: a catalogue keeps its head there.
    return translate(value) if isinstance(value, str) and value else value


def day_in_words(day: date, language: str) -> str:
    """A day as one writes it: 4 Desember 2026."""
    known = language in (FIRST, SOURCE, "jv")  # Babel has no Madurese
    return format_date(day, "long", locale=language if known else FIRST)


def _read(path: Path) -> gettext.NullTranslations:
    """One catalogue. Messages marked fuzzy count as missing."""
    with path.open("rb") as file:
        catalog = read_po(file)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
