"""A bare connection, to send what no client would."""

import asyncio
import base64
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self
from urllib.parse import urlsplit

PATIENCE_S = 60


class Wire:
    """A TCP connection to a server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def to(cls, url: str) -> Self:
        """Connect to the server at this URL."""
        place = urlsplit(url)
        return cls(*await asyncio.open_connection(place.hostname, place.port))

    async def send(self, data: bytes) -> None:
        """Send these bytes, or as much of them as the other end takes before it hangs up."""
        self._writer.write(data)
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._writer.drain()
        except ConnectionError:
            pass

    async def rest(self) -> bytes:
        """What comes until the other end hangs up."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._reader.read()

    async def until(self, mark: bytes) -> bytes:
        """What comes up to a mark and with it."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._reader.readuntil(mark)

    async def frame(self) -> tuple[int, bytes]:
        """The next WebSocket frame: its first byte, and what it carries."""
        async with asyncio.timeout(PATIENCE_S):
            first, length = await self._reader.readexactly(2)
            if length > 125:
                length = int.from_bytes(await self._reader.readexactly(2 if length == 126 else 8))
            return first, await self._reader.readexactly(length)

    def hang_up(self) -> None:
        """End the connection."""
        self._writer.close()


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Wire]:
    """A connection, ended with the context."""
    wire = await Wire.to(url)
    try:
        yield wire
    finally:
        wire.hang_up()


@asynccontextmanager
async def upgraded(home: str, channels: str = "hall") -> AsyncIterator[Wire]:
    """A connection that follows channels of the bazaar at ``home``."""
    place = urlsplit(home)
    key = base64.b64encode(os.urandom(16)).decode()
    request = (
        f"GET {place.path}/live?channels={channels} HTTP/1.1\r\nHost: {place.netloc}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    )
    async with connected(home) as wire:
        await wire.send(request.encode())
        assert b" 101 " in await wire.until(b"\r\n\r\n")
        yield wire
