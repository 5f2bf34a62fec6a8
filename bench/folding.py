"""What one entry costs the process that decides, folds and encodes it, by how many wait in the line where it happens.

    python -m bench.folding

prints processor time. Nothing is sent and no store is asked: this is Python's own part.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from time import process_time_ns
from typing import TypeVar

from rich.console import Console, RenderableType

import counters.channels
import displays.channels
from bench.estimate import PLAN_FILE
from bench.evening import Evening
from bench.figures import sheet
from bench.servers import Say
from server.core import commands as order
from server.core.bazaar import Bazaar
from server.core.commands import Command, Envelope
from server.core.decide import decide
from server.core.entry import Entry
from server.core.events import Event
from server.core.evolve import fold
from server.core.values import CommandId, CounterNumber, Lane, Prefix, label_of
from server.hub.channels import Frame, Mark, Subprotocol
from server.store.plan_file import read_plan
from server.web.credentials import Credentials

_T = TypeVar("_T")

SIZES = ((20, 0), (200, 0), (2000, 0), (2000, 500))
"""So many wait in line A, and so many of them have just come back and sit out."""
BUSY_LINE, ELSEWHERE = Prefix("A"), 20
"""In each of the other lines so many wait."""
CALLS = 40
"""Each counter of line A has called so many before."""
GONE = 12
"""One of so many has left the line, so that its numbers have holes."""
TURN_MINUTES = 0.5
ROUNDS = 100
NS_PER_US = 1000
KINDS = {kind.name: kind for kind in (*displays.channels.kinds(Credentials(b"")), *counters.channels.kinds())}
SHOWN = ("line/A", "hall", "hall/utama", "counter/1", "desk", "bazaar")
DECIDED, EVOLVED, FOUND, ALL = "decide", "evolve", "find what it touches", "every channel that it touches"
EPOCH = "0123456789abcdef" * 2


class FullBazaar:
    """The sample bazaar at work: every counter is open and has somebody, and so many wait in line A."""

    def __init__(self, waiting: int, returned: int = 0) -> None:
        plan = read_plan(PLAN_FILE)
        if returned:
            plan = replace(plan, bazaar=replace(plan.bazaar, return_after=10 * ROUNDS))
        self._evening = Evening(plan, random.Random(7), lambda _: None)  # noqa: S311  # the same people each time
        self._waiting = waiting
        self.bazaar: Bazaar = self._evening.bazaar
        self._fill()
        for counter in plan.counters:
            self.do(order.OpenCounter(counter=counter.number))
            for _ in range(CALLS if BUSY_LINE in counter.lines else 1):
                self.do(self.next_at(counter.number))
                self._fill()
        for number in list(self.bazaar.lines[BUSY_LINE].lanes[Lane.REGULAR].waiting)[:returned]:
            self.do(order.HoldTicket(ticket=label_of(BUSY_LINE, number)))
            self.do(order.ReturnTicket(ticket=label_of(BUSY_LINE, number)))

    @property
    def now_ms(self) -> int:
        """The bazaar's clock, Unix ms."""
        return self._evening.now_ms

    def do(self, command: Command) -> None:
        """Have it carried out, a while after what came before."""
        self._evening.minutes += TURN_MINUTES
        self._evening.ask(command, "desk")

    def next_at(self, counter: CounterNumber) -> Command:
        """The officer's Next."""
        return order.CallNext(counter=counter, seen=self.bazaar.counters[counter].serving)

    def newcomer(self, prefix: Prefix = BUSY_LINE) -> Command:
        """Somebody takes a number."""
        services = [service.code for service in self.bazaar.plan.line(prefix).services]
        return order.IssueTickets(services=(self._evening.rng.choice(services),))

    def _fill(self) -> None:
        """People come until every line is as long as it should be; some of them leave again."""
        for prefix, line in self.bazaar.lines.items():
            wanted = self._waiting if prefix == BUSY_LINE else ELSEWHERE
            while line.waiting < wanted and line.left != 0:
                self.do(self.newcomer(prefix))
                if line.issued % GONE == 0:
                    self.do(order.CancelTicket(ticket=label_of(prefix, line.issued)))


