"""How long a hub needs to start on a long log, and how much memory it takes.

Makes a bazaar of that many entries on a bundled store of its own, then lets a fresh process follow it from the first entry as a hub does:

    python -m bench.replay URL ENTRIES FOLDER

follows the log in the store at URL, from the snapshot in FOLDER if there is one, and prints ``{"seconds", "memory_mb", "unfolded"}``; then
it leaves a snapshot there, unless there was one. So the second time tells what a start from a snapshot takes.
"""

import asyncio
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import RenderableType

from bench.processes import line_of, python
from server.core.bazaar import Bazaar
from server.core.commands import CallNext, Command, Envelope, IssueTickets, OpenCounter
from server.core.decide import decide
from server.core.entry import Entry, Outcome, Refusal
from server.core.plan import Plan
from server.core.refusals import Refused
from server.core.values import BazaarId, CommandId
from server.store.codec import encode_entry
from server.store.embedded import start_embedded
from server.store.kept import Kept
from server.store.ledger import Ledger
from server.store.log import EventLog
from server.store.opening import open_log
from server.store.plan_file import read_plan
from server.store.redis import connect
from server.store.snapshot import SnapshotFile
from server.store.writer import Writer

BATCH = 200
BAZAAR = BazaarId("replay")
START_MS = 1_796_374_800_000
PLAN_FILE = Path(__file__).parents[1] / "bazaars" / "mayangan.toml"
CALLS_SHARE = 0.5
BYTES_PER_MB = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A log read from its first entry on, as a hub that starts does. ``bytes``: all entries; ``memory_mb``: what the process grew by.

    ``kept_seconds`` and ``kept_memory_mb`` are those of a start from a snapshot of ``snapshot_mb``.
    """

    entries: int
    bytes: int
    seconds: float
    memory_mb: float
    kept_seconds: float
    kept_memory_mb: float
    snapshot_mb: float

    def tables(self) -> Iterable[RenderableType]:
        """See Result."""
        size = f"{self.entries:,} entries ({self.bytes / 1e6:.1f} MB)"
        yield f"Replay: {size} in {self.seconds:.2f} s ({self.entries / self.seconds:,.0f} entries/s), {self.memory_mb:.0f} MB of memory"
        yield f"From a snapshot of {self.snapshot_mb:.0f} MB: {self.kept_seconds:.2f} s, {self.kept_memory_mb:.0f} MB of memory"


async def measure_replay(*, entries: int, say: Callable[[str], None]) -> Replay:
    """Make the log and have it followed."""
    with tempfile.TemporaryDirectory(prefix="urut-bench-", ignore_cleanup_errors=True) as folder:
        store = await start_embedded(Path(folder), ends_with_parent=True)
        try:
            say(f"making a log of {entries:,} entries")
            connection = connect(store.url)
            size = await make_log(connection.log(BAZAAR), without_quotas(read_plan(PLAN_FILE)), entries)
            await connection.close()
            told = []
            for what in ("following", "beginning with a snapshot of"):
                say(f"{what} {entries:,} entries")
                async with python(["-m", "bench.replay", store.url, str(entries), folder]) as process:
                    told.append(await line_of(process))
            snapshot_mb = SnapshotFile(Path(folder), BAZAAR).size / BYTES_PER_MB
        finally:
            await store.close()
    fresh, kept = told
    assert [0, entries] == [fresh["unfolded"], kept["unfolded"]]
    return Replay(
        entries=entries,
        bytes=size,
        seconds=fresh["seconds"],
        memory_mb=fresh["memory_mb"],
        kept_seconds=kept["seconds"],
        kept_memory_mb=kept["memory_mb"],
        snapshot_mb=snapshot_mb,
    )


async def make_log(log: EventLog, plan: Plan, entries: int) -> int:
    """Append this many entries of a busy day; their size in bytes."""
    await open_log(log, plan, by="admin", now_ms=START_MS, command_id=CommandId("opening-of-the-replay"))
    ledger = Ledger()
    ledger.apply((await log.read(0, 1))[0])
    day = random.Random(1)  # noqa: S311  # the same log each time
    top, batch, size = ledger.top, list[bytes](), len(ledger.top.record)
    while ledger.offset < entries:
        record = _next_record(ledger, day)
        ledger.apply(record)
        batch.append(record)
        size += len(record)
        if len(batch) == BATCH or ledger.offset == entries:
            await log.append(top, batch)
            top, batch = ledger.top, []
    return size


def _next_record(ledger: Ledger, day: random.Random) -> bytes:
    number = ledger.offset
    at = START_MS + 100 * number
    command = _command(ledger.bazaar, day, number)
    envelope = Envelope(command_id=CommandId(f"command-of-the-day-{number:08d}"), by="admin", command=command)
    try:
        outcome: Outcome = decide(ledger.bazaar, envelope, at)
    except Refused as refused:
        outcome = Refusal.of(refused)
    return encode_entry(
        Entry(
            offset=number + 1,
            at=at,
            command_id=envelope.command_id,
            cursor=f"{at}-0",
            by=envelope.by,
            outcome=outcome,
            prev=ledger.hash,
        )
    )


def _command(bazaar: Bazaar, day: random.Random, number: int) -> Command:
    """Every counter opens; then people come and are called, about as many of each."""
    counters = bazaar.plan.counters
    if number <= len(counters):
        return OpenCounter(counter=counters[number - 1].number)
    counter = day.choice(counters)
    if day.random() < CALLS_SHARE:
        return CallNext(counter=counter.number, seen=bazaar.counters[counter.number].serving)
    service = day.choice(bazaar.plan.line(day.choice(counter.lines)).services)
    return IssueTickets(services=(service.code,))


def without_quotas(plan: Plan) -> Plan:
    """The plan, giving out as many numbers as are asked for."""
    agencies = tuple(replace(agency, lines=tuple(replace(line, quota=None) for line in agency.lines)) for agency in plan.agencies)
    return replace(plan, agencies=agencies)


async def follow(url: str, entries: int, folder: Path) -> None:
    """Follow the log until a hub would be ready, print what it took, and see to it that there is a snapshot."""
    connection, kept = connect(url), Kept(folder, BAZAAR)
    writer = Writer(connection.log(BAZAAR), lambda: START_MS, lambda entry: None, kept=kept)
    before_mb, started = _memory_mb(), time.perf_counter()
    running = asyncio.create_task(writer.run())
    while not writer.ready:
        await asyncio.sleep(0)
    seconds = time.perf_counter() - started
    assert entries == writer.ledger.offset
    running.cancel()
    await connection.close()
    told = {"seconds": round(seconds, 3), "memory_mb": round(_memory_mb() - before_mb, 1), "unfolded": writer.follower.unfolded}
    if not writer.follower.unfolded:
        kept.snapshot.write(writer.ledger)
    print(json.dumps(told), flush=True)


def _memory_mb() -> float:
    """What the process holds now; the peak would be its parent's, which made the log."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / BYTES_PER_MB


if __name__ == "__main__":
    asyncio.run(follow(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])))
