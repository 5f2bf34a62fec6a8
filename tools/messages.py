"""Collects every message of the sources into locales/*/urut.po: new ones come in empty, unused ones move to the end.

It prints what is missing. `make messages` runs it.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg  # type: ignore[attr-defined]  # the stubs know its old name
from babel.messages.pofile import read_po, write_po

from counters.sentences import EVENT_SENTENCES
from server.core.refusals import SENTENCES
from server.core.values import TicketState
from server.web.i18n import FOLDER, LANGUAGE_NAMES, SOURCE

ROOMS = ("displays", "counters", "server")
KEYWORDS = {**DEFAULT_KEYWORDS, "_say": None, "translate": None, "Problem": (3,), "not_found": (1,)}
"""Beside gettext's own: what terminals say, and an error's sentence, said in the reader's language where it is answered."""

Message = str | tuple[str, ...]


def messages() -> dict[Message, None]:
    """Every message of the sources, each once, in the order of the files. The words of states stand in a refusal's sentence."""
    return dict.fromkeys([*_of_sources(), *SENTENCES.values(), *(state.value for state in TicketState), *EVENT_SENTENCES.values()])


def _of_sources() -> Iterator[Message]:
    with (FOLDER / "babel.cfg").open() as config:
        methods, options = parse_mapping_cfg(config)
    for room in ROOMS:
        for _file, _line, message, _comments, _context in extract_from_dir(FOLDER.parent / room, methods, options, KEYWORDS):
            yield message


def missing(language: str) -> list[Message]:
    """The messages that a language does not have yet."""
    known = read(language)
    return [message for message in messages() if not (entry := known.get(id_of(message))) or not entry.string or entry.fuzzy]


def updated(language: str) -> str:
    """The language's catalogue anew: its head and its translations stay, those of messages that are gone as comments at the end."""
    head, known = _path(language).read_text().partition("\n\n")[0], read(language)
    catalog = read_po(BytesIO(head.encode()))
    for message in messages():
        kept = known.get(id_of(message)) or Entry(id_of(message))
        catalog.add(message, kept.string, flags=kept.flags, user_comments=kept.user_comments)
    gone = (entry for entry in [*known, *known.obsolete.values()] if entry.id and entry.string and entry.id not in catalog)
    catalog.obsolete.update({id_of(entry.id): entry for entry in gone})
    body = BytesIO()
    write_po(body, catalog, width=0, omit_header=True)
    return f"{head}\n\n{body.getvalue().decode()}"


def id_of(message: Message) -> str:
    """What a catalogue finds a message by: of one with plural forms the first."""
    return message if isinstance(message, str) else message[0]


def read(language: str) -> Catalog:
    """The language's catalogue."""
    with _path(language).open("rb") as file:
        return read_po(file)


def _path(language: str) -> Path:
    return FOLDER / language / "urut.po"


def main() -> None:
    """Update every catalogue."""
    for language in LANGUAGE_NAMES:
        if language != SOURCE:
            _path(language).write_text(updated(language))
            print(f"{language}: {len(missing(language))} of {len(messages())} messages are missing")


if __name__ == "__main__":
    main()
