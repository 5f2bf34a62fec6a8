"""A network between the servers and their store, or before a server: it can be cut, held, slow, half-open, or drip."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tests.faults.processes import pass_by

CHUNK_BYTES = 65536
AFTER_EACH_OTHER_S = 1e-5
"""Pieces that are due at the same time would be handed on in any order."""


class _Wire:
    """One connection through the link. ``is_dead``: what comes in at either end goes nowhere, and neither end is told."""

    def __init__(self, *ends: asyncio.StreamWriter) -> None:
        self.is_dead = False
        self._ends = ends

    def cut(self) -> None:
        """End it, both ends told at once."""
        for end in self._ends:
            end.transport.abort()


class Link:
    """Listens on ``port`` and hands bytes on to the port of a store, or of another server, and back.

    ``delay_s`` holds up each piece for so long; with ``drip_s`` each byte is a piece, so long after the one before. ``attempts`` counts
    connections, also those for which there was no store.
    """

    def __init__(self, store_port: int) -> None:
        self.port = 0
        self.delay_s = 0.0
        self.drip_s = 0.0
        self.attempts = 0
        self._store_port = store_port
        self._wires: set[_Wire] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self._server: asyncio.Server | None = None

    async def mend(self) -> None:
        """Listen, and let everything flow."""
        self.delay_s = self.drip_s = 0.0
        self._flows.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._connect, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """End all connections and refuse new ones."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for wire in list(self._wires):
            wire.cut()

    def hold(self) -> None:
        """Keep what comes; it goes on when the link is mended."""
        self._flows.clear()

    def forget(self, chance: random.Random) -> None:
        """Leave some of the connections half-open: each end believes in the other, and never hears of it again."""
        for wire in self._wires:
            wire.is_dead = wire.is_dead or chance.random() < 0.5

    def remember(self) -> None:
        """Tell both ends of half-open connections that these are no more, as a router does when somebody sends again."""
        for wire in [wire for wire in self._wires if wire.is_dead]:
            wire.cut()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.attempts += 1
        try:
            from_store, to_store = await asyncio.open_connection("127.0.0.1", self._store_port)
        except OSError:
            writer.transport.abort()
            return
        wire = _Wire(writer, to_store)
        self._wires.add(wire)
        ways = [asyncio.create_task(self._carry(wire, *way)) for way in ((reader, to_store), (from_store, writer))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        self._wires.discard(wire)
        wire.cut()

    async def _carry(self, wire: _Wire, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        """Hand on what comes, in the order in which it came, until the source has ended."""
        loop, due = asyncio.get_running_loop(), 0.0
        with suppress(OSError):
            while data := await source.read(CHUNK_BYTES):
                await self._flows.wait()
                if wire.is_dead:
                    continue
                if self.drip_s:
                    data = await self._drip(data, target, due)
                due = max(due + AFTER_EACH_OTHER_S, loop.time() + self.delay_s)
                loop.call_at(due, target.write, data)

    async def _drip(self, data: bytes, target: asyncio.StreamWriter, due: float) -> bytes:
        """Hand on byte after byte for as long as the link drips, behind what was due before; what is left then."""
        await pass_by(max(0.0, due - asyncio.get_running_loop().time()))
        while data and self.drip_s:
            target.write(data[:1])
            data = data[1:]
            await pass_by(self.drip_s)
        return data


@asynccontextmanager
async def link_to(store_port: int) -> AsyncIterator[Link]:
    """A link that is whole, before the store on this port."""
    link = Link(store_port)
    await link.mend()
    yield link
    await link.mend()
    await link.cut()
