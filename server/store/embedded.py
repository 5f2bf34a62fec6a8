"""The bundled store: a real server on a data folder of its own, started, watched and stopped by this process.

It is stopped by `EmbeddedStore.close`. When this process is killed instead, the server lives on and the next process to start on the
folder takes it over; unless it was asked to end with its parent, as the store of a demo is.
"""

import asyncio
import logging
import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from server.store.errors import EmbeddedFailed
from server.store.folder import CONF, SERVER_PID, Address, DataFolder
from server.store.outage import Outage
from server.store.redis_calls import ANSWER_S_MAX
from server.store.redis_url import SETTINGS
from server.store.server_binary import find_server

START_S_MAX = 60.0
"""A server that starts reads its whole file first, half a million entries a second."""
STOP_S_MAX = 10.0
LOOK_S = 0.02
WATCH_S = 0.5

logger = logging.getLogger(__name__)
_IF_DAMAGED = "If its files are damaged, leave them as they are and go on from a backup (docs/operation.md, A log that is broken)."
_LEASH = f'read -r _; kill "$(cat {SERVER_PID})"'
"""Waits for the end of its standard input, which comes when the process that holds the other end is gone, however it went."""


async def start_embedded(data_dir: Path, *, ends_with_parent: bool = False) -> "EmbeddedStore":
    """Start a server on this folder, or take over the one that an earlier process left there.

    Raises:
        FolderInUse: another process runs a store there.
        NoServer: no server program can be found.
        EmbeddedFailed: the server does not start; with the last lines of its log.
    """
    program = await asyncio.to_thread(find_server)
    store = EmbeddedStore(DataFolder(data_dir), program)
    try:
        await store.start(ends_with_parent=ends_with_parent)
    except BaseException:
        await store.close()
        raise
    return store


class EmbeddedStore:
    """A server on a data folder. ``url`` is what `redis.connect` takes; it stays the same when a dead server is started again."""

    def __init__(self, folder: DataFolder, program: Path) -> None:
        self.url = ""
        self._folder = folder
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._leash: subprocess.Popen[bytes] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._closed = False

    async def start(self, *, ends_with_parent: bool) -> None:
        """See `start_embedded`, which calls this once."""
        await self._serve()
        if ends_with_parent:
            self._leash = _spawn(["/bin/sh", "-c", _LEASH], self._folder, stdin=subprocess.PIPE)
        self._watching = asyncio.create_task(self._watch())

    async def close(self) -> None:
        """End the server, with everything on the disk, and wait until it has ended. A second time does nothing.

        Raises:
            EmbeddedFailed: it does not end, not even when it is killed.
        """
        if self._closed:
            return
        self._closed = True
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait([self._watching])
        if self._leash is not None:
            self._leash.kill()
            self._leash.communicate()
        try:
            is_ours = self.url or self._process is not None  # a stranger's server that never answered is left alone
            if is_ours and not await self._ended_by(signal.SIGTERM) and not await self._ended_by(signal.SIGKILL):
                raise EmbeddedFailed(f"the server in {self._folder.path} does not end (process {self._pid})")
        finally:
            self._folder.release()

    async def _serve(self) -> None:
        """Have a server on the folder that answers: the one that an earlier process left there, else one of our own."""
        while (lock := self._folder.lock_for_server()) is None:
            address = self._folder.read_address()
            if address is None:
                raise EmbeddedFailed(f"a server runs in {self._folder.path} (process {self._pid}), but its {CONF} is gone; end it first")
            if await self._answers_before_it_ends(address):  # it may be ending: whoever had it before has told it to
                self.url = address.url
                return
        await self._start_server(lock)

    async def _start_server(self, lock: int) -> None:
        log_size = self._folder.log_size
        try:
            address = self._folder.write_address()
            self._process = _spawn([str(self._program), CONF], self._folder, lock=lock)
        finally:
            os.close(lock)
        if not await self._answers_before_it_ends(address):
            lines = self._folder.last_log_lines(log_size)
            raise EmbeddedFailed(f"{self._program} does not start in {self._folder.path}; it says:\n{lines}\n{_IF_DAMAGED}")
        self.url = address.url

    async def _answers_before_it_ends(self, address: Address) -> bool:
        client = Redis.from_url(address.url, **SETTINGS)
        try:
            async with asyncio.timeout(START_S_MAX):
                while not await _answers(client):
                    if not self._lives:
                        return False
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            raise EmbeddedFailed(f"the server in {self._folder.path} does not answer (process {self._pid})") from None
        finally:
            await client.aclose()
        return True

    async def _watch(self) -> None:
        """Start the server again when it died: killed for its memory, say, in the middle of the bazaar."""
        outage = Outage(f"the embedded store in {self._folder.path}")
        while True:
            await asyncio.sleep(WATCH_S)
            if self._lives:
                outage.is_over()
                continue
            await outage.sit_out("its server has ended")
            try:
                await self._serve()
            except EmbeddedFailed as error:
                logger.error("%s", error)

    async def _ended_by(self, ending: signal.Signals) -> bool:
        if self._lives and self._pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self._pid, ending)
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_S_MAX):
                while self._lives:  # noqa: ASYNC110  # no event tells of the end of a process that is not our child
                    await asyncio.sleep(LOOK_S)
        return not self._lives

    @property
    def _lives(self) -> bool:
        if self._process is not None:
            self._process.poll()  # a child that ended stays in the process table until somebody asks
        return self._folder.has_server

    @property
    def _pid(self) -> int | None:
        """The server's process id: that of our child, or what a server that was taken over wrote down."""
        if self._process is not None and self._process.poll() is None:
            return self._process.pid
        return self._folder.read_pid()


def _spawn(command: list[str], folder: DataFolder, *, lock: int | None = None, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    """Run a program in the folder, in a session of its own: Ctrl-C would end the server before those who still write to it.

    What it writes is its user's alone, whatever this process allows others.
    """
    with folder.open_log() as log:
        try:
            return subprocess.Popen(  # noqa: S603  # both programs are ours to choose
                command,
                cwd=folder.path,
                stdin=stdin,
                stdout=log,
                stderr=log,
                pass_fds=() if lock is None else (lock,),
                start_new_session=True,
                umask=0o077,
            )
        except OSError as error:
            raise EmbeddedFailed(f"{command[0]} does not run: {error.strerror}") from error


async def _answers(client: Redis) -> bool:
    """Whether the server serves; it does not while it starts and reads its file."""
    try:
        async with asyncio.timeout(ANSWER_S_MAX):
            await client.ping()
    except (RedisError, OSError):
        return False
    return True
