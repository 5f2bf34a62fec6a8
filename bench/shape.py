"""The shape beyond one machine, small: two hubs on a cluster of three primaries, two hundred bazaars, one follower at each.

    python -m bench.shape [bazaars]

A minute or less on two cores. Every bazaar has somebody who takes a number and an officer who calls it, again and again, each when the call
before has come back to the bazaar's follower; so each call must be seen. In the end every log is verified.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import aiohttp

from bench.figures import Times
from bench.processes import python
from bench.stores import Node, clustered, free_port
from server.core.values import BazaarId, CommandId
from server.store.audit import verify_records
from server.store.codec import command_from_map, encode_command
from server.store.command_ids import new_command_id
from server.store.log import EventLog, Store
from server.store.opening import open_log
from server.store.plan_file import parse_plan
from server.store.redis import connect

BAZAARS = 200
HUBS = 2
SECONDS = 20.0
AT_ONCE = 8
"""So many officers press at the same time; the others have their turn after them."""
BOUND_S = 90.0
LOOK_S = 0.1
START_MS = 1_764_838_800_000
RECORDS_MAX = 100_000

_FILE = """
[bazaar]
id = "{id}"
name = "Bazar {id}"
place = "Kecamatan {id}"
opens = 2025-12-04T16:00:00+07:00
closes = 2025-12-04T21:00:00+07:00
timezone = "Asia/Jakarta"
languages = ["id"]
[[agencies]]
code = "dispendukcapil"
name = "Dispendukcapil"
  [[agencies.lines]]
  prefix = "A"
    [[agencies.lines.services]]
    code = "ktp"
    name = "Perekaman KTP-el"
    minutes = 10
  [[agencies.counters]]
  number = 1
