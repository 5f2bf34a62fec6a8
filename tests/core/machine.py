"""A bazaar under random commands: hypothesis presses the buttons, `decide` answers, and the log grows as the writer would write it."""

from dataclasses import dataclass, field, fields
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from server.core import commands as order
from server.core.bazaar import Bazaar, open_bazaar
from server.core.commands import Command, Envelope
from server.core.decide import decide
from server.core.entry import Refusal
from server.core.events import EVENTS, BazaarOpened, Event
from server.core.evolve import evolve
from server.core.plan import Plan
from server.core.refusals import Refused
from server.core.values import CommandId, CounterNumber, Label, Lane, OutOfOrderReason, Prefix, ServiceCode, VisitId
from tests.core.logs import START_MS, EventPair, Record, chained, cursor_of

NAMES = {cls: name for name, cls in EVENTS.items()}
SERVICES = [ServiceCode(code) for code in ("ktp", "kk", "skck", "hilang", "pbb", "donor")]
COUNTERS = [CounterNumber(number) for number in (1, 2, 3, 4, 5)]
ENTRIES_BEFORE_CLOSING = 45
ERRANDS = st.lists(st.sampled_from(SERVICES), min_size=1, max_size=4)
LANES = st.sampled_from(Lane)
CROWD = st.lists(st.tuples(ERRANDS | st.just([SERVICES[0]]), LANES), min_size=6, max_size=12)
RESIDENTS = st.sampled_from(["phone", "desk", "counter/1", "counter/3"])
STATES_BEFORE = {"hold": ("waiting", "called"), "return": ("held", "absent"), "cancel": ("waiting", "held", "absent")}


def config_of(*, return_after: int, quota: int | None) -> dict[str, object]:
    """Five lines with every kind of priority, one of them on paper; counters that serve one or several; a screen for all, one for some."""
    service = {"minutes": 5}
    first = [
        {"prefix": "A", "priority": "1:2", "services": [service | {"code": code, "name": code} for code in ("ktp", "kk")]},
        {"prefix": "D", "priority": "1:1", "services": [service | {"code": "pbb", "name": "PBB"}]},
    ]
    second = [
        {"prefix": "B", "priority": "none", "quota": quota, "services": [service | {"code": "skck", "name": "SKCK"}]},
        {"prefix": "C", "priority": "first", "services": [service | {"code": "hilang", "name": "Kehilangan"}]},
        {"prefix": "E", "priority": "1:1", "paper": True, "services": [service | {"code": "donor", "name": "Donor"}]},
    ]
    bazaar = {"id": "uji", "name": "Uji", "opens": "2026-12-04T16:00:00+07:00", "closes": "2026-12-04T21:00:00+07:00"}
    config = {
        "bazaar": bazaar | {"return_after": return_after},
        "agencies": [
            {
                "code": "satu",
                "name": "Satu",
                "lines": first,
                "counters": [{"number": 1}, {"number": 2, "lines": ["A"]}, {"number": 5, "lines": ["A"]}],
            },
            {"code": "dua", "name": "Dua", "lines": second, "counters": [{"number": 3}, {"number": 4, "lines": ["B"]}]},
        ],
        "screens": [{"code": "semua", "name": "Semua"}, {"code": "barat", "name": "Barat", "agencies": ["dua"]}],
    }
    return Plan.from_config(config).as_config()


@dataclass
class Day:
    """A bazaar, its log so far, and the hub's clock."""

    config: dict[str, object]
    bazaar: Bazaar = field(init=False)
    entries: list[Record] = field(default_factory=list)
    outcomes: list[tuple[Event, ...]] = field(default_factory=list)
    clock_ms: int = START_MS

    def __post_init__(self) -> None:
        self.bazaar = open_bazaar(self.config, at=START_MS)
        self._append((BazaarOpened(config=self.config),), by="admin", at=START_MS)

    def ask(self, command: Command, by: str) -> tuple[Event, ...]:
        """Decide a command and write down what comes of it; no events when it is refused. Time never goes back in the log."""
        at = max(self.clock_ms, self.bazaar.at)
        envelope = Envelope(command_id=self._command_id(), by=by, command=command)
        try:
            outcome: tuple[Event, ...] | Refused = decide(self.bazaar, envelope, at)
        except Refused as refused:
            outcome = refused
        self._append(outcome, by=by, at=at)
        self.bazaar.offset, self.bazaar.at = len(self.entries), at
        for event in self.outcomes[-1]:
            evolve(self.bazaar, event, offset=len(self.entries), at=at)
        return self.outcomes[-1]

    def records(self) -> list[tuple[Record, bytes]]:
        """The log as verification reads it."""
        return chained(self.entries)

    def _command_id(self) -> CommandId:
        return CommandId(f"command-{len(self.entries) + 1:08d}")

    def _append(self, outcome: tuple[Event, ...] | Refused, *, by: str, at: int) -> None:
        head = {
            "offset": len(self.entries) + 1,
            "at": at,
            "command_id": self._command_id(),
            "cursor": cursor_of(len(self.entries) + 1),
            "by": by,
        }
        if isinstance(outcome, Refused):
            self.entries.append({**head, "refused": Refusal.of(outcome).as_map()})
            self.outcomes.append(())
        else:
            self.entries.append({**head, "events": [as_pair(event) for event in outcome]})
            self.outcomes.append(outcome)


