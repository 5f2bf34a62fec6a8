"""Whoever follows a channel is told of every change: the channels whose view an entry changed are among those that it touched."""

from hypothesis import settings

import counters.channels
import displays.channels
from server.core.bazaar import Bazaar
from server.core.commands import Command
from server.core.events import Event
from server.hub.channels import View
from server.web.credentials import Credentials
from tests.core.machine import RandomDay

KINDS = {kind.name: kind for kind in (*displays.channels.kinds(Credentials(b"")), *counters.channels.kinds())}
EXAMPLES, STEPS = 60, 50

Views = dict[tuple[str, str], View | None]


def views_of(bazaar: Bazaar) -> Views:
    """What every channel shows, by kind and key."""
    keys: dict[str, list[str]] = {
        "hall": ["", *(screen.code for screen in bazaar.plan.screens)],
        "bazaar": [""],
        "line": [*bazaar.lines],
        "visit": [*bazaar.visits],
        "counter": list(map(str, bazaar.counters)),
        "desk": [""],
    }
    assert KINDS.keys() == keys.keys()
    return {(name, key): KINDS[name].view(bazaar, key) for name in keys for key in keys[name]}


class WatchedDay(RandomDay):
    """Random commands, and somebody who follows everything."""

    def ask(self, command: Command, by: str) -> tuple[Event, ...]:
        """Put a command to the day. On whichever screen, phone or tablet it changes what is shown, the channel was touched."""
        bazaar = self.day.bazaar
        bazaar.at = max(self.day.clock_ms, bazaar.at)  # that an announcement has run out is told by no entry
        before = views_of(bazaar)
        events = self.day.ask(command, by)
        touched = {(kind.name, key) for event in events for kind in KINDS.values() for key in kind.touched(bazaar, event)}
        changed = {place for place, view in views_of(bazaar).items() if view != before.get(place)}
        assert set() == changed - touched, events
        return events


TestTouched = WatchedDay.TestCase
TestTouched.settings = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, derandomize=True, database=None)
