"""The processes of a measurement, each started for it and ended with it: the hub with its store, and the crowd of phones."""

import asyncio
import json
import os
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
START_S = 60
END_S = 15
LINE_BYTES_MAX = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A bazaar that is served: its URL, and keys of the supervisor and of counter 1."""

    home: str
    supervisor_key: str
    counter_key: str


@asynccontextmanager
async def hub() -> AsyncIterator[Hub]:
    """The sample bazaar as ``urut demo --quiet`` serves it: one process, and the bundled store, which syncs every append to the disk."""
    with tempfile.TemporaryDirectory(prefix="urut-bench-", ignore_cleanup_errors=True) as data:
        arguments = ["-m", "server", "demo", "--quiet", "--json", "--port", "0", "--data", data]
        async with python(arguments, quiet=True) as process:
            ready = await line_of(process)
            yield Hub(
                home=f"{ready['hub']}/{ready['bazaar']}", supervisor_key=ready["supervisor_key"], counter_key=ready["counter_keys"]["1"]
            )


@asynccontextmanager
async def phones(home: str, channel: str, count: int, notes: str) -> AsyncIterator[Process]:
    """So many phones that follow a channel and note ``notes`` (see `bench.phones`)."""
    async with python(["-m", "bench.phones", home, channel, str(count), notes]) as process:
        await line_of(process)
        yield process


async def seen(process: Process) -> Mapping[int, Any]:
    """What the phones have noted; they stop with it.

    Raises:
        RuntimeError: the hub hung up on some of them.
    """
    assert process.stdin is not None
    process.stdin.write(b"\n")
    told = await line_of(process)
    if told["lost"]:
        raise RuntimeError(f"the hub hung up on {told['lost']} phones")
    return {int(key): value for key, value in told["seen"].items()}


@asynccontextmanager
async def python(arguments: list[str], *, quiet: bool = False) -> AsyncIterator[Process]:
    """A Python process without this one's URUT_ variables and REDIS_URL: it must not touch a store that is in use."""
    environment = {name: value for name, value in os.environ.items() if name != "REDIS_URL" and not name.startswith("URUT_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        cwd=ROOT,
        env=environment,
        stdin=PIPE,
        stdout=PIPE,
        stderr=asyncio.subprocess.DEVNULL if quiet else None,
        limit=LINE_BYTES_MAX,
    )
    try:
        yield process
    finally:
        await _end(process)


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), END_S)
        except TimeoutError:
            process.kill()
            await process.wait()


async def line_of(process: Process) -> Any:
    """The next line of JSON that the process prints."""
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), START_S)
    if not line:
        raise RuntimeError("a process of the measurement ended before its time")
    return json.loads(line)
