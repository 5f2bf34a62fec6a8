"""Processes that are started and stopped, told to or not: they end, leave nothing behind, and go on where they were."""

import asyncio
import json
import os
import signal
import socket
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from websockets.asyncio.client import connect

from server.store.folder import SERVER_PID
from tests.faults.processes import Server, Urut, run, running, until
from tests.faults.site import BAZAAR, bearer, is_ready, site
from tests.faults.wire import connected

pytestmark = pytest.mark.faults

END_S_MAX = 5
HALF_A_REQUEST = b"POST /uji/tickets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
NOWHERE = "redis://127.0.0.1:1/0"
"""Nothing listens on this port."""
SERVER_THAT_TAKES_LONG = f"""#!/bin/sh
[ "$1" = --version ] && exec echo "Valkey server v=9.0.0"
echo $$ > new && mv new {SERVER_PID}
exec sleep 60
"""


def demo(folder: Path, name: str = "demo", *, data: str = "data") -> Urut:
    """`urut demo` on a data folder."""
    return Urut(folder / f"{name}.log", "demo", "--quiet", "--json", "--port", "0", "--data", folder / data, BAZAAR)


async def ends_well(command: Urut, how: signal.Signals = signal.SIGTERM) -> None:
    """It ends soon, as one that was told to."""
    async with asyncio.timeout(END_S_MAX):
        assert 0 == await command.end(how)


def lives(pid: int) -> bool:
    """Whether there is a process of this id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_servers_that_are_told_to_stop(tmp_path: Path) -> None:
    """Hub, counters and store end soon and well; followers are sent elsewhere with 1012, whatever others leave unread or half said."""
    async with site(tmp_path) as one:
        for server in one.servers:
            address = f"{one.home(server).replace('http', 'ws', 1)}/live?channels=hall"
            async with connect(address) as reads, connect(address) as sleeps, connected(server.url) as half:
                await half.send(HALF_A_REQUEST)
                sleeps.transport.pause_reading()
                await reads.recv()
                await ends_well(server)
                await reads.wait_closed()
                assert 1012 == reads.close_code
                sleeps.transport.abort()
        store = await one.store_pid()
        await ends_well(one.store)
        assert not lives(store)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_demo_that_is_told_to_stop(tmp_path: Path, how: signal.Signals) -> None:
    """`urut demo` ends with its store, also when the signal goes to its whole process group, as from a terminal or a script."""
    command = demo(tmp_path)
    async with running(command):
        await command.json()
        store = store_pid(tmp_path)
        os.killpg(command.pid, how)
        async with asyncio.timeout(END_S_MAX):
            assert 0 == await command.ends()
    assert not lives(store)


async def test_log_outlives_the_demo(tmp_path: Path) -> None:
    """With `--data` the next start goes on with the same log: told to stop or killed, nothing is lost and no number is given twice."""
    command = demo(tmp_path)
    known: list[tuple[str, int, str]] = []
    for how in (signal.SIGTERM, signal.SIGKILL, signal.SIGTERM):
        async with running(command):
            known.append(await take_number(await command.json()))
            assert command.pid
            assert await command.end(how) in (0, -how)
    epochs, offsets, labels = zip(*known, strict=True)
    assert 1 == len(set(epochs))
    assert [offsets[0], offsets[0] + 1, offsets[0] + 2] == [*offsets]
    assert ("A-001", "A-002", "A-003") == labels


async def test_demo_after_a_killed_one_whose_store_hangs(tmp_path: Path) -> None:
    """The store of a demo that was killed may take its time to end; the next demo waits for that, and starts one of its own."""
    killed, following = demo(tmp_path), demo(tmp_path, "next")
    async with running(killed):
        await killed.json()
        store = store_pid(tmp_path)
        os.kill(store, signal.SIGSTOP)
        await killed.end(signal.SIGKILL)
    async with running(following):
        await until(lambda: str(following.pid) == (tmp_path / "data" / "holder.lock").read_text(), "the next demo holds the folder")
        os.kill(store, signal.SIGCONT)
        assert "A-001" == (await take_number(await following.json()))[2]
        assert store != store_pid(tmp_path)


async def test_two_demos_on_one_folder(tmp_path: Path) -> None:
    """A second demo on a folder in use says so and ends; the first is not harmed."""
    first = demo(tmp_path)
    async with running(first):
        ready = await first.json()
        code, printed, said = await run(tmp_path / "second.log", "demo", "--port", "0", "--data", tmp_path / "data", BAZAAR)
        assert (1, "") == (code, printed)
        assert f"urut: the data folder {tmp_path / 'data'} is in use by process {first.pid}; end it, or choose another folder\n" == said
        await take_number(ready)


@pytest.mark.parametrize(("command", "redis_url"), [("demo", ""), ("hub", NOWHERE), ("counters", NOWHERE)])
async def test_port_in_use(tmp_path: Path, command: str, redis_url: str) -> None:
    """A port in use is named in one sentence, and is bad input; no store is left behind."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        arguments = ("--port", str(port), "--data", tmp_path / "data")
        code, printed, said = await run(tmp_path / "it.log", command, *arguments, REDIS_URL=redis_url)
    assert (2, "") == (code, printed)
    ours = [line for line in said.splitlines() if line.startswith("urut: ")]
    assert [f"urut: cannot listen on 127.0.0.1:{port}: Address already in use; another --port may be free"] == ours
    assert not (tmp_path / "data" / SERVER_PID).exists()


