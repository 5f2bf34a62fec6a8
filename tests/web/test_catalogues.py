"""What a person reads goes through the catalogues, and every catalogue has all of it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from server.web.i18n import FOLDER, LANGUAGE_NAMES, SOURCE
from tests.house.tree import sources
from tests.scenarios import config_with
from tests.serving import serving
from tools.messages import missing, read, updated

TRANSLATED = [language for language in LANGUAGE_NAMES if language != SOURCE]
PLACE = re.compile(r"%\(\w+\)s|\{\w+\}")
JINJA = re.compile(r"\{% block attributes %\}.*?\{% endblock %\}|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
SEEN_ATTRIBUTES = re.compile(r'\b(?:alt|aria-label|placeholder|title)="([^"]*)"')
WORD = re.compile(r"[^\W\d_]{2,}")
NO_WORDS = {"urut", "urut log verify head", "disabled", "data when hidden"}
"""A name, a command, and the attributes that macros put into tags."""
PUBLIC = ("", "/join", "/order", "/tv/utama")
STAFF = ("/counter/1", "/desk", "/desk/printing", "/pair", "/kiosk/1")


def places(text: str) -> Counter[str]:
    """Where values go, and how often."""
    return Counter(PLACE.findall(text))


def forms(text: str | Sequence[str]) -> Sequence[str]:
    """A message's plural forms; one without them has one."""
    return [text] if isinstance(text, str) else text


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_missing(language: str) -> None:
    """Every message of the sources is said in every language."""
    assert [] == missing(language)


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_unused(language: str) -> None:
    """A catalogue holds what the sources say, in their order and nothing else: it is as `make messages` leaves it."""
    assert updated(language) == (FOLDER / language / "urut.po").read_text()
    assert {} == dict(read(language).obsolete)


@pytest.mark.parametrize("language", TRANSLATED)
def test_places_for_values(language: str) -> None:
    """A translation has the places of its source: a missing one hides a number, a strange one breaks the page."""
    for entry in read(language):
        if entry.id:
            source, said = forms(entry.id), forms(entry.string)
            assert [places(source[-1])] * len(said) == [places(form) for form in said], entry.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_edges(language: str) -> None:
    """A translation begins, ends and is spaced as its source, so that it fits where that stands."""
    for entry in read(language):
        if entry.id and isinstance(entry.string, str):
            assert entry.string == " ".join(entry.string.split()), entry.id
            assert str(entry.id).endswith(":") == entry.string.endswith(":"), entry.id


def test_no_words_beside_the_catalogues() -> None:
    """A template holds no words of its own: what a person sees in it goes through gettext or stands in the bazaar file."""
    assert [] == [f"{path}: {words}" for path, text in sources(".html") if "/templates/" in str(path) for words in words_in(text)]


@pytest.mark.parametrize("text", ["<p>Take {{ n }}</p>", '<p title="Take">{{ n }}</p>', "{{ _('Take') }} a number"])
def test_words_are_seen(text: str) -> None:
    """In the text and in what is read out."""
    assert list(words_in(text))


def words_in(template: str) -> Iterator[str]:
    """The words of a template that every reader would get alike."""
    plain = JINJA.sub("\N{NO-BREAK SPACE}", template)
    for text in [*TAG.split(plain), *SEEN_ATTRIBUTES.findall(plain)]:
        words = " ".join(WORD.findall(text))
        if words and words not in NO_WORDS:
            yield words


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
async def test_every_page_says_its_language(language: str) -> None:
    """A page's `lang` and its header name the language that was asked for; each link to another says in which its name is."""
    async with serving(config=config_with(languages=list(LANGUAGE_NAMES))) as served:
        for path in (*PUBLIC, *STAFF, "/nowhere"):
            headers = {"Accept": "text/html", **(served.bearer(served.keys.admin) if path in STAFF else {})}
            async with served.session.get(f"{served.home}{path}?lang={language}", headers=headers) as answer:
                html = await answer.text()
                assert language == answer.headers["Content-Language"], path
                assert f'<html lang="{language}">' in html, path
                for code, name in re.findall(r'<a href="\?lang=\w+" lang="(\w+)"[^>]*>([^<]*)<', html):
                    assert LANGUAGE_NAMES[code] == name, path


async def test_words_in_another_language() -> None:
    """What the bazaar file says in Indonesian only is marked as such on a page in another language, and not on an Indonesian one."""
    async with serving(config=config_with(languages=list(LANGUAGE_NAMES))) as served:
        for language, expected in (("id", 0), ("jv", 1)):
            async with served.session.get(f"{served.home}/join?lang={language}") as answer:
                assert expected == (await answer.text()).count('<span class="errand-name" lang="id">SKCK</span>')