def as_pair(event: Event) -> EventPair:
    """The event as it is read back from the log."""
    values = {item.name: getattr(event, item.name) for item in fields(event)}
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items() if value is not None}
    return [NAMES[type(event)], plain]


class RandomDay(RuleBasedStateMachine):
    """Random commands, most of them such that something comes of them. Subclasses say what must hold."""

    day: Day

    @initialize(return_after=st.integers(0, 3), quota=st.none() | st.integers(2, 6), crowd=CROWD)
    def open(self, return_after: int, quota: int | None, crowd: list[tuple[list[ServiceCode], Lane]]) -> None:
        """A bazaar with all counters open, and the first people."""
        self.day = Day(config_of(return_after=return_after, quota=quota))
        for counter in COUNTERS:
            self.ask(order.OpenCounter(counter=counter), by=f"counter/{counter}")
        for services, lane in crowd:
            self.ask(order.IssueTickets(services=tuple(services), lane=lane), "kiosk/1")

    def ask(self, command: Command, by: str) -> tuple[Event, ...]:
        """Put a command to the day."""
        return self.day.ask(command, by)

    def do(self, do: str, by: str, **made: Any) -> None:
        """Put a command to the day, by its name on the wire."""
        self.ask(order.COMMANDS[do](**made), by)

    # Tickets

    @rule(services=ERRANDS, lane=LANES, by=st.sampled_from(["phone", "kiosk/1", "desk", "counter/1", "counter/3"]), data=st.data())
    def issue(self, services: list[ServiceCode], lane: Lane, by: str, data: st.DataObject) -> None:
        """Somebody takes tickets, for a new visit or one that is there."""
        visit = data.draw(st.none() | st.sampled_from([*self.day.bazaar.visits, VisitId("visit-1")]))
        self.do("issue", by, services=tuple(services), lane=lane, visit=visit)

    @rule(do=st.sampled_from(["hold", "hold", "return", "return", "return", "cancel"]), by=RESIDENTS, data=st.data())
    def of_resident(self, do: str, by: str, data: st.DataObject) -> None:
        """A resident is late, is back or leaves."""
        self.do(do, by, ticket=data.draw(st.sampled_from(self.labels(*STATES_BEFORE[do]))))

    @rule(one=st.booleans(), data=st.data())
    def step_out(self, one: bool, data: st.DataObject) -> None:
        """One who waits, or all who do, are held and are back at once, in any order."""
        waiting = [data.draw(st.sampled_from(self.labels("waiting")))] if one else self.labels("waiting")
        for ticket in waiting:
            self.do("hold", "phone", ticket=ticket)
        for ticket in data.draw(st.permutations(waiting)):
            self.do("return", "phone", ticket=ticket)

    @rule(
        line=st.sampled_from("AE"), lane=LANES, early=st.integers(0, 1), people=st.integers(1, 3), by=st.sampled_from(["desk", "kiosk/1"])
    )
    def hand_out(self, line: str, lane: Lane, early: int, people: int, by: str) -> None:
        """Numbers of a roll go to people, mostly those that come next."""
        first = self.day.bazaar.lines[Prefix(line)].lanes[lane].issued + 1 + early
        visits = tuple(VisitId(f"paper-{line}-{lane}-{first + place}") for place in range(people))
        self.do("hand_out", by, line=line, first=first, visits=visits, lane=lane)

    # Counters

    @rule(counter=st.sampled_from(COUNTERS), times=st.integers(1, 4))
    def press(self, counter: CounterNumber, times: int) -> None:
        """An officer presses Next, maybe a few times."""
        for _ in range(times):
            self.do("next", f"counter/{counter}", counter=counter, seen=self.serving(counter))

    @rule()
    def all_press(self) -> None:
        """Every officer presses Next."""
        for counter in COUNTERS:
            self.press(counter, 1)

    @rule(counter=st.sampled_from(COUNTERS), data=st.data())
    def press_late(self, counter: CounterNumber, data: st.DataObject) -> None:
        """A press that saw some other state, or a double tap."""
        self.do("next", f"counter/{counter}", counter=counter, seen=data.draw(st.none() | st.sampled_from(self.labels())))

    @rule(
        counter=st.sampled_from(COUNTERS),
        do=st.sampled_from(["recall", "absent", "hold", "finish", "undo", "undo"]),
        by=st.sampled_from(["", "", "supervisor", "system"]),
        data=st.data(),
    )
    def at_counter(self, counter: CounterNumber, do: str, by: str, data: st.DataObject) -> None:
        """An officer does something with the ticket at the counter, or with another when nobody is there."""
        ticket = self.serving(counter) or data.draw(st.sampled_from(self.labels()))
        self.do(do, by or f"counter/{counter}", counter=counter, ticket=ticket)

    @rule(counter=st.sampled_from(COUNTERS), is_recalled=st.integers(0, 3), comes_back=st.booleans())
    def nobody_comes(self, counter: CounterNumber, is_recalled: int, comes_back: bool) -> None:
        """Mostly recalled, waited for, marked absent; and maybe there at last."""
        if serving := self.serving(counter):
            if is_recalled:
                self.do("recall", f"counter/{counter}", counter=counter, ticket=serving)
            self.pass_time(30)
            self.do("absent", f"counter/{counter}", counter=counter, ticket=serving)
            if comes_back:
                self.do("return", "phone", ticket=serving)

    @rule(counter=st.sampled_from(COUNTERS), data=st.data())
    def slip_of_the_thumb(self, counter: CounterNumber, data: st.DataObject) -> None:
        """A call that is taken back, after somebody else came back."""
        self.press(counter, 1)
        self.do("return", "phone", ticket=data.draw(st.sampled_from(self.labels("held", "absent"))))
        if serving := self.serving(counter):
            self.do("undo", f"counter/{counter}", counter=counter, ticket=serving)

    @rule(counter=st.sampled_from(COUNTERS), service=st.sampled_from(SERVICES))
    def transfer(self, counter: CounterNumber, service: ServiceCode) -> None:
        """The ticket at the counter goes to another line, or to the end of its own."""
        if serving := self.serving(counter):
            self.do("transfer", f"counter/{counter}", counter=counter, ticket=serving, service=service)

    @rule(
        counter=st.sampled_from(COUNTERS), by=st.sampled_from(["supervisor", "supervisor", "desk", "counter/1", "system"]), data=st.data()
    )
    def call_out_of_order(self, counter: CounterNumber, by: str, data: st.DataObject) -> None:
        """A supervisor calls any ticket, mostly to a counter that was made free before."""
        ticket, reason = data.draw(st.sampled_from(self.labels("waiting"))), data.draw(st.sampled_from(OutOfOrderReason))
        serving = self.serving(counter)
        if serving and data.draw(st.integers(0, 3)):
            self.do("finish", "supervisor", counter=counter, ticket=serving)
        self.do("call_out_of_order", by, counter=counter, ticket=ticket, reason=reason)

    @rule(counter=st.sampled_from(COUNTERS), pause=st.booleans(), opens_again=st.booleans())
    def pause_or_close(self, counter: CounterNumber, pause: bool, opens_again: bool) -> None:
        """A counter pauses or closes, an officer presses all the same, and it mostly opens again."""
        by = f"counter/{counter}"
        if pause:
            self.do("pause_counter", by, counter=counter, reason="salat")
        else:
            self.do("close_counter", by, counter=counter)
        self.press(counter, 1)
        if opens_again:
            self.do("open_counter", by, counter=counter)

    # The organiser, time

    @rule(service=st.sampled_from(SERVICES), reopens=st.booleans())
    def close_service(self, service: ServiceCode, reopens: bool) -> None:
        """A service gives out no more numbers, or was only closed by mistake."""
        self.do("close_service", "desk", service=service)
        if reopens:
            self.do("reopen_service", "desk", service=service)

    @rule(scope=st.sampled_from(["bazaar", "satu", "B", "Z"]), ends=st.booleans())
    def announce(self, scope: str, ends: bool) -> None:
        """People are told something, and maybe no more."""
        self.do("announce", "desk", text="Hujan", scope=scope, minutes=5)
        if ends:
            self.do("end_announcement", "desk", id=next(reversed(self.day.bazaar.announcements), "none"))

    @rule(screen=st.sampled_from(["semua", "timur"]), agency=st.sampled_from(["satu", "dua", "tiga"]), goes=st.booleans())
    def set_screen(self, screen: str, agency: str, goes: bool) -> None:
        """A screen is set up or changed, and maybe taken away."""
        self.do("set_screen", "desk", screen=screen, name="Timur", agencies=(agency,), zone="semua", speaks=True)
        if goes:
            self.do("remove_screen", "desk", screen=screen)

    @rule(data=st.data())
    def rate(self, data: st.DataObject) -> None:
        """A resident rates a ticket."""
        ticket = data.draw(st.sampled_from(self.labels("served")))
        known = self.day.bazaar.tickets.get(ticket)
        self.do("rate", "phone", visit=known.visit if known else VisitId("none"), ticket=ticket, answers={"biaya": 4})

    @rule(seconds=st.sampled_from([-60, 10, 19.999, 20, 20.001, 30]))
    def pass_time(self, seconds: float) -> None:
        """Time goes by; a clock that is set may also go back."""
        self.day.clock_ms += int(seconds * 1000)

    @precondition(lambda self: len(self.day.entries) > ENTRIES_BEFORE_CLOSING)
    @rule()
    def close(self) -> None:
        """The day ends; later commands are refused."""
        self.do("close_bazaar", "admin")

    # What there is

    def serving(self, counter: CounterNumber) -> Label | None:
        """Who is at the counter."""
        return self.day.bazaar.counters[counter].serving

    def labels(self, *states: str) -> list[Label]:
        """The tickets in these states; without states or such tickets every label there is, and one that is not."""
        tickets = self.day.bazaar.tickets
        return [label for label, ticket in tickets.items() if ticket.state in states] or [*tickets, Label("Z-999")]