def frame_of(bazaar: Bazaar, name: str) -> Frame:
    """The frame of a channel, as the hub would send it; a visit goes by its id."""
    kind, _, key = name.partition("/")
    view = KINDS[kind].view(bazaar, key)
    return Frame(channel=name, epoch=EPOCH, mark=Mark(offset=bazaar.offset, head=EPOCH[:8]), at=bazaar.at, view=view)


def costs(waiting: int, returned: int, rounds: int = ROUNDS) -> Mapping[str, float]:
    """What each part costs in µs: the median of many entries, a press and a number taken by turns."""
    full = FullBazaar(waiting, returned)
    counters_there = full.bazaar.plan.counters_of(BUSY_LINE)
    times: dict[str, list[int]] = defaultdict(list)
    for turn in range(rounds):
        for command in (full.next_at(counters_there[turn % len(counters_there)].number), full.newcomer()):
            for part, took_ns in _entry(full, command):
                times[part].append(took_ns)
    return {part: median(took) / NS_PER_US for part, took in times.items()}


def _entry(full: FullBazaar, command: Command) -> Iterator[tuple[str, int]]:
    """Carry a command out part by part, and how long each took."""
    bazaar, now_ms, offset = full.bazaar, full.now_ms, full.bazaar.offset + 1
    envelope = Envelope(command_id=CommandId(f"command-of-the-bench-{offset:08d}"), by="desk", command=command)
    events, took = _timed(lambda: decide(bazaar, envelope, now_ms))
    yield DECIDED, took
    entry = Entry(offset=offset, at=now_ms, command_id=envelope.command_id, cursor="", by=envelope.by, outcome=events, prev=b"")
    yield EVOLVED, _timed(lambda: fold(bazaar, entry))[1]
    touched, took = _timed(lambda: _touched(bazaar, events))
    yield FOUND, took
    yield ALL, sum(_written_ns(bazaar, name) for name in touched)
    for name in SHOWN:
        yield name, _written_ns(bazaar, name)


def _touched(bazaar: Bazaar, events: tuple[Event, ...]) -> set[str]:
    """The names of all channels whose view may have changed."""
    places = ((kind.name, key) for kind in KINDS.values() for event in events for key in kind.touched(bazaar, event))
    return {f"{name}/{key}" if key else name for name, key in places}


def _written_ns(bazaar: Bazaar, name: str) -> int:
    """How long it takes to fold a channel and to encode it both ways."""
    return _timed(lambda: [*map(frame_of(bazaar, name).encoded, Subprotocol)])[1]


def _timed(act: Callable[[], _T]) -> tuple[_T, int]:
    begun_ns = process_time_ns()
    result = act()
    return result, process_time_ns() - begun_ns


@dataclass(frozen=True, slots=True, kw_only=True)
class Folding:
    """What each part of an entry costs in µs, by how many wait in line A and how many of them have just come back."""

    sizes: tuple[tuple[int, int], ...]
    costs: tuple[dict[str, float], ...]

    def tables(self) -> Iterable[RenderableType]:
        """See Result."""
        heads = [f"{waiting:,}" + f", {returned} back" * bool(returned) for waiting, returned in self.sizes]
        rows = [(part, *(f"{cost[part]:,.0f}" for cost in self.costs)) for part in (DECIDED, EVOLVED, FOUND, *SHOWN, ALL)]
        yield sheet("µs an entry; frames folded once and encoded in JSON and msgpack", ("waiting in line A", *heads), rows)


def measure_folding(*, sizes: Sequence[tuple[int, int]] = SIZES, rounds: int = ROUNDS, say: Say) -> Folding:
    """Carry out so many presses and numbers taken in lines of each size."""
    measured = []
    for waiting, returned in sizes:
        say(f"entries in a line where {waiting:,} wait")
        measured.append(dict(costs(waiting, returned, rounds)))
    return Folding(sizes=tuple(sizes), costs=tuple(measured))


def main() -> None:
    """The table."""
    Console().print(*measure_folding(say=lambda _what: None).tables())


if __name__ == "__main__":
    main()
