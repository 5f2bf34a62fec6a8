"""The two ways to a printer: a network connection (raw, port 9100), and the device file of one on a USB cable.

Every wait has its end: a printer without paper takes nothing, and a device file would hold whoever writes for ever.
"""

import asyncio
import os
import select
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

CONNECT_S = 3.0
ANSWER_BYTES = 256


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
        await _in(self._thread, _write_all, self._file, data, time.monotonic() + within_s)

    async def read(self, within_s: float) -> bytes:
        """See Link."""
        return await _in(self._thread, _read_some, self._file, within_s)

    def close(self) -> None:
        """See Link."""
        self._thread.submit(os.close, self._file)
        self._thread.shutdown(wait=False)


async def _in(thread: ThreadPoolExecutor, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    return await asyncio.get_running_loop().run_in_executor(thread, lambda: work(*args, **kwargs))


def _write_all(file: int, data: bytes, until: float) -> None:
    rest = memoryview(data)
    while rest:
        _, ready, _ = select.select([], [file], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise TimeoutError("the printer takes nothing more")
        with suppress(BlockingIOError):
            rest = rest[os.write(file, rest) :]


def _read_some(file: int, within_s: float) -> bytes:
    ready, _, _ = select.select([file], [], [], within_s)
    if not ready:
        return b""
    try:
        return os.read(file, ANSWER_BYTES)
    except BlockingIOError:
        return b""
