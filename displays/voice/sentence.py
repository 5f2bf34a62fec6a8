"""A call as a loudspeaker says it: which words in which order, each with the name of the recording that may stand for it.

The number is read digit by digit, as it stands on the ticket. That needs ten recordings in any language, and none of the irregular
numerals of Javanese and Madurese. The counter is one number: people look for a sign.
"""

from dataclasses import dataclass
from enum import StrEnum

from server.core.values import CounterNumber, Label


class Form(StrEnum):
    """What is said of a call: all of it, the same again after a recall, or no more than number and counter."""

    FULL = "full"
    SECOND = "second"
    LAST = "last"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Part:
    """What one recording holds. ``clip`` names it, without ending; ``words`` are for a synthesiser."""

    clip: str
    words: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """Phrases with a short rest between them; the parts of a phrase are said in one breath."""

    language: str
    phrases: tuple[tuple[Part, ...], ...]

    @property
    def clips(self) -> tuple[str, ...]:
        """The recordings that it is made of, in order."""
        return tuple(part.clip for phrase in self.phrases for part in phrase)

    @property
    def text(self) -> str:
        """The same in writing, with a comma for each rest."""
        said = ", ".join(" ".join(part.words for part in phrase) for phrase in self.phrases)
        return said[:1].upper() + said[1:]


_OPENING = {Form.FULL: (), Form.SECOND: ("second",), Form.LAST: ("last",)}

WORDS = {
    "id": {
        "second": "panggilan kedua",
        "last": "panggilan terakhir",
        "number": "nomor antrean",
        "go": "silakan menuju",
        "counter": "loket",
    },
    "jv": {
        "second": "timbalan kaping kalih",
        "last": "timbalan pungkasan",
        "number": "nomer antrean",
        "go": "mangga tindak dhateng",
        "counter": "loket",
    },
    "mad": {
        "second": "olo'an kapèng dhuwâ'",
        "last": "olo'an sè dhi-budhi",
        "number": "nomer antrèan",
        "go": "èyatorè nojjhu ka",
        "counter": "loket",
    },
    "en": {
        "second": "second call",
        "last": "last call",
        "number": "ticket number",
        "go": "please go to",
        "counter": "counter",
    },
}
"""What each recording says that is no letter, number or agency."""

_DIGITS = {
    "id": ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"),
    "jv": ("nol", "setunggal", "kalih", "tiga", "sekawan", "gangsal", "enem", "pitu", "wolu", "sanga"),
    "mad": ("ennol", "sèttong", "dhuwâ'", "tello'", "empa'", "lèma'", "ennem", "pètto'", "bâllu'", "sanga'"),
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
}
_TEN = 10


def sentence(form: Form, language: str, label: Label, counter: CounterNumber, agency: tuple[str, str] | None = None) -> Sentence:
    """The sentence that calls a ticket to a counter. ``agency`` (code and name) is said first where it is given.

    ``sentence(Form.FULL, "id", "A-005", 3).text == "Nomor antrean, A, nol, nol, lima, silakan menuju loket tiga"``
    """
    words, place = WORDS[language], Part(str(counter), _cardinal(counter, language))
    prefix, _, number = label.partition("-")
    letters, digits = tuple(_character(sign, language) for sign in prefix), tuple(_character(sign, language) for sign in number)
    office = ((Part(f"agency-{agency[0]}", agency[1]),),) if agency else ()
    said = {name: Part(name, words[name]) for name in words}
    if form is Form.SHORT:
        return Sentence(language, (*office, letters, digits, (said["counter"], place)))
    opening = tuple((said[name],) for name in _OPENING[form])
    spelled = tuple((part,) for part in letters + digits)
    return Sentence(language, (*opening, *office, (said["number"],), *spelled, (said["go"], said["counter"], place)))


def form_of(calls: int) -> Form:
    """The form for a call (1) or its recalls: whoever is called a third time should hear that it is the last."""
    return Form.FULL if calls <= 1 else Form.SECOND if calls == 2 else Form.LAST


def _character(sign: str, language: str) -> Part:
    """A letter or digit of a label; a synthesiser knows how letters are called."""
    return Part(sign, _DIGITS[language][int(sign)] if sign.isdigit() else sign)


def _cardinal(number: int, language: str) -> str:
    """The number as people count. Only Indonesian is spelled; elsewhere who reads it knows how."""
    if number < _TEN:
        return _DIGITS[language][number]
    return _in_indonesian(number) if language == "id" else str(number)


def _in_indonesian(number: int) -> str:
    """11 is "sebelas", 21 "dua puluh satu", 117 "seratus tujuh belas". Below 1000."""
    digits = _DIGITS["id"]
    if number < _TEN:
        return digits[number]
    if number < 2 * _TEN:
        return {10: "sepuluh", 11: "sebelas"}.get(number) or f"{digits[number - _TEN]} belas"
    unit, name = (100, "ratus") if number >= _TEN * _TEN else (_TEN, "puluh")
    many, rest = divmod(number, unit)
    head = f"se{name}" if many == 1 else f"{digits[many]} {name}"
    return f"{head} {_in_indonesian(rest)}" if rest else head
