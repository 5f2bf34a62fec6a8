"""More phones than one process may have files for: several hub processes on one port, as `urut hub --processes` starts them. Are all phones
held, and does an event reach all of them?"""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from rich.console import RenderableType

from bench.audience import Address, Audience, audience
from bench.figures import sheet
from bench.peers.nchan import free_port
from bench.presses import LINE, SERVICE
from bench.processes import children, phones_max, python, resident_bytes
from bench.replay import PLAN_FILE, START_MS, without_quotas
from bench.servers import Say
from bench.windows import everywhere
from server.core.values import CommandId
from server.store.codec import command_from_map, encode_command
from server.store.command_ids import new_command_id
from server.store.embedded import start_embedded
from server.store.log import EventLog
from server.store.opening import open_log
from server.store.plan_file import read_plan
from server.store.redis import connect

EVENTS = 3
SETTLE_S = 1.0
START_S = 60.0
READY_TIMES = 20
"""So often in a row the hubs must say that they are ready: each time another one may answer."""
NS_PER_S = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One hub process: how many files it has open, nearly all of them phones, what each costs, and the whole process."""

    files: int
    bytes_per_connection: int
    resident_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """Hub processes that share a port. ``reached``: how many phones have every event; ``last_s``: the longest that the last one waited."""

    phones: int
    reached: int
    held_s: float
    came_s: float
    last_s: float
    hubs: tuple[Holding, ...]

    def tables(self) -> Iterable[RenderableType]:
        """See Result."""
        title = f"{self.phones:,} phones over {len(self.hubs)} processes on one port, held for {self.held_s:g} s"
        rows = [
            (f"hub {number}", f"{hub.files:,}", f"{hub.bytes_per_connection:,}", f"{hub.resident_mb:.0f}")
            for number, hub in enumerate(self.hubs, 1)
        ]
        yield sheet(title, ("process", "open files", "bytes a connection", "process, MB"), rows)
        yield f"They came in {self.came_s:.1f} s; {EVENTS} events reached {self.reached:,}, the last of them within {self.last_s:.2f} s."


async def measure_many(*, phones: int, hubs: int, held_s: float, say: Say) -> Many:
    """Fill so many hubs with so many phones, hold them for so long, and bring them a few events."""
    share = min(-(-phones // hubs), phones_max() - phones_max() // 50)  # the kernel spreads them evenly, more or less
    if share * hubs < phones:
        say(f"by this machine's limit of open files it is {share * hubs:,} phones")
    async with AsyncExitStack() as stack:
        say(f"starting {hubs} hubs on one port")
        home, pids, log = await stack.enter_async_context(_hubs(hubs))
        before = [(_files(pid), resident_bytes(pid)) for pid in pids]
        crowds: list[Audience] = []
        for number in range(1, hubs + 1):
            say(f"connecting {share:,} phones, {number} of {hubs}")
            crowds.append(await stack.enter_async_context(audience(Address.of(home, LINE), share, source=f"127.0.0.{number}")))
        say(f"holding {share * hubs:,} phones for {held_s:g} s")
        await asyncio.sleep(SETTLE_S + held_s)
        held = [_holding(pid, *was) for pid, was in zip(pids, before, strict=True)]
        reached, last_s = await _reach(crowds, log)
    came_s = sum(crowd.came_s for crowd in crowds)
    return Many(phones=share * hubs, reached=reached, held_s=held_s, came_s=came_s, last_s=last_s, hubs=tuple(held))


async def _reach(crowds: Sequence[Audience], log: EventLog) -> tuple[int, float]:
    """Let the line change a few times: how many phones have every change, and when the last one had one, at most."""
    for crowd in crowds:
        await crowd.begin(1)
    reached, latest_s = sum(crowd.count for crowd in crowds), 0.0
    for offset in range(2, 2 + EVENTS):  # the opening is entry 1
        begun_ns = time.monotonic_ns()
        order = {"command_id": new_command_id(), "do": "issue", "by": "desk", "services": [SERVICE]}
        await log.publish(encode_command(command_from_map(order)))
        last_ns = await asyncio.gather(*(everywhere(crowd, offset) for crowd in crowds))
        reached = min(reached, sum([(await crowd.shown(offset))[0] for crowd in crowds]))
        latest_s = max(latest_s, *((at - begun_ns) / NS_PER_S for at in last_ns if at))
    for crowd in crowds:
        await crowd.end()  # which finds out whether the hub hung up on anybody
    return reached, round(latest_s, 3)


@asynccontextmanager
async def _hubs(count: int) -> AsyncIterator[tuple[str, list[int], EventLog]]:
    """So many hubs on one port over a bundled store: the bazaar's URL, their process ids, and the log."""
    plan, port = without_quotas(read_plan(PLAN_FILE)), free_port()
    with tempfile.TemporaryDirectory(prefix="urut-bench-", ignore_cleanup_errors=True) as folder:
        store = await start_embedded(Path(folder), ends_with_parent=True)
        connection = connect(store.url)
        try:
            log = connection.log(plan.bazaar.id)
            await open_log(log, plan, by="admin", now_ms=START_MS, command_id=CommandId("opens-the-measurement"))
            await connection.register(plan.bazaar.id)
            where = ["--port", str(port), "--redis-url", store.url, "--data", folder]
            async with python(["-m", "server", "hub", "--processes", str(count), *where], quiet=True) as parent:
                await _ready(port, count)
                yield f"http://127.0.0.1:{port}/{plan.bazaar.id}", children(parent.pid), log
        finally:
            await connection.close()
            await store.close()


async def _ready(port: int, count: int) -> None:
    """Wait until so many listen on the port and all say that they are ready.

    Raises:
        TimeoutError: they do not.
    """
    async with asyncio.timeout(START_S), aiohttp.ClientSession() as session:
        while _listeners(port) < count:
            await asyncio.sleep(0.05)
        times = 0
        while times < READY_TIMES:
            async with session.get(f"http://127.0.0.1:{port}/readyz", headers={"Connection": "close"}) as response:
                times = times + 1 if response.ok else 0
            await asyncio.sleep(0.01)


def _listeners(port: int) -> int:
    """How many sockets listen on this port of 127.0.0.1."""
    lines = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines())
    return sum(line[1].endswith(f":{port:04X}") and line[3] == "0A" for line in lines)


def _files(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def _holding(pid: int, files_before: int, bytes_before: int) -> Holding:
    files, resident = _files(pid) - files_before, resident_bytes(pid)
    return Holding(files=files, bytes_per_connection=round((resident - bytes_before) / max(files, 1)), resident_mb=round(resident / 1e6, 1))
