"""Who comes to a simulated evening, and who serves: how many, when, for how long, and what goes wrong.

Rule: nothing here knows how a wait is estimated. People differ by evening, line, officer and errand, a few errands drag on, officers hurry
before a long line and take breaks, and a kampung comes in one bus: things that an estimate is not told and must live with.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from statistics import mean

from bench.evening import Evening, Life
from bench.world import World
from server.core import commands as order
from server.core import events as happened
from server.core.calling import next_ticket
from server.core.plan_parts import Line
from server.core.refusals import Refused
from server.core.values import CounterNumber, Label, Lane, Prefix, ServiceCode, TicketState

HOURS = 5.0
LAST_NUMBER_MINUTES = 270.0
HOME_MINUTES = 600.0
"""Whoever still waits is served after the end, but nobody stays for ever."""
RUSH = (0.9, 1.6, 1.2, 0.8, 0.5)
"""How many come in each hour, against the average."""
AT_THE_DOOR = 0.06
"""How many of all wait for the opening."""
LOAD = (0.55, 0.85)
"""Tickets of an evening, against what its counters could serve if nothing went wrong."""
BUSES, BUS_PEOPLE = (2, 5), (5, 14)
ERRANDS = {1: 0.54, 2: 0.32, 3: 0.14}
TWO_SERVICES_SHARE = 0.08
"""How many come to a line for two of its services at once."""
PRIORITY_SHARE = 0.06
RETURN_SHARE = 0.6
AWAY_MINUTES = (4.0, 25.0)
CANCEL_SHARE, HOLD_SHARE, THINK_MINUTES = 0.02, 0.03, (3.0, 30.0)
MISSING_PAPER_SHARE, TRANSFER_SHARE = 0.02, 0.02

POPULARITY = 0.25
"""How much evenings differ in who comes where: the deviation of the logarithm."""
DRAGS = 2.5
"""An errand that drags on takes so many times the usual."""
HURRY_FROM, HURRY = 12, 0.9
"""With so many waiting for each counter, servings take so much of the usual."""
WALK_MINUTES, IN_VAIN_MINUTES, LOOK_MINUTES = (0.3, 1.0), (0.6, 2.0), 0.4
SLOW_START_MINUTES, LATE_MINUTES, SECOND_WAVE_MINUTES = (0.0, 6.0), (8.0, 30.0), (45.0, 120.0)
EARLY_MINUTES, LEFT_ALONE_MAX = (150.0, 270.0), 3
"""Some officers go home before the others, but leave no more than a few people to them."""
PRAYER_AT, PRAYER_MINUTES, REST_MINUTES = (92.0, 125.0), (8.0, 18.0), (3.0, 12.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How this evening is with one line: who comes, against others; how long servings take, and how much they scatter."""

    weight: float
    pace: float
    scatter: float


