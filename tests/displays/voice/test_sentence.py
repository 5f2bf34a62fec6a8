"""What is said of a call, word by word."""

import pytest

from displays.voice.sentence import WORDS, Form, form_of, sentence
from server.core.values import CounterNumber, Label


def said(form: Form, label: str, counter: int, language: str = "id", agency: tuple[str, str] | None = None) -> str:
    """The sentence in writing."""
    return sentence(form, language, Label(label), CounterNumber(counter), agency).text


def test_the_whole_sentence() -> None:
    """A number is said digit by digit and the counter as a number, with a rest at each comma."""
    assert "Nomor antrean, A, nol, nol, lima, silakan menuju loket tiga" == said(Form.FULL, "A-005", 3)
    assert "Ticket number, A, zero, zero, five, please go to counter three" == said(Form.FULL, "A-005", 3, "en")


def test_the_short_sentence() -> None:
    """With people waiting to be called only number and counter are left, and fewer rests."""
    assert "A, nol nol lima, loket tiga" == said(Form.SHORT, "A-005", 3)


def test_a_recall_says_so() -> None:
    """The second call and the last one begin with what they are."""
    assert "Panggilan kedua, nomor antrean, A, nol, satu, dua, silakan menuju loket sebelas" == said(Form.SECOND, "A-012", 11)
    assert said(Form.LAST, "A-012", 11).startswith("Panggilan terakhir, nomor antrean")
    assert [Form.FULL, Form.SECOND, Form.LAST, Form.LAST] == [form_of(calls) for calls in (1, 2, 3, 4)]


def test_a_priority_ticket() -> None:
    """Both letters of a prefix are named, and a digit in it is a digit."""
    assert "Nomor antrean, A, P, nol, tiga, empat, silakan menuju loket satu" == said(Form.FULL, "AP-034", 1)
    assert "B dua, nol nol satu, loket satu" == said(Form.SHORT, "B2-001", 1)


def test_the_agency_comes_first() -> None:
    """On a crowded loudspeaker the name of the agency goes before the letters, which sound alike."""
    assert "Samsat, nomor antrean, H, nol, nol, satu, silakan menuju loket dua" == said(Form.FULL, "H-001", 2, agency=("samsat", "Samsat"))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (10, "sepuluh"),
        (12, "dua belas"),
        (19, "sembilan belas"),
        (20, "dua puluh"),
        (33, "tiga puluh tiga"),
        (100, "seratus"),
        (111, "seratus sebelas"),
        (250, "dua ratus lima puluh"),
        (999, "sembilan ratus sembilan puluh sembilan"),
    ],
)
def test_counters_in_indonesian(number: int, words: str) -> None:
    """Counters have numbers up to 999."""
    assert f"A, nol nol satu, loket {words}" == said(Form.SHORT, "A-001", number)


def test_recordings() -> None:
    """Recordings are named alike in every language: words by what they are for, letters and numbers by themselves."""
    sentences = {language: sentence(Form.SECOND, language, Label("AP-017"), CounterNumber(21)) for language in WORDS}
    expected = ("second", "number", "A", "P", "0", "1", "7", "go", "counter", "21")
    assert dict.fromkeys(WORDS, expected) == {language: made.clips for language, made in sentences.items()}
