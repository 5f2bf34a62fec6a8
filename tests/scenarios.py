"""Given / when / then: stories told through the core's public face.

    given(*events).when(command, by="counter/1").then(*events)
    given(*events).when(command).refused("stale")

Each ``given`` event is one entry of its own; ``at(seconds)`` moves the story's clock.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from server.core import events as happened
from server.core.bazaar import Bazaar, open_bazaar
from server.core.commands import Command, Envelope
from server.core.decide import decide
from server.core.events import Event
from server.core.evolve import evolve
from server.core.refusals import Refused
from server.core.values import CommandId, CounterNumber, Label, Lane, OutOfOrderReason, Prefix, ServiceCode, VisitId, label_of

START_MS = 1_796_374_800_000
"""2026-12-04 16:00 in Probolinggo."""

CONFIG: Mapping[str, Any] = {
    "bazaar": {
        "id": "uji",
        "name": "Bazar uji",
        "place": "Halaman",
        "opens": "2026-12-04T16:00:00+07:00",
        "closes": "2026-12-04T21:00:00+07:00",
        "timezone": "Asia/Jakarta",
        "languages": ["id"],
        "return_after": 2,
        "undo_seconds": 20,
        "absent_after": {"recalls": 1, "seconds": 30},
    },
    "agencies": [
        {
            "code": "dukcapil",
            "name": "Dukcapil",
            "lines": [
                {
                    "prefix": "A",
                    "priority": "1:2",
                    "services": [{"code": "ktp", "name": "KTP", "minutes": 10}, {"code": "kk", "name": "KK", "minutes": 10}],
                }
            ],
            "counters": [{"number": 1}, {"number": 2}],
        },
        {
            "code": "polsek",
            "name": "Polsek",
            "lines": [
                {"prefix": "B", "priority": "none", "quota": 3, "services": [{"code": "skck", "name": "SKCK", "minutes": 15}]},
                {"prefix": "C", "priority": "first", "services": [{"code": "hilang", "name": "Kehilangan", "minutes": 7}]},
            ],
            "counters": [{"number": 3}, {"number": 4, "lines": ["B"]}],
        },
    ],
}
"""Lines A (two counters, 1:2), B (quota 3, no priority lane) and C (priority first); counter 3 serves B and C."""


def config_with(**changed: object) -> dict[str, object]:
    """The same with other values in the table of the bazaar itself."""
    return {**CONFIG, "bazaar": {**CONFIG["bazaar"], **changed}}


@dataclass
class Story:
    """A bazaar on its way: the events so far, and the clock in seconds since the opening."""

    bazaar: Bazaar
    seconds: float = 0
    commands: int = 0
    history: list[Event] = field(default_factory=list)

    @property
    def now_ms(self) -> int:
        """The story's clock, Unix ms."""
        return START_MS + int(self.seconds * 1000)

    def given(self, *events: Event) -> "Story":
        """Let these events happen, an entry each."""
        for event in events:
            evolve(self.bazaar, event, offset=self.bazaar.offset + 1, at=self.now_ms)
            self.history.append(event)
        return self

    def at(self, seconds: float) -> "Story":
        """Move the clock to this many seconds after the opening."""
        self.seconds = seconds
        return self

    def when(self, command: Command, by: str = "admin") -> "Attempt":
        """Somebody asks for something."""
        self.commands += 1
        return Attempt(self, Envelope(command_id=CommandId(f"command-{self.commands:08d}"), by=by, command=command))


@dataclass
class Attempt:
    """A command put to the story's bazaar, not decided yet."""

    story: Story
    envelope: Envelope

    def then(self, *expected: Event) -> Story:
        """It brings about exactly these events, which happen in one entry."""
        events = decide(self.story.bazaar, self.envelope, self.story.now_ms)
        assert expected == events
        return self._happen(events)

    def happens(self) -> Story:
        """It is carried out, whatever it brings about."""
        return self._happen(decide(self.story.bazaar, self.envelope, self.story.now_ms))

    def refused(self, code: str, **fields: object) -> Story:
        """It is refused with this code (and at least these fields), and nothing has changed."""
        before = copy.deepcopy(self.story.bazaar)
        with pytest.raises(Refused) as caught:
            decide(self.story.bazaar, self.envelope, self.story.now_ms)
        assert code == caught.value.code
        assert fields == {name: caught.value.fields.get(name) for name in fields}
        assert repr(before) == repr(self.story.bazaar)
        return self.story

    def _happen(self, events: tuple[Event, ...]) -> Story:
        offset = self.story.bazaar.offset + 1
        for event in events:
            evolve(self.story.bazaar, event, offset=offset, at=self.story.now_ms)
            self.story.history.append(event)
        return self.story


def given(*events: Event, config: Mapping[str, object] = CONFIG) -> Story:
    """A bazaar that was opened with ``config``, and then these events."""
    return Story(open_bazaar(config, at=START_MS)).given(*events)


def opened(*numbers: int) -> tuple[Event, ...]:
    """Counters that call."""
    return tuple(happened.CounterOpened(counter=CounterNumber(number)) for number in numbers)


def issued(prefix: str, number: int, visit: str | None = None, *, lane: Lane = Lane.REGULAR) -> happened.TicketIssued:
    """A ticket of line A, B or C; each a visit of its own unless one is named."""
    service = {"A": "ktp", "B": "skck", "C": "hilang"}[prefix]
    label = label_of(prefix if lane is Lane.REGULAR else f"{prefix}P", number)
    return happened.TicketIssued(
        ticket=label,
        line=Prefix(prefix),
        lane=lane,
        number=number,
        services=(ServiceCode(service),),
        visit=VisitId(visit or f"visit-{label}"),
    )


def called(label: str, counter: int, out_of_order: OutOfOrderReason | None = None) -> happened.TicketCalled:
    """A call."""
    return happened.TicketCalled(ticket=Label(label), counter=CounterNumber(counter), out_of_order=out_of_order)


def served(label: str, counter: int) -> happened.TicketServed:
    """An errand done."""
    return happened.TicketServed(ticket=Label(label), counter=CounterNumber(counter))


def passed(label: str, busy_at: int) -> happened.TicketPassed:
    """A lower number passed because its visit is at another counter."""
    return happened.TicketPassed(ticket=Label(label), busy_at=CounterNumber(busy_at))