[[screens]]
code = "utama"
name = "Layar utama"
"""


@dataclass
class Stage:
    """One bazaar at work: its log, its follower's address, and the time from each press to the follower's frame (ns)."""

    bazaar: BazaarId
    log: EventLog
    live_url: str
    seen_ns: list[int] = field(default_factory=list)

    async def order(self, do: str, by: str, **rest: object) -> None:
        """Put one command into the store, as a keypad does."""
        command = command_from_map({"command_id": new_command_id(), "do": do, "by": by, **rest})
        await self.log.publish(encode_command(command))

    async def work(self, session: aiohttp.ClientSession, turns: asyncio.Semaphore, until: float) -> None:
        """Call one person after another until then (monotonic s), each when the follower has seen the one before."""
        async with session.ws_connect(self.live_url) as socket:
            await self.order("open_counter", "counter/1", counter=1)
            seen: str | None = None
            while time.monotonic() < until:
                async with turns:
                    await self.order("issue", "kiosk/1", services=["ktp"])
                    pressed = time.monotonic_ns()
                    await self.order("next", "counter/1", counter=1, seen=seen)
                    before, seen = seen, await _next_call(socket, seen)
                    self.seen_ns.append(time.monotonic_ns() - pressed)
                assert _number(seen) == _number(before) + 1, f"{self.bazaar}: after {before} came {seen}"


async def _next_call(socket: aiohttp.ClientWebSocketResponse, before: str | None) -> str:
    """The label that the hall shows at the counter, as soon as it is another."""
    async for message in socket:
        view = json.loads(message.data).get("view")
        label = view["counters"][0]["label"] if view else None
        if label and label != before:
            return str(label)
    raise RuntimeError("a hub hung up on its follower")


def _number(label: str | None) -> int:
    return int(label.partition("-")[2]) if label else 0


async def run(bazaars: int, seconds: float) -> list[tuple[str, str]]:
    """Measure; rows of a name and a figure.

    Raises:
        AssertionError: a call was not seen, or a log does not hold.
    """
    async with AsyncExitStack() as stack:
        store_url, nodes = await stack.enter_async_context(clustered(replicated=False))
        store = connect(store_url)
        stack.push_async_callback(store.close)
        names = [BazaarId(f"bazar-{number:03}") for number in range(bazaars)]
        for name in names:
            await _open(store, name)
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        hubs = [await stack.enter_async_context(_hub(store_url)) for _ in range(HUBS)]
        await asyncio.gather(*(_is_ready(session, url, bazaars) for url, _ in hubs))
        stages = [
            Stage(name, store.log(name), f"{url}/{name}/live?channels=hall") for name, (url, _) in zip(names, cycle(hubs), strict=False)
        ]
        begun = time.monotonic()
        turns = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(stage.work(session, turns, begun + seconds) for stage in stages))
        spent = time.monotonic() - begun
        entries = sum([await _verified(stage) for stage in stages])
        return [
            *_rows(stages, spent, entries),
            ("memory of each hub", _megabytes([pid for _, pid in hubs])),
            ("memory of each store", _megabytes([node.pid for node in nodes])),
            ("connections to each store", ", ".join([str(await _connections(node)) for node in nodes])),
        ]


def _rows(stages: Sequence[Stage], spent: float, entries: int) -> Iterator[tuple[str, str]]:
    times = Times.of(ns for stage in stages for ns in stage.seen_ns)
    yield "bazaars, each followed; calls, all seen", f"{len(stages)}; {times.count:,}"
    yield "presses in a second, a number taken before each", f"{times.count / spent:,.0f}"
    yield "press → screen p50; p99; longest", f"{times.p50_ms:,.0f}; {times.p99_ms:,.0f}; {times.max_ms:,.0f} ms"
    yield "entries of all logs, each log verified", f"{entries:,}"


async def _open(store: Store, name: BazaarId) -> None:
    plan = parse_plan(_FILE.format(id=name), f"{name}.toml")
    await open_log(store.log(name), plan, by="admin", now_ms=START_MS, command_id=CommandId(f"opens-{name}-00000000"))
    await store.register(name)


@asynccontextmanager
async def _hub(store_url: str) -> AsyncIterator[tuple[str, int]]:
    """A hub for the public as it is installed: its URL and its process."""
    port = free_port()
    async with python(
        ["-m", "server", "hub", "--port", str(port), "--redis-url", store_url, "--secret", "of a measurement"], quiet=True
    ) as hub:
        yield f"http://127.0.0.1:{port}", hub.pid


async def _is_ready(session: aiohttp.ClientSession, url: str, bazaars: int) -> None:
    while True:
        with suppress(aiohttp.ClientError):
            async with session.get(f"{url}/readyz") as answer:
                if answer.ok and len((await answer.json())["bazaars"]) == bazaars:
                    return
        await asyncio.sleep(LOOK_S)


async def _verified(stage: Stage) -> int:
    """How many entries the bazaar's log has; all of them hold, and every call that was seen is one of them."""
    verdict = verify_records(await stage.log.read(0, RECORDS_MAX))
    assert verdict.fault is None, f"{stage.bazaar}: {verdict.fault}"
    assert verdict.figures.calls == len(stage.seen_ns), f"{stage.bazaar}: {verdict.figures.calls} calls, {len(stage.seen_ns)} seen"
    return verdict.figures.entries


async def _connections(node: Node) -> int:
    told = await node.tell("INFO", "clients")
    return int(told["connected_clients"])


def _megabytes(pids: Sequence[int]) -> str:
    """What processes hold in memory (Linux)."""
    found = []
    for pid in pids:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        found.append(next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS:")))
    return ", ".join(f"{megabytes:.0f}" for megabytes in found) + " MB"


async def main(bazaars: int = BAZAARS, seconds: float = SECONDS) -> None:
    """Measure within `BOUND_S`, and print the table."""
    async with asyncio.timeout(BOUND_S):
        rows = await run(bazaars, seconds)
    print("\n".join(f"| {name} | {figure} |" for name, figure in rows))


if __name__ == "__main__":
    asyncio.run(main(*(int(argument) for argument in sys.argv[1:])))
