"""What phones cost that each follow a visit of their own: memory for each, and the time of an entry that concerns hardly any of them.

    python -m bench.following

Sockets are left out, `bench.fanout` has these: here is what the room keeps for a phone, and what an entry costs the whole process.
"""

import asyncio
import gc
import tracemalloc
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from statistics import median
from time import process_time_ns

from rich.console import Console

import counters.channels
import displays.channels
from bench.replay import PLAN_FILE, START_MS, without_quotas
from server.core.values import CommandId, VisitId
from server.hub.channels import Subprotocol
from server.hub.counts import Counts
from server.hub.follower import Follower
from server.hub.room import Room
from server.store.log import MemoryLog
from server.store.opening import open_log
from server.store.plan_file import read_plan
from server.web.credentials import Credentials, scope_of

CROWDS = (2000, 10_000, 20_000)
ROLL = 100
"""So many numbers are handed out at once."""
PRESSES = 50
LINES = "BCDE"
"""The phones follow these, a quarter of them each; what happens, happens in line A."""
NS_PER_US = 1000
CREDENTIALS = Credentials(b"the secret of the bench")


class Nowhere:
    """A carrier to sockets that take everything."""

    def write(self, _fd: int, data: bytes) -> int:
        """See Carrier."""
        return len(data)

    def await_room(self, fd: int) -> None:
        """See Carrier; there is always room."""

    def room_came(self, fd: int) -> None:
        """See Carrier."""

    def end(self, fd: int) -> None:
        """See Carrier; there is nothing to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """With so many phones: bytes that the process keeps for each, and µs of processor time for an entry (median)."""

    phones: int
    bytes_a_phone: float
    us_an_entry: float


async def measure(phones: int, presses: int = PRESSES) -> Followed:
    """Let so many phones follow a bazaar in a room of its own, each a visit of its own; then people take numbers of line A."""
    log, ticks = MemoryLog(), count(START_MS)
    plan = without_quotas(read_plan(PLAN_FILE))
    await open_log(log, plan, by="admin", now_ms=START_MS, command_id=CommandId("opening-of-the-bench"))
    room = Room(log, (*displays.channels.kinds(CREDENTIALS), *counters.channels.kinds()), lambda: next(ticks), Counts())
    running = asyncio.create_task(room.run())
    visits = [VisitId(f"visit-of-the-bench-{number:08d}") for number in range(phones)]
    for first in range(0, phones // len(LINES), ROLL):
        for place, line in enumerate(LINES):
            begin = len(LINES) * first + ROLL * place
            await _ask(room, do="hand_out", line=line, first=first + 1, visits=visits[begin : begin + ROLL])
    bytes_a_phone = _join(room, visits)
    times = []
    for _ in range(presses):
        begun_ns = process_time_ns()
        await _ask(room, do="issue", services=["ktp"])
        times.append(process_time_ns() - begun_ns)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    return Followed(phones=phones, bytes_a_phone=bytes_a_phone, us_an_entry=median(times) / NS_PER_US)


async def _ask(room: Room, **command: object) -> None:
    """Have a command decided, and what it touches folded."""
    entry = await room.submit({"command_id": f"following-of-the-bench-{room.offset:08d}", "by": "desk", **command})
    assert entry.events
    await asyncio.sleep(0)


def _join(room: Room, visits: list[VisitId]) -> float:
    """A phone of each visit comes; how many bytes more there are for each."""
    scope = scope_of(room.plan.bazaar.id, room.epoch)
    lines = [room.bazaar.tickets[room.bazaar.visits[visit][0]].line for visit in visits]
    names = [[f"visit/{CREDENTIALS.visit_token(scope, visit)}", f"line/{line}"] for visit, line in zip(visits, lines, strict=True)]
    carrier = Nowhere()
    gc.collect()
    tracemalloc.start()
    for fd, channels in enumerate(names):
        room.follow(Follower(fd, carrier, Subprotocol.JSON, room.fanout), room.channels(channels), {})
    gc.collect()
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return grown / len(names)


def main() -> None:
    """A line for each crowd."""
    for phones in CROWDS:
        followed = asyncio.run(measure(phones))
        Console().print(f"{phones:,} phones: {followed.bytes_a_phone:,.0f} bytes each, {followed.us_an_entry:,.0f} µs an entry")


if __name__ == "__main__":
    main()
