"""The organiser's file on the voice: what is spoken, by which voice of the synthesiser, and how words are said that it gets wrong.

A word is given another spelling, or the synthesiser's own phonemes between ``[[`` and ``]]``. Only this file may say phonemes; in what
comes from elsewhere the brackets are dropped.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from server.core.plan_parts import LANGUAGES
from server.store.plan_file import FaultAt
from server.store.toml_lines import line_of, lines_of

FILE_BYTES_MAX = 200_000
RATE_MIN, RATE_MAX = 80, 300
WORD_CHARS_MAX, SAID_CHARS_MAX = 60, 200

_VOICE = re.compile(r"[a-z][a-z0-9-]{0,30}(\+[A-Za-z0-9]{1,20})?")
_SAID = re.compile(r"(?:[^\[\]\x00-\x1f]|\[\[[ -Z^-~]+\]\])+")
_FORBIDDEN = re.compile(r"\[\[|\]\]|[\x00-\x1f\x7f]")


class BadLexicon(ValueError):
    """A file of which nothing is used; the text has one line for each fault: file, line, key and what to write instead."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a key."""

    path: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Tongue:
    """How a synthesiser says one language: its voice, words a minute, and the words that are said otherwise than they are written."""

    voice: str
    rate: int
    words: Mapping[str, str] = field(default_factory=dict)

    def spelled(self, text: str) -> str:
        """The text as the synthesiser should read it. Words are found whole, in capitals or not, the longest first."""
        plain = _FORBIDDEN.sub(" ", text)
        return self._pattern.sub(lambda word: self._said[word.group().lower()], plain) if self.words else plain

    @cached_property
    def _said(self) -> dict[str, str]:
        return {word.lower(): said for word, said in self.words.items()}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        words = sorted(self._said, key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """The whole file. A call is said in the first of ``languages``, then in the others; ``tongues`` are those that are synthesised."""

    languages: tuple[str, ...]
    agency_first: bool
    tongues: Mapping[str, Tongue]


def read_lexicon(path: Path) -> Lexicon:
    """The lexicon in the file. Raises `BadLexicon`, also for a file that cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise BadLexicon(f"{path}: The file cannot be read: {error.strerror}.") from error
    if len(data) > FILE_BYTES_MAX:
        raise BadLexicon(f"{path}: The file is too large: at most {FILE_BYTES_MAX} bytes.")
    return parse_lexicon(data, str(path))


def parse_lexicon(data: bytes, name: str) -> Lexicon:
    """The lexicon in the bytes of a file; ``name`` is what faults call it. Raises `BadLexicon`."""
    try:
        text = data.decode("utf-8-sig")
        config = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadLexicon(f"{name}: This is no TOML in UTF-8: {error}.") from error
    if found := list(_faults(config)):
        lines = lines_of(text)
        placed = sorted((FaultAt(name, line_of(lines, fault.path), fault.path, fault.sentence) for fault in found), key=lambda at: at.line)
        raise BadLexicon("\n".join(str(fault) for fault in placed))
    return Lexicon(
        languages=tuple(config.get("languages", ("id",))),
        agency_first=config.get("agency_first", False),
        tongues={language: Tongue(**config[language]) for language in LANGUAGES if language in config},
    )


def _faults(config: Mapping[str, Any]) -> Iterator[Fault]:
    languages = config.get("languages", ["id"])
    if not isinstance(languages, list) or any(one not in LANGUAGES or languages.count(one) > 1 for one in languages):
        yield Fault("languages", f"Write a list of some of {', '.join(LANGUAGES)}, each once.")
    if not isinstance(config.get("agency_first", False), bool):
        yield Fault("agency_first", "Write true or false.")
    for key, value in config.items():
        if key in ("languages", "agency_first"):
            continue
        if key not in LANGUAGES:
            yield Fault(key, f"There is no such key. Write languages, agency_first, or a table of {', '.join(LANGUAGES)}.")
        elif not isinstance(value, dict):
            yield Fault(key, f"Write a table: [{key}].")
        else:
            yield from _tongue_faults(key, value)


def _tongue_faults(language: str, table: Mapping[str, Any]) -> Iterator[Fault]:
    for key in table.keys() - {"voice", "rate", "words"}:
        yield Fault(f"{language}.{key}", "There is no such key. Write voice, rate, or a table of words.")
    voice, rate, words = table.get("voice"), table.get("rate"), table.get("words", {})
    if not isinstance(voice, str) or not _VOICE.fullmatch(voice):
        yield Fault(f"{language}.voice", 'Write a voice of espeak-ng, such as "id+f2".')
    if not isinstance(rate, int) or isinstance(rate, bool) or not RATE_MIN <= rate <= RATE_MAX:
        yield Fault(f"{language}.rate", f"Write a number of words a minute, {RATE_MIN} to {RATE_MAX}.")
    if not isinstance(words, dict):
        yield Fault(f"{language}.words", f"Write a table: [{language}.words].")
        return
    for word, said in words.items():
        path = f"{language}.words.{word}"
        if not word.strip() or len(word) > WORD_CHARS_MAX:
            yield Fault(path, f"Write a word of at most {WORD_CHARS_MAX} characters before the =.")
        if not isinstance(said, str) or not _SAID.fullmatch(said) or len(said) > SAID_CHARS_MAX:
            yield Fault(path, f"Write a spelling, or phonemes between [[ and ]], of at most {SAID_CHARS_MAX} characters.")
