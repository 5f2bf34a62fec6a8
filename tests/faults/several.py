"""Several hubs on one port, as `urut hub --processes` starts them."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from tests.faults.processes import Server, running, until
from tests.faults.site import Site, is_ready, site

PROCESSES = 2


@asynccontextmanager
async def several(folder: Path) -> AsyncIterator[tuple[Site, Server]]:
    """A site, and beside its hub several more on one port, which all serve."""
    async with site(folder) as one:
        many = Server(folder / "many.log", "hub", "--processes", str(PROCESSES), **one.environment)
        async with running(many):
            await many.listens()
            await until(lambda: serve(many), "all of them serve")
            yield one, many


async def serve(many: Server) -> bool:
    """Whether each of the processes answers at the port, and has read the log."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session:
        if not await is_ready(session, many.url):
            return False
        async with session.get(f"{many.url}/metrics") as answer:
            SEEN.setdefault(ids_of(many), set()).update(re.findall(r'urut_offset{bazaar="uji",process="(\d)"}', await answer.text()))
    return {str(number) for number in range(1, PROCESSES + 1)} <= SEEN[ids_of(many)]


SEEN: dict[tuple[int, ...], set[str]] = {}
"""Which processes have answered, by the ids that all of them had then."""


def ids_of(many: Server) -> tuple[int, ...]:
    """The ids of the processes, by their number."""
    newest = {int(number): int(pid) for number, pid in re.findall(r"process (\d+) has the id (\d+)", many.said)}
    return tuple(pid for _, pid in sorted(newest.items()))
