"""Several hubs on one port: `urut hub --processes`, with its children killed, its parent killed, and told to stop."""

import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.faults.processes import Server, run, running, until
from tests.faults.site import Site, is_ready, site
from tests.faults.wire import upgraded

pytestmark = pytest.mark.faults

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


def lives(pid: int) -> bool:
    """Whether there is a process of this id that has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_one_is_killed(tmp_path: Path) -> None:
    """Whichever process is killed is started again on the same port, the parent says so, and what one has decided all of them show."""
    async with several(tmp_path) as (one, many):
        first, second = ids_of(many)
        os.kill(first, signal.SIGKILL)
        await many.says(r"process 1 has ended by itself, with -9")
        await until(lambda: ids_of(many)[0] != first, "it is started again")
        await until(lambda: serve(many), "all of them serve")
        assert second == ids_of(many)[1]
        async with upgraded(one.home(many)) as wire:
            await wire.frame()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_stop(tmp_path: Path, how: signal.Signals) -> None:
    """Told to stop, the parent ends all of them, and then itself; followers hear that they shall come again."""
    async with several(tmp_path) as (one, many):
        pids = ids_of(many)
        async with upgraded(one.home(many)) as wire:
            assert 0 == await many.end(how)
            while (frame := await wire.frame())[0] != 0x88:
                pass
        assert 1012 == int.from_bytes(frame[1][:2])
        assert not any(map(lives, pids))


async def test_parent_is_killed(tmp_path: Path) -> None:
    """Without their parent they end too, so that the port is free for the next."""
    async with several(tmp_path) as (_, many):
        pids = ids_of(many)
        await many.end(signal.SIGKILL)
        await until(lambda: not any(map(lives, pids)), "they have ended")
        await many.start()
        await many.listens()


async def test_bad_use_is_not_tried_again(tmp_path: Path) -> None:
    """What none of them can make sense of ends the parent with the same code; printers need a hub that is alone on its port."""
    data = ("--data", tmp_path / "data", "--port", "0", "--processes", "2")
    code, _, said = await run(tmp_path / "url.log", "hub", *data, REDIS_URL="nonsense://")
    assert 2 == code
    assert "ended by itself" not in said
    code, _, said = await run(tmp_path / "printer.log", "hub", *data, "--printer", "1=tcp://192.0.2.1", REDIS_URL="redis://127.0.0.1:1")
    assert 2 == code
    assert said.startswith("urut: --printer: ")
