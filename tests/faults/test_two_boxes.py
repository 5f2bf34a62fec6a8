"""Two boxes and a third sentinel by the files of docs/setup: when the first box dies, the second goes on."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import aiohttp
import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bench.stores import free_port
from server.store.server_binary import find_server
from tests.faults.processes import Server, run, running, until
from tests.faults.site import BAZAAR, SECRET, bearer, is_ready
from tests.faults.test_setup import SETUP, adapted

pytestmark = [pytest.mark.faults, pytest.mark.store]

HOST = "127.0.0.1"
PACE_S = 0.1
DOWN_MS = "1000"
"""As long as a test waits for sentinels to be sure; the file says five seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A server by one of the files, in a folder of its own."""

    port: int
    process: subprocess.Popen[bytes]
    client: Redis

    async def role(self) -> str:
        """``master``, ``slave``, or "" while it does not answer."""
        try:
            async with asyncio.timeout(1):
                role = await self.client.execute_command("ROLE")  # type: ignore[no-untyped-call]  # redis-py leaves this one untyped
        except (RedisError, OSError, TimeoutError):
            return ""
        return str(role[0] if role[0] == "master" or role[3] == "connected" else "")


async def test_the_second_box_goes_on(tmp_path: Path) -> None:
    """Every press that was answered stands at the second box when the first is dead, and the next one is answered there."""
    async with boxes(tmp_path) as (stores, url):
        environment = {"REDIS_URL": url, "URUT_SECRET": SECRET, "URUT_DATA": str(tmp_path / "data")}
        code, printed, said = await run(tmp_path / "open.log", "open", "--json", BAZAAR, **environment)
        assert 0 == code, said
        key = printed.partition('"counter_keys": {"1": "')[2].partition('"')[0]
        hub, officers = Server(tmp_path / "hub.log", "hub", **environment), Server(tmp_path / "officers.log", "counters", **environment)
        async with running(hub, officers), aiohttp.ClientSession() as session:
            for server in (hub, officers):
                await server.listens()
                await until(partial(is_ready, session, server.url), f"{server.url} is ready")
            before = [await press(session, officers, key, number) for number in range(3)]
            os.kill(stores[0].process.pid, signal.SIGKILL)
            await until(partial(is_in_role, stores[1], "master"), "the second box has taken over")
            after = await press(session, officers, key, 3)
            again = [await press(session, officers, key, number) for number in range(3)]
    assert before == again == list(range(before[0], before[0] + 3))
    assert before[-1] + 1 == after


async def press(session: aiohttp.ClientSession, server: Server, key: str, number: int) -> int:
    """Press until it is answered, as a tablet does; the offset of its entry."""
    while (offset := await pressed(session, server, key, number)) is None:
        await asyncio.sleep(PACE_S)
    return offset


async def pressed(session: aiohttp.ClientSession, server: Server, key: str, number: int) -> int | None:
    """Press once; the offset of its entry, None when the store did not answer."""
    order = {"do": "pause_counter", "reason": "salat"} if number % 2 else {"do": "open_counter"}
    body = {"command_id": f"pressed-at-two-boxes-{number}", **order}
    async with session.post(f"{server.url}/uji/counter/1/commands", json=body, headers=bearer(key)) as answer:
        assert answer.status in (200, 503)
        return int((await answer.json())["offset"]) if answer.status == 200 else None


async def is_in_role(box: Box, role: str) -> bool:
    """Whether the store of a box is the primary, or a replica that is in step."""
    return await box.role() == role


@asynccontextmanager
async def boxes(folder: Path) -> AsyncIterator[tuple[Sequence[Box], str]]:
    """The stores of two boxes, and the URL at which their three sentinels tell who is the primary."""
    first, second, *ports = [free_port() for _ in range(5)]
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(store(folder, port, first)) for port in (first, second)]
        await until(partial(is_in_role, stores[1], "slave"), "the second store follows the first")
        sentinels = [await stack.enter_async_context(sentinel(folder, port, first)) for port in ports]
        await until(partial(know_each_other, sentinels), "the sentinels know the stores and each other")
        hosts = ",".join(f"{HOST}:{port}" for port in ports)
        yield stores, f"redis+sentinel://default:CHANGE-ME@{hosts}/urut?sentinel_password=CHANGE-ME-TOO"


async def test_a_far_hub_that_is_cut_off(tmp_path: Path) -> None:
    """A hub beside a replica that has lost its primary is not ready: what it shows grows old, and it says so."""
    async with AsyncExitStack() as stack:
        first, second = free_port(), free_port()
        stores = [await stack.enter_async_context(store(tmp_path, port, first)) for port in (first, second)]
        await until(partial(is_in_role, stores[1], "slave"), "the second store follows the first")
        environment = {"URUT_SECRET": SECRET, "URUT_DATA": str(tmp_path / "data")}
        code, _, said = await run(
            tmp_path / "open.log", "open", BAZAAR, **environment, REDIS_URL=f"redis://default:CHANGE-ME@{HOST}:{first}"
        )
        assert 0 == code, said
        far = Server(tmp_path / "far.log", "hub", "--follow", **environment, REDIS_URL=f"redis://default:CHANGE-ME@{HOST}:{second}")
        async with running(far), aiohttp.ClientSession() as session:
            await far.listens()
            await until(partial(is_ready, session, far.url), "the far hub is ready")
            os.kill(stores[0].process.pid, signal.SIGKILL)
            await until(partial(is_not_ready, session, far.url), "the far hub is not ready")


async def is_not_ready(session: aiohttp.ClientSession, url: str) -> bool:
    """The contrary of `is_ready`."""
    return not await is_ready(session, url)


async def know_each_other(sentinels: Sequence[Box]) -> bool:
    """Whether all of them know the replica and have heard of the others."""
    for box in sentinels:
        told = await box.client.execute_command("SENTINEL MASTER", "urut")  # type: ignore[no-untyped-call]  # as above
        told = told if isinstance(told, dict) else dict(zip(told[::2], told[1::2], strict=True))
        if (str(told["num-slaves"]), str(told["num-other-sentinels"])) != ("1", str(len(sentinels) - 1)):
            return False
    return True


def store(folder: Path, port: int, first: int) -> AbstractAsyncContextManager[Box]:
    """The store of a box: the first, or one that follows the first."""
    changes = here(first) | {"port 6379": f"port {port}", "/var/lib/urut-store": "./"}
    if port != first:
        changes["# replicaof"] = "replicaof"
    return started(folder / f"store-{port}", "store.conf", changes, port, "CHANGE-ME")


def sentinel(folder: Path, port: int, first: int) -> AbstractAsyncContextManager[Box]:
    """The sentinel of a box."""
    changes = here(first) | {"port 26379": f"port {port}", "/var/lib/urut-sentinel": "./", "urut 5000": f"urut {DOWN_MS}"}
    return started(folder / f"sentinel-{port}", "sentinel.conf", changes, port, "CHANGE-ME-TOO")


def here(first: int) -> dict[str, str]:
    """The addresses of the files, all on this machine; the first store is at this port."""
    return {"192.168.8.11 6379": f"{HOST} {first}", "127.0.0.1 192.168.8.11": HOST, "192.168.8.11": HOST}


@asynccontextmanager
async def started(folder: Path, file: str, changes: dict[str, str], port: int, password: str) -> AsyncIterator[Box]:
    """A server by this file."""
    process = await asyncio.to_thread(spawned, folder, adapted((SETUP / file).read_text(), changes), file)
    client = Redis(host=HOST, port=port, password=password, decode_responses=True)
    box = Box(port=port, process=process, client=client)
    try:
        await until(partial(answers, client), f"{file} at {port} answers")
        yield box
    finally:
        process.kill()
        process.wait()
        await client.aclose()


def spawned(folder: Path, text: str, file: str) -> subprocess.Popen[bytes]:
    """A server in a new folder, with this text in its file."""
    folder.mkdir()
    (folder / file).write_text(text)
    command = [str(find_server()), file, *(["--sentinel"] if file == "sentinel.conf" else [])]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # noqa: S603  # our own server


async def answers(client: Redis) -> bool:
    """Whether a server answers."""
    try:
        return bool(await client.ping())
    except (RedisError, OSError):
        return False