@pytest.mark.parametrize("command", ["redis", "demo"])
async def test_told_to_stop_while_starting(tmp_path: Path, command: str) -> None:
    """Who is told to stop before the server answers ends well, and the server with it."""
    program = tmp_path / "valkey-server"
    program.write_text(SERVER_THAT_TAKES_LONG)
    program.chmod(0o755)
    starting = Urut(tmp_path / "it.log", command, "--data", tmp_path / "data", PATH=f"{tmp_path}:{os.environ['PATH']}")
    async with running(starting):
        await until((tmp_path / "data" / SERVER_PID).exists, "the server starts")
        store = store_pid(tmp_path)
        await ends_well(starting)
    assert not lives(store)


async def test_parts_that_are_started_together(tmp_path: Path) -> None:
    """On an empty folder hub and counters wait for the store, say so once, and share the secret; a bazaar that is opened then is served."""
    parts = [Server(tmp_path / f"{name}.log", name, "--data", tmp_path / "data") for name in ("hub", "counters")]
    store = Urut(tmp_path / "store.log", "redis", "--data", tmp_path / "data")
    async with running(*parts, store), aiohttp.ClientSession() as session:
        for part in parts:
            await part.listens()
            assert part.said.count("no store was ever started") <= 1
        code, printed, said = await run(tmp_path / "open.log", "open", "--json", BAZAAR, "--data", tmp_path / "data")
        assert 0 == code, said
        keys = json.loads(printed)
        for part in parts:
            await until(partial(is_ready, session, part.url), "it serves the bazaar")
        async with session.get(f"{parts[1].url}/uji/counter/1", headers=bearer(keys["counter_keys"]["1"])) as answer:
            assert 200 == answer.status


async def test_without_a_store_that_was_ever_started(tmp_path: Path) -> None:
    """A hub on an empty folder says once what it waits for, and can be told to stop."""
    waiting = Urut(tmp_path / "hub.log", "hub", "--data", tmp_path / "data")
    async with running(waiting):
        await waiting.says("no store was ever started in .*data.*`urut redis`")
        await ends_well(waiting)


@pytest.mark.parametrize("arguments", [["open", str(BAZAAR)], ["pair", "1"], ["log", "export", "-"], ["press", "1", "next"]])
async def test_commands_without_their_store(tmp_path: Path, arguments: list[str]) -> None:
    """A command that needs the store and cannot have it fails with one sentence."""
    code, printed, said = await run(tmp_path / "it.log", *arguments, "--data", tmp_path / "data", REDIS_URL=NOWHERE)
    assert (1, "", 1) == (code, printed, said.count("\n"))
    assert said.startswith("urut: ")
    assert "127.0.0.1:1" in said


def store_pid(folder: Path) -> int:
    """The process of the server on the data folder."""
    return int((folder / "data" / SERVER_PID).read_text())


async def take_number(ready: Any) -> tuple[str, int, str]:
    """Take a number at a kiosk of the demo: the log's epoch, the entry's offset, the ticket."""
    home = f"{ready['hub']}/{ready['bazaar']}"
    async with aiohttp.ClientSession(headers=bearer(ready["kiosk_keys"]["1"])) as session:
        order = {"command_id": os.urandom(12).hex(), "services": ["ktp"]}
        async with session.post(f"{home}/tickets", json=order) as answer:
            given = await answer.json()
        async with session.get(f"{home}/views/hall") as answer:
            epoch = (await answer.json())["epoch"]
    return epoch, given["offset"], given["tickets"][0]["label"]
