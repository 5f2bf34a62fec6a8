"""urut as people run it: `urut demo` in a process of its own with its store beside it, and in it a bazaar for each test."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import msgpack

from server.cli.bazaars import Keys, keys_of, open_bazaar_log
from server.core.plan import Plan
from server.core.values import BazaarId
from server.core.verify import Verdict, verify
from server.store.codec import digest, split_records
from server.store.plan_file import read_plan
from server.store.redis import connect

ROOT = Path(__file__).parents[2]
SMALL = Path(__file__).with_name("bazaar.toml")
SAMPLE = ROOT / "bazaars" / "mayangan.toml"
START_S = 180
END_S = 60
LOOK_S = 0.05


@dataclass(slots=True)
class Demo:
    """A running `urut demo --quiet` on a data folder. ``ready`` is the line of JSON that it printed, ``process`` what runs now."""

    data: Path
    file: Path
    ready: dict[str, Any] = field(default_factory=dict)
    process: Process | None = None

    @property
    def url(self) -> str:
        """Where it listens; it comes back there when it was killed."""
        return str(self.ready["hub"])

    @property
    def log(self) -> Path:
        """What the process says on stderr."""
        return self.data.with_suffix(".log")

    async def start(self) -> None:
        """Start it, on the port where it was before if it was there, and wait until it says that it is ready."""
        port = self.url.rpartition(":")[2] if self.ready else "0"
        arguments = ["-m", "server", "demo", "--quiet", "--json", "--port", port, "--data", str(self.data), str(self.file)]
        clean = {name: value for name, value in os.environ.items() if name != "REDIS_URL" and not name.startswith("URUT_")}
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, *arguments, cwd=ROOT, env=clean, stdin=asyncio.subprocess.DEVNULL, stdout=PIPE, stderr=log
            )
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), START_S)
        assert line, f"urut demo ended before it was ready:\n{self.log.read_text()}"
        self.ready = json.loads(line)

    async def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the process, and wait until it has ended."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(how)
        await asyncio.wait_for(self.process.wait(), END_S)

    async def kill(self) -> None:
        """End it as `kill -9` does: it can tidy nothing up."""
        await self.end(signal.SIGKILL)

    def signal_store(self, what: signal.Signals) -> None:
        """Send a signal to the store's process."""
        os.kill(int((self.data / "server.pid").read_text()), what)


@asynccontextmanager
async def demo(data: Path, file: Path = SMALL) -> AsyncIterator[Demo]:
    """`urut demo` from start to end, on a folder that does not exist yet; when it ends, it has said nothing of an error of its own."""
    running = Demo(data, file)
    try:
        await running.start()
        yield running
    finally:
        await running.end()
    assert "Traceback" not in running.log.read_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bazaar:
    """A bazaar that is served, its keys, and a reader of its log."""

    url: str
    id: str
    keys: Keys
    reader: aiohttp.ClientSession

    @property
    def home(self) -> str:
        """The bazaar's address."""
        return f"{self.url}/{self.id}"

    def addresses(self, visit: str) -> list[str]:
        """Every page that there is, with those of a visit whose address is given."""
        names = (
            "",
            "/join",
            "/kiosk/1",
            "/counter/1",
            "/desk",
            "/desk/screen",
            "/desk/printing",
            "/pair",
            "/rolls",
            "/order",
            "/tv/utama",
            "/tv",
        )
        return [*(self.home + name for name in names), visit, f"{visit}/join"]

    async def is_served(self) -> None:
        """Wait until the hub has found it."""
        async with asyncio.timeout(START_S):
            while not await self._answers():
                await asyncio.sleep(LOOK_S)

    async def _answers(self) -> bool:
        async with self.reader.get(self.home) as answer:
            return answer.ok

    async def entries(self) -> list[dict[str, Any]]:
        """The public log, as anyone may read it."""
        async with self.reader.get(f"{self.home}/log", headers={"Accept": "application/x-ndjson"}) as answer:
            return [json.loads(line) for line in (await answer.text()).splitlines()]

    async def events(self, *names: str) -> list[dict[str, Any]]:
        """The events of these names in log order."""
        return [fields for entry in await self.entries() for name, fields in entry.get("events", ()) if name in names]

    async def calls(self) -> list[tuple[str, int]]:
        """Every call, also those that were undone: ticket and counter."""
        return [(called["ticket"], called["counter"]) for called in await self.events("ticket_called")]

    async def verdict(self) -> Verdict:
        """What `urut log verify` says of the log."""
        async with self.reader.get(f"{self.home}/log") as answer:
            records = split_records(await answer.read())
        return verify((msgpack.unpackb(record), digest(record)) for record in records)


async def bazaar_of(running: Demo, reader: aiohttp.ClientSession) -> Bazaar:
    """The bazaar that the demo itself has opened; all its counters are open."""
    plan = read_plan(running.file)
    return await _bazaar(running, reader, plan)


async def open_bazaar(running: Demo, reader: aiohttp.ClientSession, bazaar_id: str) -> Bazaar:
    """Open another bazaar of the demo's file in its store, as `urut open` does; the hub serves it within a second."""
    plan = read_plan(running.file)
    return await _bazaar(running, reader, replace(plan, bazaar=replace(plan.bazaar, id=BazaarId(bazaar_id))))


async def _bazaar(running: Demo, reader: aiohttp.ClientSession, plan: Plan) -> Bazaar:
    store = connect(running.ready["redis"])
    try:
        epoch = await open_bazaar_log(store, plan, new_edition=False)
    finally:
        await store.close()
    keys = keys_of((running.data / "secret").read_bytes(), plan, epoch)
    return Bazaar(url=running.url, id=plan.bazaar.id, keys=keys, reader=reader)