class Crowd:
    """Everybody of one evening."""

    def __init__(self, evening: Evening, world: World) -> None:
        self._evening = evening
        self._world = world
        self._rng = evening.rng
        self._plan = evening.bazaar.plan
        self._ways: Mapping[Prefix, Ways] = {line.prefix: self._line_ways(line) for line in self._plan.lines}
        capacity = sum(len(self._plan.counters_of(line.prefix)) / _usual(line) for line in self._plan.lines)
        tickets = capacity * HOURS * 60 * self._rng.uniform(*LOAD)
        self._visits = tickets / sum(count * share for count, share in ERRANDS.items())

    def come(self) -> None:
        """Let everybody begin."""
        self._evening.begin(self._arrivals())
        for _ in range(self._rng.randint(*BUSES)):
            self._evening.begin(self._bus(), after=self._rng.uniform(10, LAST_NUMBER_MINUTES))
        for counter in self._plan.counters:
            self._evening.begin(_Officer(self._evening, self._world, counter.number, self._ways).life())

    def _line_ways(self, line: Line) -> Ways:
        capacity = len(self._plan.counters_of(line.prefix)) / _usual(line)
        return Ways(
            weight=capacity * self._about(POPULARITY),
            pace=self._about(self._world.line_pace),
            scatter=self._rng.uniform(*self._world.scatter),
        )

    def _about(self, deviation: float) -> float:
        return self._rng.lognormvariate(0, deviation)

    # Residents

    def _arrivals(self) -> Life:
        for _ in range(round(AT_THE_DOOR * self._visits)):
            self._visit(self._errands())
        while self._evening.minutes < LAST_NUMBER_MINUTES:
            rush = RUSH[min(int(self._evening.minutes / 60), len(RUSH) - 1)]
            yield self._rng.expovariate(rush * self._visits * (1 - AT_THE_DOOR) / (HOURS * 60))
            self._visit(self._errands())

    def _bus(self) -> Life:
        """People of one neighbourhood, most of whom want the same."""
        (line,) = self._lines(1)
        for _ in range(self._rng.randint(*BUS_PEOPLE)):
            self._visit(self._services(line))
            yield self._rng.uniform(0.1, 0.6)

    def _errands(self) -> list[ServiceCode]:
        count = self._rng.choices(list(ERRANDS), list(ERRANDS.values()))[0]
        return [code for line in self._lines(count) for code in self._services(line)]

    def _lines(self, count: int) -> list[Line]:
        """Different lines, each by its weight."""
        draws = {line.prefix: self._rng.random() ** (1 / self._ways[line.prefix].weight) for line in self._plan.lines}
        return sorted(self._plan.lines, key=lambda line: draws[line.prefix], reverse=True)[:count]

    def _services(self, line: Line) -> list[ServiceCode]:
        codes = [service.code for service in line.services]
        return self._rng.sample(codes, 2 if len(codes) > 1 and self._evening.chance(TWO_SERVICES_SHARE) else 1)

    def _visit(self, services: list[ServiceCode]) -> None:
        """Take numbers, without what cannot be had; some change their mind later."""
        lane = Lane.PRIORITY if self._evening.chance(PRIORITY_SHARE) else Lane.REGULAR
        while services:
            try:
                events = self._evening.ask(order.IssueTickets(services=tuple(services), lane=lane), "kiosk/1")
            except Refused as refused:
                services = [code for code in services if self._plan.line_of(code).prefix != refused.fields["line"]]
                continue
            labels = [event.ticket for event in events if isinstance(event, happened.TicketIssued)]
            self._evening.begin(self._second_thoughts(labels[-1]), after=self._rng.uniform(*THINK_MINUTES))
            return

    def _second_thoughts(self, label: Label) -> Life:
        if self._evening.bazaar.tickets[label].state is not TicketState.WAITING:
            return
        if self._evening.chance(CANCEL_SHARE):
            self._evening.tries(order.CancelTicket(ticket=label), "phone")
        elif self._evening.chance(HOLD_SHARE) and self._evening.tries(order.HoldTicket(ticket=label), "phone"):
            yield self._rng.uniform(*AWAY_MINUTES)
            self._evening.tries(order.ReturnTicket(ticket=label), "phone")


