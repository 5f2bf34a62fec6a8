"""The two ways to a printer: a network connection (raw, port 9100), and the device file of one on a USB cable.

Every wait has its end: a printer without paper takes nothing, and a device file would hold whoever writes for ever.
"""

import asyncio
import os
import select
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

CONNECT_S = 3.0
ANSWER_BYTES = 256
LOOK_S = 0.1
"""How often a thread that waits for a device looks whether it is still wanted."""


class Link(Protocol):
    """An open way to a printer. Both methods raise OSError when it is lost (TimeoutError is one)."""

    async def write(self, data: bytes, within_s: float) -> None:
        """Hand over all of it."""

    async def read(self, within_s: float) -> bytes:
        """What the printer says next, b"" when it says nothing in this time or can say nothing more."""

    def close(self) -> None:
        """Let go of it."""


class NetworkLink:
    """A TCP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, host: str, port: int) -> "NetworkLink":
        """Connect; raises OSError."""
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(host, port)
        writer.transport.set_write_buffer_limits(0)  # what is drained is out of our hands
        return cls(reader, writer)

    async def write(self, data: bytes, within_s: float) -> None:
        """See Link."""
        self._writer.write(data)
        async with asyncio.timeout(within_s):
            await self._writer.drain()

    async def read(self, within_s: float) -> bytes:
        """See Link."""
        try:
            async with asyncio.timeout(within_s):
                return await self._reader.read(ANSWER_BYTES)
        except TimeoutError:
            return b""

    def close(self) -> None:
        """See Link. What the printer has not taken is not kept for it."""
        self._writer.close()


class DeviceLink:
    """A device file. It is written and read in a thread of its own, and closed there: never under a write that still goes on."""

    def __init__(self, file: int, thread: ThreadPoolExecutor) -> None:
        self._file = file
        self._thread = thread
        self._let_go = threading.Event()

    @classmethod
    async def open(cls, path: str, *, answers: bool) -> "DeviceLink":
        """Open it, for reading too if the printer ``answers``; raises OSError."""
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="printer")
        mode = os.O_RDWR if answers else os.O_WRONLY
        try:
            file = await _in(thread, os.open, path, mode | os.O_NONBLOCK | os.O_NOCTTY)
        except BaseException:
            thread.shutdown(wait=False)
            raise
        return cls(file, thread)

    async def write(self, data: bytes, within_s: float) -> None:
        """See Link."""
        await _in(self._thread, self._write_all, data, time.monotonic() + within_s)

    async def read(self, within_s: float) -> bytes:
        """See Link."""
        return await _in(self._thread, self._read_some, time.monotonic() + within_s)

    def close(self) -> None:
        """See Link. Whatever the thread still waits for, it ends now: a process that is told to stop must not wait for a printer."""
        self._let_go.set()
        self._thread.submit(os.close, self._file)
        self._thread.shutdown(wait=False)

    def _write_all(self, data: bytes, until: float) -> None:
        rest = memoryview(data)
        while rest:
            if not self._is_ready(until, to_write=True):
                raise TimeoutError("the printer takes nothing more")
            with suppress(BlockingIOError):
                rest = rest[os.write(self._file, rest) :]

    def _read_some(self, until: float) -> bytes:
        if not self._is_ready(until, to_write=False):
            return b""
        try:
            return os.read(self._file, ANSWER_BYTES)
        except BlockingIOError:
            return b""

    def _is_ready(self, until: float, *, to_write: bool) -> bool:
        """Wait until the file can be written or read; False when the time is over, or the link let go of."""
        files = [self._file]
        while not self._let_go.is_set():
            left = until - time.monotonic()
            ready = select.select([] if to_write else files, files if to_write else [], [], max(0.0, min(LOOK_S, left)))
            if any(ready) or left <= 0:
                return any(ready)
        return False


async def _in(thread: ThreadPoolExecutor, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    return await asyncio.get_running_loop().run_in_executor(thread, lambda: work(*args, **kwargs))
