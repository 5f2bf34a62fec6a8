"""What an entry did, in one sentence for whoever pressed: on tablets, on the desk and on a keypad.

The sentences are English message ids over the events' own fields; an event without one is told by another of its entry.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from server.core.entry import Entry
from server.store.codec import events_of

EVENT_SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "ticket_issued": "%(ticket)s is given out.",
        "ticket_called": "%(ticket)s is called.",
        "ticket_recalled": "%(ticket)s is called once more.",
        "ticket_absent": "%(ticket)s did not come.",
        "ticket_held": "%(ticket)s is set aside.",
        "ticket_returned": "%(ticket)s waits again.",
        "call_undone": "The call of %(ticket)s is taken back.",
        "ticket_served": "%(ticket)s is finished.",
        "ticket_transferred": "%(ticket)s goes on as %(to_ticket)s.",
        "ticket_cancelled": "%(ticket)s has left the line.",
        "counter_opened": "Counter %(counter)s is open.",
        "counter_paused": "Counter %(counter)s pauses.",
        "counter_closed": "Counter %(counter)s is closed.",
        "service_closed": "No more numbers for this service.",
        "service_reopened": "Numbers for this service again.",
        "announced": "Everybody can read it now.",
        "announcement_ended": "The announcement is taken down.",
        "screen_set": "The screen %(screen)s is set.",
        "screen_removed": "The screen %(screen)s is removed.",
        "key_renewed": "The old key of %(device)s opens nothing any more.",
        "bazaar_closed": "The bazaar is closed.",
    }
)


def sentence_of(entry: Entry, translate: Callable[[str], str]) -> str:
    """What an entry with events did, told by the last of them that has a sentence."""
    told = [(name, fields) for name, fields in events_of(entry) if name in EVENT_SENTENCES]
    name, fields = told[-1]
    return translate(EVENT_SENTENCES[name]) % fields
