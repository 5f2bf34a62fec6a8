"""The tables of a bazaar file: the event itself, agencies with their lines, services and counters, and the screens of the hall."""

import re
from dataclasses import dataclass, field

from server.core.values import AgencyCode, BazaarId, CounterNumber, Lane, Prefix, ServiceCode, Text

LANGUAGES = ("id", "jv", "mad", "en")
"""What words may be written in: Indonesian, Javanese, Madurese, English."""
RATIO = re.compile(r"1:([1-9][0-9]?)")
"""A lane rule of the form ``1:n``."""


def words(text: Text, lang: str) -> str:
    """The text in ``lang``; else in Indonesian, else in any language that it has."""
    return text if isinstance(text, str) else text.get(language_of_words(text, lang), "")


def language_of_words(text: Text, lang: str) -> str:
    """The language that `words` gives the text in. One text for all languages is Indonesian."""
    if isinstance(text, str):
        return LANGUAGES[0]
    return next((language for language in (lang, LANGUAGES[0]) if text.get(language)), next(iter(text), lang))


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsentAfter:
    """An officer may mark a ticket absent after this many recalls and seconds since its call."""

    recalls: int = 1
    seconds: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeItem:
    """What goes on beside the services. ``at`` is ISO 8601 with offset."""

    at: str
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class BazaarInfo:
    """The event as a whole. ``opens`` and ``closes`` are ISO 8601 with offset; ``return_after`` counts calls of a lane.

    ``day_code``: a phone takes numbers only with the code that the hall shows. ``maklumat`` is the organiser's promise of service
    (UU 25/2009, article 22), which the screens show between calls, as they do the ``programme``. ``precheck`` is the service where papers
    are looked through before one's turn: the way to a number points there (None where there is none).
    """

    id: BazaarId
    name: Text
    place: Text = ""
    opens: str
    closes: str
    timezone: str = "Asia/Jakarta"
    languages: tuple[str, ...] = LANGUAGES
    return_after: int = 2
    undo_seconds: int = 20
    absent_after: AbsentAfter = AbsentAfter()
    day_code: bool = False
    precheck: ServiceCode | None = None
    maklumat: Text = ""
    programme: tuple[ProgrammeItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """An errand. ``minutes`` is how long one usually takes; ``note`` is what else a resident should know before queueing."""

    code: ServiceCode
    name: Text
    minutes: int
    requirements: tuple[Text, ...] = ()
    fee: Text = "gratis"
    note: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The tickets under one prefix. ``priority`` is the lane rule: ``none``, ``first`` or ``1:n``.

    ``priority_prefix`` is empty in a line without a priority lane. ``quota`` is how many numbers are given out at most, None for no limit.
    ``paper``: numbers come from a printed roll only, handed out by people.
    """

    prefix: Prefix
    priority: str = "1:2"
    priority_prefix: Prefix
    quota: int | None = None
    paper: bool = False
    services: tuple[Service, ...]
    regular_after_priority: int = field(init=False, compare=False)
    """How many regular calls come after a priority call before the next one, while both lanes wait."""

    def __post_init__(self) -> None:
        ratio = RATIO.fullmatch(self.priority)
        object.__setattr__(self, "regular_after_priority", int(ratio[1]) if ratio else 0)

    @property
    def has_priority(self) -> bool:
        """Whether the line has a priority lane."""
        return self.priority != "none"

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The lanes that the line has, regular first."""
        return (Lane.REGULAR, Lane.PRIORITY) if self.has_priority else (Lane.REGULAR,)

    def prefix_of(self, lane: Lane) -> Prefix:
        """The prefix on the lane's tickets."""
        return self.prefix if lane is Lane.REGULAR else self.priority_prefix


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """Where service is given. ``lines`` are prefixes of the counter's agency, in the file's order."""

    number: CounterNumber
    lines: tuple[Prefix, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """One agency with everything it brings."""

    code: AgencyCode
    name: Text
    lines: tuple[Line, ...]
    counters: tuple[Counter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A hall TV: it shows the counters of ``agencies``.

    ``zone`` is where its loudspeaker is heard. Of the screens of a zone one ``speaks``: it calls out for the agencies of all of them.
    """

    code: str
    name: Text
    agencies: tuple[AgencyCode, ...]
    zone: str
    speaks: bool
