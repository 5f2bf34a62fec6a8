"""Laws that hold on every day, whatever is pressed: random commands through `decide` and `evolve`, and `verify` as the judge."""

import copy
from dataclasses import replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from server.core.bazaar import Bazaar, open_bazaar
from server.core.calling import next_ticket
from server.core.commands import Command
from server.core.events import Event
from server.core.evolve import evolve
from server.core.fork import fork
from server.core.values import CounterState, ServiceCode, TicketState
from server.core.verify import verify
from tests.core.logs import START_MS, called, chained, cursor_of, digest_of, places_in
from tests.core.machine import COUNTERS, Day, RandomDay

STEPS = 30


class LawfulDay(RandomDay):
    """What `decide` makes, `verify` accepts; what `verify` would accept of calls, `decide` makes."""

    def ask(self, command: Command, by: str) -> tuple[Event, ...]:
        """Put a command to the day, which goes on in a fork of its bazaar: the bazaar before it is left as it was, whatever happens.

        When the command is refused the fork is what it was too, but for the place in the log.
        """
        left = self.day.bazaar
        before = everything_in(replace(left, offset=0, at=0))
        self.day.bazaar = fork(left)
        events = self.day.ask(command, by)
        assert before == everything_in(replace(left, offset=0, at=0))
        if not events:
            assert before == everything_in(replace(self.day.bazaar, offset=0, at=0))
        return events

    @rule(counter=st.sampled_from(COUNTERS))
    def the_one_call(self, counter: Any) -> None:
        """Of all that wait, verification accepts the call of one only, that which `next` would call; of nobody when it finds nobody."""
        stand = self.day.bazaar.counters[counter]
        if stand.serving is None and stand.state is CounterState.OPEN and not self.day.bazaar.closed:
            due = next_ticket(self.day.bazaar, counter)
            waiting = [label for label, ticket in self.day.bazaar.tickets.items() if ticket.state is TicketState.WAITING]
            accepted = [label for label in waiting if may_be_called(self.day, label, counter)]
            assert ([due.label] if due else []) == accepted

    @rule(data=st.data())
    def folded_in_two_parts(self, data: st.DataObject) -> None:
        """A fold of the beginning, taken up later and carried on, is the fold of the whole log."""
        cut = data.draw(st.integers(1, len(self.day.outcomes)))
        halfway = fold(open_bazaar(self.day.config, at=START_MS), self.day, 1, cut)
        whole = fold(copy.deepcopy(halfway), self.day, cut, len(self.day.outcomes))
        assert everything_in(self.day.bazaar) == everything_in(whole)

    @rule(data=st.data())
    def tampered_with(self, data: st.DataObject) -> None:
        """Whatever entry is changed, dropped, doubled or moved, the log does not hold any more, or has lost the head that was noted."""
        records = self.day.records()
        at, other = (data.draw(st.integers(0, len(records) - 1)) for _ in range(2))
        match data.draw(st.sampled_from(["change", "drop", "double", "swap"])):
            case "change":
                changed = another(records[at][0], data)
                tampered = [*records[:at], (changed, digest_of(changed)), *records[at + 1 :]]
            case "drop":
                tampered = records[:at] + records[at + 1 :]
            case "double":
                tampered = [*records[: at + 1], *records[at:]]
            case _:
                tampered = list(records)
                tampered[at], tampered[other] = records[other], records[at]
        head = records[-1][1].hex()
        assert tampered == records or not verify(tampered, head=head).ok
        assert tampered[: len(records) - 1] == records[:-1] or not verify(tampered).ok

    def teardown(self) -> None:
        """The whole log holds."""
        if hasattr(self, "day"):
            verdict = verify(self.day.records())
            assert verdict.fault is None, (verdict.fault, self.day.entries[verdict.fault.offset - 1])
            assert len(self.day.bazaar.tickets) == verdict.figures.tickets
            assert len(self.day.bazaar.calls) == verdict.figures.calls - verdict.figures.undone


def may_be_called(day: Day, label: str, counter: int) -> bool:
    """Whether verification accepts a call of the ticket as the next entry, with those passed that it finds to be."""
    offset = len(day.entries) + 1
    head = {"offset": offset, "at": day.bazaar.at, "command_id": f"command-{offset:08d}", "cursor": cursor_of(offset), "by": "admin"}
    fault = verify(chained([*day.entries, {**head, "events": [called(label, counter)]}])).fault
    return fault is None or fault.rule == "passed"


def fold(bazaar: Bazaar, day: Day, after: int, to: int) -> Bazaar:
    """Carry a bazaar on from one offset to another."""
    for offset in range(after + 1, to + 1):
        bazaar.offset, bazaar.at = offset, day.entries[offset - 1]["at"]
        for event in day.outcomes[offset - 1]:
            evolve(bazaar, event, offset=offset, at=bazaar.at)
    return bazaar


def everything_in(bazaar: Bazaar) -> tuple[str, frozenset[ServiceCode]]:
    """The whole state in a form that can be compared, also later; a set's text has no order to rely on."""
    return repr(replace(bazaar, closed_services=set())), frozenset(bazaar.closed_services)


def another(record: dict[str, Any], data: st.DataObject) -> dict[str, Any]:
    """The record with one value in it changed or gone."""
    changed = copy.deepcopy(record)
    container, key = data.draw(st.sampled_from(places_in(changed)))
    value = container[key]
    match value:
        case bool() | None:
            container[key] = "changed"
        case int():
            container[key] = value + data.draw(st.sampled_from([-1, 1]))
        case str():
            container[key] = value + "x" if data.draw(st.booleans()) else value[:-1] + "-"
        case bytes():
            at = data.draw(st.integers(0, len(value) - 1))
            container[key] = value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]
        case _:
            del container[key]
    return changed


TestLaws = LawfulDay.TestCase
TestLaws.settings = settings(stateful_step_count=STEPS)
