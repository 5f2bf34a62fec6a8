"""`urut` as people run it: commands in processes of their own, which are watched, stopped and killed for real."""

import asyncio
import json
import os
import re
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60
"""For whatever is waited for: far more than it takes, so that only what never comes fails."""
LOOK_S = 0.02
NOTES_SHOWN = 3000


async def until(holds: Callable[[], bool | Awaitable[bool]], why: str) -> None:
    """Look again until this holds; ``why`` says what was waited for when it never does."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await _answer(holds()):
                await asyncio.sleep(LOOK_S)
    except TimeoutError:
        raise AssertionError(f"waited {PATIENCE_S} s in vain until {why}") from None


async def pass_by(seconds: float) -> None:
    """Leave everything as it is for so long."""
    passed = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, passed.set)
    await passed.wait()


async def _answer(held: bool | Awaitable[bool]) -> bool:
    return held if isinstance(held, bool) else await held


class Urut:
    """One command. ``notes`` is the file for what it writes to stderr; a command that is started again goes on in the same file.

    ``clock_off_s``: so much its clock is wrong when it is started the next time.
    """

    def __init__(self, notes: Path, *arguments: str | Path, **environment: str) -> None:
        self.process: Process | None = None
        self.clock_off_s = 0
        self._notes = notes
        self._notes_before = 0
        self._arguments = [str(argument) for argument in arguments]
        self._environment = {**_clean_environment(), **environment}

    async def start(self) -> None:
        """Start it; it is not waited for."""
        self._notes_before = self._notes.stat().st_size if self._notes.exists() else 0
        program = ("tests.faults.wrong_clock", str(self.clock_off_s)) if self.clock_off_s else ("server",)
        with self._notes.open("ab") as notes:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", *program, *self._arguments),
                cwd=ROOT,
                env=self._environment,
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=notes,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The id of the process that was started last."""
        assert self.process is not None
        return self.process.pid

    @property
    def said(self) -> str:
        """What it wrote to stderr since it was started last."""
        return self._notes.read_bytes()[self._notes_before :].decode()

    @property
    def ever_said(self) -> str:
        """What it wrote to stderr, all starts together."""
        return self._notes.read_text()

    async def line(self) -> str:
        """The next line that it prints."""
        assert self.process is not None
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            line = await self.process.stdout.readline()
        assert line, f"{self._arguments} ended early:\n{self.said}"
        return line.decode().rstrip("\n")

    async def json(self) -> Any:
        """The next line that it prints, which is JSON."""
        return json.loads(await self.line())

    async def says(self, pattern: str) -> str:
        """Wait until it has written this to stderr; what matches, or the pattern's group."""
        await until(lambda: re.search(pattern, self.said) is not None or self.has_ended, f"{self._arguments} says {pattern!r}")
        match = re.search(pattern, self.said)
        assert match, f"{self._arguments} ended without saying {pattern!r}:\n{self.said}"
        return match.group(match.re.groups)

    @property
    def has_ended(self) -> bool:
        """Whether it is gone, and known to be."""
        return self.process is not None and self.process.returncode is not None

    async def ends(self) -> int:
        """Wait for its end; the exit code, or minus the signal's number."""
        assert self.process is not None
        async with asyncio.timeout(PATIENCE_S):
            return await self.process.wait()

    async def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send it a signal, if it still runs, and wait for its end."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            self.process.send_signal(how)
        return await self.ends()


class Server(Urut):
    """One command that serves HTTP (``hub``, ``counters``); when it is started again it is where it was."""

    def __init__(self, notes: Path, *arguments: str | Path, **environment: str) -> None:
        super().__init__(notes, *arguments, "--port", "0", **environment)
        self.url = ""

    async def listens(self) -> None:
        """Wait until it listens."""
        self.url = await self.says(r"listening on (https?://\S+)")
        self._arguments[-1] = self.url.rpartition(":")[2]


@asynccontextmanager
async def running(*commands: Urut) -> AsyncIterator[None]:
    """The commands from start to end; what still runs afterwards is told to stop. None may have met an error that it did not expect."""
    try:
        for command in commands:
            await command.start()
        yield
    finally:
        await asyncio.gather(*(command.end() for command in commands if command.process is not None))
    for command in commands:
        assert "Traceback" not in command.ever_said, command.ever_said[:NOTES_SHOWN]


async def run(notes: Path, *arguments: str | Path, **environment: str) -> tuple[int, str, str]:
    """One command from start to end: exit code, what it printed, and what it said on stderr."""
    command = Urut(notes, *arguments, **environment)
    async with running(command):
        assert command.process is not None
        async with asyncio.timeout(PATIENCE_S):
            printed, _ = await command.process.communicate()
    return await command.ends(), printed.decode(), command.said


async def done(notes: Path, *arguments: str | Path, **environment: str) -> str:
    """One command that does what it was asked for: what it printed."""
    code, printed, said = await run(notes, *arguments, **environment)
    assert 0 == code, said
    return printed


def _clean_environment() -> dict[str, str]:
    """This process's environment without what would lead a command to a store that is in use."""
    return {name: value for name, value in os.environ.items() if name != "REDIS_URL" and not name.startswith("URUT_")}
