"""The processes of a measurement, each started for it and ended with it, and what they cost."""

import asyncio
import atexit
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
START_S = 60
END_S = 15
CORES_MIN = 2
LINE_BYTES_MAX = 64 * 1024 * 1024
FILES_SPARE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A bazaar that is served: by which process, its URL, and keys of the supervisor and of counter 1."""

    pid: int
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
            home, keys = f"{ready['hub']}/{ready['bazaar']}", ready["counter_keys"]
            with on_a_core_of_its_own(process.pid):
                yield Hub(pid=process.pid, home=home, supervisor_key=ready["supervisor_key"], counter_key=keys["1"])


def python(arguments: list[str], *, quiet: bool = False) -> AbstractAsyncContextManager[Process]:
    """A Python process."""
    return running([sys.executable, *arguments], quiet=quiet)


@asynccontextmanager
async def running(command: list[str], *, quiet: bool = False, more: dict[str, str] | None = None) -> AsyncIterator[Process]:
    """A process without this one's URUT_ variables and REDIS_URL, for it must not touch a store that is in use, and with ``more``."""
    environment = {name: value for name, value in os.environ.items() if name != "REDIS_URL" and not name.startswith("URUT_")}
    environment |= {"URUT_FOLLOWERS_PER_ADDRESS": "1000000"} | (more or {})  # all phones of a measurement come from one or two
    process = await asyncio.create_subprocess_exec(
        *command,
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


async def program(name: str) -> Path | None:
    """A C program of this folder, compiled for this run; None where no compiler is.

    Raises:
        RuntimeError: it cannot be compiled.
    """
    compiler, path = shutil.which("cc"), _programs() / name
    if compiler is None:
        return None
    if not path.exists():
        source = Path(__file__).with_name(f"{name}.c")
        compiling = await asyncio.create_subprocess_exec(compiler, "-O2", "-o", path, source)
        if await compiling.wait():
            raise RuntimeError(f"{source} cannot be compiled")
    return path


@cache
def _programs() -> Path:
    """A folder for them, which ends with this process."""
    folder = tempfile.mkdtemp(prefix="urut-bench-")
    atexit.register(shutil.rmtree, folder)
    return Path(folder)


@contextmanager
def on_a_core_of_its_own(pid: int) -> Iterator[None]:
    """Give a process one core; this one, and what it starts from now on, have the others.

    Screens and phones are other machines. Here they would take turns with the hub on its core, and the first to be told of a press
    would be the last to run: the kernel wakes it up where the hub is still busy.
    """
    if not hasattr(os, "sched_setaffinity") or len(cores := os.sched_getaffinity(0)) < CORES_MIN:
        yield
        return
    one = min(cores)
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), {one})
    os.sched_setaffinity(0, cores - {one})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


async def _end(process: Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGTERM)  # process.terminate() would take the exit code from whoever waits for it
        try:
            await asyncio.wait_for(process.wait(), END_S)
        except TimeoutError:
            process.kill()
            await process.wait()


async def line_of(process: Process) -> Any:
    """The next line of JSON that the process prints.

    Raises:
        RuntimeError: it has ended, or says nothing for too long.
    """
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), START_S)
    except TimeoutError:
        raise RuntimeError(f"a process of the measurement said nothing for {START_S} s") from None
    if not line:
        raise RuntimeError("a process of the measurement ended before its time")
    return json.loads(line)


async def told(process: Process, order: str) -> Any:
    """What the process prints when it is told something on its standard input."""
    tell(process, order)
    return await line_of(process)


def tell(process: Process, order: str) -> None:
    """Tell the process something that it does not answer."""
    assert process.stdin is not None
    process.stdin.write(f"{order}\n".encode())


def resident_bytes(pid: int) -> int:
    """Bytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()


def cpu_s(pid: int) -> float:
    """Seconds that a process has computed, in its own name and in the system's."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def allow_many_files() -> None:
    """Let this process, and those that it starts, have as many open files as the system allows."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError):  # macOS has one more limit, which it does not tell
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def phones_max() -> int:
    """So many phones fit into one process: the files that it may have open, less what else it needs."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[1] - FILES_SPARE
