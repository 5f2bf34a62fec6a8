"""What an entry did, in words."""

from dataclasses import fields

from counters.sentences import EVENT_SENTENCES, sentence_of
from server.core import events as happened
from server.core.entry import Entry
from server.core.events import EVENTS
from server.core.values import CommandId, CounterNumber, Label
from server.store.codec import NO_HASH
from tests.scenarios import called, passed, served


def entry(*events: happened.Event) -> Entry:
    """An entry with these events."""
    return Entry(offset=2, at=0, command_id=CommandId("c" * 16), cursor="1-0", by="counter/1", outcome=events, prev=NO_HASH)


def test_sentences_are_over_the_fields_of_their_events() -> None:
    """Every sentence belongs to an event that there is, and names only fields that it has."""
    for name, sentence in EVENT_SENTENCES.items():
        assert sentence % {item.name: "x" for item in fields(EVENTS[name])}


def test_the_last_event_tells() -> None:
    """A next that finishes, passes and calls is told by its call; a transfer by where the ticket goes."""
    assert "B-002 is called." == sentence_of(entry(served("B-003", 3), passed("B-001", 1), called("B-002", 3)), str)
    gone = happened.TicketTransferred(ticket=Label("A-001"), to_ticket=Label("B-001"), counter=CounterNumber(1))
    assert "A-001 goes on as B-001." == sentence_of(entry(gone), str)
