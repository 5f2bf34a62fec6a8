"""Why a command was not carried out.

    Refused
    ├── about the command    malformed, not_allowed, unknown_ticket, unknown_service, unknown_counter
    ├── about the moment     stale, not_next, too_soon, undo_expired, not_at_counter, not_waiting, already_waiting, line_empty
    └── about what is open   counter_closed, service_closed, paper_only, quota_reached, bazaar_closed

Each has a code for machines, an English sentence for people, and fields for both. The sentence is a template over the fields and the
message id of its translation, so that a page can say it in the reader's language.
"""

from collections.abc import Mapping
from types import MappingProxyType

SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "already_waiting": "{ticket} is waiting in this line already.",
        "bazaar_closed": "The bazaar is closed.",
        "counter_closed": "Counter {counter} is not open.",
        "line_empty": "Nobody can be called to counter {counter} now.",
        "malformed": "{field}: {fault}",
        "not_allowed": "This may not be done by {by}.",
        "not_next": "The next number of line {line} is {number}.",
        "not_at_counter": "{ticket} is not at counter {counter}.",
        "not_waiting": "{ticket} is not waiting: {state}.",
        "paper_only": "Numbers of line {line} are handed out on paper. Please ask at the entrance.",
        "quota_reached": "All {quota} numbers of line {line} have been given out.",
        "service_closed": "No more numbers are given out for this service today.",
        "stale": "Counter {counter} has moved on. Look at the screen and press again.",
        "too_soon": "Call once more and wait {seconds} s before marking absent.",
        "undo_expired": "A call can be taken back for {seconds} s only.",
        "unknown_counter": "There is no counter {counter}.",
        "unknown_service": "There is no service {service}.",
        "unknown_ticket": "There is no ticket {ticket}.",
    }
)


class Refused(Exception):
    """A command that changes nothing. ``fields`` fill the sentence and stand beside it in the log and in answers."""

    def __init__(self, code: str, **fields: object) -> None:
        self.code = code
        self.fields = fields
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """The English sentence, filled in."""
        return SENTENCES[self.code].format_map(self.fields)
