"""How good the estimates of waits are: simulated evenings, in which what residents were told is held against how long they then waited.

    python -m bench.estimate [ordinary|calm|wild]

prints a row for each evening. The constants of `server.core.estimate` were chosen on other ordinary
evenings (seeds from 1000 on), never on these.
"""

import random
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median

from rich import box
from rich.console import Console
from rich.table import Table

from bench.crowd import HOME_MINUTES, Crowd
from bench.evening import Evening, Life
from bench.world import WORLDS, World
from server.core import events as happened
from server.core.bazaar import Ticket
from server.core.calling import resumes_at
from server.core.events import Event
from server.core.place import Place, line_now, place_of
from server.core.plan import Plan
from server.core.values import MS_PER_MINUTE, CounterState, Label, Lane, Prefix, TicketState
from server.store.plan_file import read_plan

SEEDS = range(11, 21)
ASKED_EVERY_MINUTES = 10.0
MOMENT_MINUTES = 1.0
"""Who was told "any moment now" was told right when called within this time."""
PLAN_FILE = Path(__file__).parents[1] / "bazaars" / "mayangan.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one resident saw at one moment, in minutes still to wait.

    ``range`` is ours as a phone shows it. ``by_file`` is people ahead times the line's minutes in the bazaar file, by open counters;
    ``by_last`` how long the last called of the lane had waited, less what this resident has waited already. None: nothing could be told.
    """

    label: Label
    at: float
    waited: float
    range: tuple[int, int] | None
    by_file: float | None
    by_last: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One evening. Shares are of what was told; errors are medians, in minutes, of what all three could tell."""

    seed: int
    told: int
    untold_share: float
    wait: float
    held_share: float
    held_at_issue_share: float
    error: float
    error_by_file: float
    error_by_last: float

    @property
    def wins(self) -> bool:
        """Whether our middle was nearer than both others."""
        return self.error < min(self.error_by_file, self.error_by_last)


@dataclass(slots=True, kw_only=True)
class _Notes:
    """Who was told what, and when each ticket was first called; tickets of residents who stepped aside before are ``aside``."""

    told: list[Told] = field(default_factory=list)
    called: dict[Label, float] = field(default_factory=dict)
    last_waits: dict[tuple[Prefix, Lane], float] = field(default_factory=dict)
    aside: set[Label] = field(default_factory=set)


class _Watch:
    """Looks at every resident's place: when the number is taken, and then again and again until it is called."""

    def __init__(self, plan: Plan, seed: int, world: World) -> None:
        self.notes = _Notes()
        self._world = world
        self._evening = Evening(plan, random.Random(seed), self._on_events)  # noqa: S311  # the same evening each time

    def run(self) -> _Notes:
        """The whole evening."""
        Crowd(self._evening, self._world).come()
        self._evening.run()
        return self.notes

    def _on_events(self, events: Sequence[Event]) -> None:
        notes, tickets = self.notes, self._evening.bazaar.tickets
        for event in events:
            match event:
                case happened.TicketIssued():
                    self._evening.begin(self._look(event.ticket))
                case happened.TicketCalled() if event.ticket not in notes.called:
                    ticket = tickets[event.ticket]
                    notes.called[event.ticket] = self._evening.minutes
                    notes.last_waits[ticket.line, ticket.lane] = self._waited(ticket)
                case happened.TicketHeld() if event.ticket not in notes.called:
                    notes.aside.add(event.ticket)

    def _look(self, label: Label) -> Life:
        while self._evening.minutes < HOME_MINUTES and self._waits(label):
            self.notes.told.append(self._told(self._evening.bazaar.tickets[label]))
            yield ASKED_EVERY_MINUTES

    def _waits(self, label: Label) -> bool:
        return self._evening.bazaar.tickets[label].state is TicketState.WAITING and label not in self.notes.called

    def _told(self, ticket: Ticket) -> Told:
        bazaar, waited = self._evening.bazaar, self._waited(ticket)
        resumes = resumes_at(bazaar, ticket)
        line = bazaar.lines[ticket.line]
        place = place_of(line_now(bazaar, line), {"lane": ticket.lane.value, "number": ticket.number, "resumes_at": resumes})
        last_wait = self.notes.last_waits.get((ticket.line, ticket.lane))
        return Told(
            label=ticket.label,
            at=self._evening.minutes,
            waited=waited,
            range=place.minutes,
            by_file=self._by_file(ticket.line, place),
            by_last=None if last_wait is None else max(0.0, last_wait - waited),
        )

    def _by_file(self, prefix: Prefix, place: Place) -> float | None:
        bazaar = self._evening.bazaar
        counters = sum(bazaar.counters[counter.number].state is CounterState.OPEN for counter in bazaar.plan.counters_of(prefix))
        minutes = mean(service.minutes for service in bazaar.plan.line(prefix).services)
        return place.ahead * minutes / counters if counters else None

    def _waited(self, ticket: Ticket) -> float:
        return (self._evening.now_ms - ticket.issued_at) / MS_PER_MINUTE


def evening(plan: Plan, seed: int, world: World) -> Figures:
    """Simulate an evening at the plan's bazaar and judge what was told. Who stepped aside, or was never called, has no wait to compare."""
    notes = _Watch(plan, seed, world).run()
    known = [told for told in notes.told if told.label in notes.called and told.label not in notes.aside]
    told = [(told, notes.called[told.label] - told.at) for told in known]
    ours = [(told.range, told.waited == 0, wait) for told, wait in told if told.range is not None]
    held = [(low <= wait <= max(high, MOMENT_MINUTES), at_issue) for (low, high), at_issue, wait in ours]
    errors = [
        (abs(mean(told.range) - wait), abs(told.by_file - wait), abs(told.by_last - wait))
        for told, wait in told
        if told.range is not None and told.by_file is not None and told.by_last is not None
    ]
    error, error_by_file, error_by_last = (median(column) for column in zip(*errors, strict=True))
    return Figures(
        seed=seed,
        told=len(ours),
        untold_share=1 - len(ours) / len(told),
        wait=median(wait for _, _, wait in ours),
        held_share=mean(holds for holds, _ in held),
        held_at_issue_share=mean(holds for holds, at_issue in held if at_issue),
        error=error,
        error_by_file=error_by_file,
        error_by_last=error_by_last,
    )


def table(days: Iterable[Figures]) -> Table:
    """A row for each evening."""
    shown = Table(
        box=box.SIMPLE_HEAD, title_justify="left", title="What residents were told, and how long they then waited (minutes, medians)"
    )
    heads = ("seed", "told", "not told", "wait", "in range", "at issue", "off by", "file off by", "last off by", "nearest")
    for head in heads:
        shown.add_column(head, justify="right")
    for day in days:
        shown.add_row(
            str(day.seed),
            f"{day.told:,}",
            f"{day.untold_share:.0%}",
            f"{day.wait:.0f}",
            f"{day.held_share:.0%}",
            f"{day.held_at_issue_share:.0%}",
            *(f"{error:.1f}" for error in (day.error, day.error_by_file, day.error_by_last)),
            "ours" if day.wins else "",
        )
    return shown


def main(name: str = "ordinary") -> None:
    """All evenings of a world, as a table."""
    plan = read_plan(PLAN_FILE)
    days = [evening(plan, seed, WORLDS[name]) for seed in SEEDS]
    console = Console()
    console.print(table(days))
    held = mean(day.held_share for day in days)
    console.print(f"On average {held:.0%} in range; ours is nearest in {sum(day.wins for day in days)} of {len(days)} {name} evenings.")


if __name__ == "__main__":
    main(*sys.argv[1:])