class _Officer:
    """One counter's officer."""

    def __init__(self, evening: Evening, world: World, number: CounterNumber, ways: Mapping[Prefix, Ways]) -> None:
        self._evening = evening
        self._world = world
        self._rng = evening.rng
        self._number = number
        self._ways = ways
        self._by = f"counter/{number}"
        self._pace = self._rng.lognormvariate(0, world.officer_pace)
        self._tidy = evening.chance(world.tidy_share)
        peers = evening.bazaar.plan.counters_of(evening.bazaar.plan.counter(number).lines[0])
        self._spare = peers[0].number != number
        """Whether the line goes on without this counter."""

    def life(self) -> Life:
        """Open, serve, rest, pray, and close when nobody is left."""
        yield self._opening()
        self._ask(order.OpenCounter(counter=self._number))
        breaks = sorted(self._breaks())
        early = self._rng.uniform(*EARLY_MINUTES) if self._spare and self._evening.chance(self._world.early_share) else HOME_MINUTES
        while self._stays(early):
            if breaks and breaks[0][0] <= self._evening.minutes:
                yield from self._rest(breaks.pop(0)[1])
            elif next_ticket(self._evening.bazaar, self._number) is None:
                if self._tidy:
                    self._finish()
                if self._evening.minutes > LAST_NUMBER_MINUTES and self._waiting() == 0:
                    break
                yield LOOK_MINUTES
            else:
                yield from self._serve()
        self._finish()
        self._ask(order.CloseCounter(counter=self._number))

    def _stays(self, early: float) -> bool:
        minutes = self._evening.minutes
        return minutes < early or (minutes < HOME_MINUTES and self._waiting() > LEFT_ALONE_MAX)

    def _opening(self) -> float:
        if self._spare and self._evening.chance(self._world.second_wave_share):
            return self._rng.uniform(*SECOND_WAVE_MINUTES)
        return self._rng.uniform(*LATE_MINUTES) if self._evening.chance(self._world.late_share) else self._rng.uniform(*SLOW_START_MINUTES)

    def _breaks(self) -> list[tuple[float, float]]:
        """When, and for how long."""
        breaks = (
            [(self._rng.uniform(*PRAYER_AT), self._rng.uniform(*PRAYER_MINUTES))] if self._evening.chance(self._world.prayer_share) else []
        )
        at = self._rng.expovariate(1 / self._world.rest_every)
        while at < HOURS * 60:
            breaks.append((at, self._rng.uniform(*REST_MINUTES)))
            at += self._rng.expovariate(1 / self._world.rest_every)
        return breaks

    def _rest(self, minutes: float) -> Life:
        self._finish()
        self._ask(order.PauseCounter(counter=self._number, reason="Istirahat"))
        yield minutes
        self._ask(order.OpenCounter(counter=self._number))

    def _waiting(self) -> int:
        lines = (self._evening.bazaar.lines[prefix] for prefix in self._evening.bazaar.plan.counter(self._number).lines)
        return sum(len(lane.waiting) for line in lines for lane in line.lanes.values())

    def _serve(self) -> Life:
        """Call the next, and stay with whoever comes until the errand is done; the next call ends it in the log."""
        self._ask(order.CallNext(counter=self._number, seen=self._there))
        label = self._there
        assert label is not None
        if self._evening.chance(self._world.no_show_share):
            yield from self._in_vain(label)
            return
        yield self._rng.uniform(*WALK_MINUTES) + self._serving_minutes(label)
        if self._evening.chance(MISSING_PAPER_SHARE):
            self._ask(order.HoldTicket(counter=self._number, ticket=label))
            self._evening.begin(self._comes_back(label), after=self._rng.uniform(*AWAY_MINUTES))
        elif self._evening.chance(TRANSFER_SHARE):
            service = self._rng.choice(self._evening.bazaar.plan.services).code
            self._evening.tries(order.TransferTicket(counter=self._number, ticket=label, service=service), self._by)

    def _in_vain(self, label: Label) -> Life:
        yield self._rng.uniform(*IN_VAIN_MINUTES)
        self._ask(order.RecallTicket(counter=self._number, ticket=label))
        yield self._rng.uniform(*IN_VAIN_MINUTES)
        self._ask(order.MarkAbsent(counter=self._number, ticket=label))
        if self._evening.chance(RETURN_SHARE):
            self._evening.begin(self._comes_back(label), after=self._rng.uniform(*AWAY_MINUTES))

    def _comes_back(self, label: Label) -> Life:
        self._evening.tries(order.ReturnTicket(ticket=label), "phone")
        yield from ()

    def _serving_minutes(self, label: Label) -> float:
        bazaar = self._evening.bazaar
        ticket = bazaar.tickets[label]
        ways, line = self._ways[ticket.line], bazaar.lines[ticket.line]
        usual = sum(bazaar.plan.service(code).minutes for code in ticket.services) * ways.pace * self._pace
        waiting = sum(len(lane.waiting) for lane in line.lanes.values())
        if waiting > HURRY_FROM * len(bazaar.plan.counters_of(ticket.line)):
            usual *= HURRY
        if self._evening.chance(self._world.drags_share):
            usual *= DRAGS
        return self._rng.lognormvariate(log(usual) - ways.scatter**2 / 2, ways.scatter)

    @property
    def _there(self) -> Label | None:
        return self._evening.bazaar.counters[self._number].serving

    def _finish(self) -> None:
        there = self._there
        if there is not None:
            self._ask(order.FinishTicket(counter=self._number, ticket=there))

    def _ask(self, command: order.Command) -> None:
        self._evening.ask(command, self._by)


def _usual(line: Line) -> float:
    """Minutes of the line's services on average."""
    return mean(service.minutes for service in line.services)
