"""Stores of several servers on this machine, for measurements and tests: a primary with replicas and sentinels, and a cluster.

They end with this process, however it ends.
"""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from server.store.redis_url import SETTINGS
from server.store.server_binary import find_server

HOST = "127.0.0.1"
SERVICE = "urut"
DOWN_MS = 1000
"""After so long without an answer a server counts as down; an operator would say 5 s."""
FAILOVER_MS = 5000
"""How long sentinels wait before they try a failover once more."""
PATIENCE_S = 60.0
LOOK_S = 0.05
SLOTS = 16384

_SERVER = f"""\
bind {HOST}
save ""
appendonly yes
appendfsync everysec
maxmemory-policy noeviction
repl-diskless-sync-delay 0
repl-ping-replica-period 1
"""
_CLUSTERED = f"""\
cluster-enabled yes
cluster-node-timeout {DOWN_MS}
cluster-require-full-coverage no
"""
_LEASH = 'read -r _; for pid in */pid; do kill -9 "$(cat "$pid")"; done'


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """How servers let people in: more lines of their settings, the line of their port, and what a connection needs beside the address."""

    settings: str = ""
    port: str = "port {}"
    access: Mapping[str, Any] = field(default_factory=dict)


OPEN = Door()
"""For everybody on this machine."""


class Node:
    """One server process, in a folder of its own."""

    def __init__(self, folder: Path, program: Path, door: Door, settings: str, *options: str) -> None:
        self.port = free_port()
        self._client = Redis.from_url("redis://", **{**SETTINGS, "host": HOST, "port": self.port, "decode_responses": True, **door.access})
        self._folder = folder
        self._command = [str(program), "conf", *options]
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir()
        port = door.port.format(self.port)
        (folder / "conf").write_text(f"{settings}{door.settings}{port}\ndir ./\npidfile ./pid\ndaemonize no\n")

    @property
    def address(self) -> str:
        """As it stands in a URL."""
        return f"{HOST}:{self.port}"

    @property
    def pid(self) -> int:
        """The process."""
        assert self._process is not None
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether the process is gone."""
        return self._process is None or self._process.poll() is not None

    async def start(self) -> None:
        """Start it, for the first time or again, and wait until it answers."""
        self._spawn()
        await until(self._answers, f"{self.address} answers")

    async def ask(self, *command: str | int) -> Any:
        """What it answers within a second; None when it does not."""
        with suppress(RedisError, OSError):
            async with asyncio.timeout(1):
                return await self.tell(*command)
        return None

    async def tell(self, *command: str | int) -> Any:
        """What it answers; raises a RedisError when it refuses or is away."""
        return await self._client.execute_command(*command)  # type: ignore[no-untyped-call]  # redis-py leaves this one untyped

    async def is_primary(self) -> bool:
        """Whether it takes itself for one."""
        role = await self.ask("ROLE")
        return bool(role) and role[0] == "master"

    async def is_in_step(self) -> bool:
        """Whether it is a replica that follows its primary."""
        role = await self.ask("ROLE")
        return bool(role) and role[0] == "slave" and role[3] == "connected"

    def signal(self, number: signal.Signals) -> None:
        """Send the process a signal."""
        os.kill(self.pid, number)

    def end(self) -> None:
        """Kill it and wait until it is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    async def forget(self) -> None:
        """Let go of the connection to it."""
        await self._client.aclose()

    def _spawn(self) -> None:
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  # our own server
                self._command, cwd=self._folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    async def _answers(self) -> bool:
        return bool(await self.ask("PING"))


New = Callable[..., Awaitable[Node]]
"""Starts a node with these settings and options."""


async def until(holds: Callable[[], Awaitable[bool]], why: str) -> None:
    """Look again until this holds; raises `TimeoutError` with ``why`` when it never does."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await holds():
                await asyncio.sleep(LOOK_S)
    except TimeoutError:
        raise TimeoutError(f"waited {PATIENCE_S:.0f} s in vain until {why}") from None


@asynccontextmanager
async def replica_of(port: int, password: str) -> AsyncIterator[str]:
    """A replica of a server on this machine, in step with it, which nobody may write to: its URL."""
    async with _nodes() as new:
        node = await new(f"{_SERVER}replicaof {HOST} {port}\nmasterauth {password}\n")
        await until(node.is_in_step, f"{node.address} follows its primary")
        yield f"redis://{node.address}/0"


@asynccontextmanager
async def alone(*, door: Door = OPEN, program: Path | None = None) -> AsyncIterator[Node]:
    """One server."""
    async with _nodes(door, program) as new:
        yield await new(_SERVER)


@asynccontextmanager
async def watched_by_sentinels(
    *, replicas: int = 2, sentinels: int = 3, door: Door = OPEN, watch_door: Door = OPEN, program: Path | None = None
) -> AsyncIterator[tuple[str, Sequence[Node]]]:
    """A primary, its replicas and so many sentinels: the store's URL, and all but the sentinels, the primary first.

    ``door`` is that of the servers, ``watch_door`` that of the sentinels; the URL tells nothing of either.
    """
    async with _nodes(door, program) as new:
        primary = await new(_SERVER)
        others = [await new(f"{_SERVER}replicaof {HOST} {primary.port}\n") for _ in range(replicas)]
        watch = (
            f"bind {HOST}\n"
            f"sentinel monitor {SERVICE} {HOST} {primary.port} {sentinels // 2 + 1}\n"
            f"sentinel down-after-milliseconds {SERVICE} {DOWN_MS}\n"
            f"sentinel failover-timeout {SERVICE} {FAILOVER_MS}\n"
            f"sentinel parallel-syncs {SERVICE} {replicas}\n"
        )
        watching = [await new(watch, "--sentinel", door=watch_door) for _ in range(sentinels)]
        for node in others:
            await until(node.is_in_step, f"{node.address} follows its primary")
        for node in watching:
            await until(partial(_knows, node, replicas, sentinels - 1), f"the sentinel {node.address} knows everybody")
        yield f"redis+sentinel://{','.join(node.address for node in watching)}/{SERVICE}", [primary, *others]


@asynccontextmanager
async def clustered(
    *, primaries: int = 3, replicated: bool = True, door: Door = OPEN, program: Path | None = None
) -> AsyncIterator[tuple[str, Sequence[Node]]]:
    """A cluster of so many primaries, each with a replica or none: the store's URL, which tells nothing of ``door``, and its nodes.

    Primaries come first.
    """
    async with _nodes(door, program) as new:
        buses = [free_port() for _ in range(primaries * (2 if replicated else 1))]
        nodes = [await new(f"{_SERVER}{_CLUSTERED}cluster-port {bus}\n") for bus in buses]
        for number, (node, bus) in enumerate(zip(nodes, buses, strict=True)):
            await node.tell("CLUSTER SET-CONFIG-EPOCH", number + 1)
            if number < primaries:
                first, after = (SLOTS * edge // primaries for edge in (number, number + 1))
                await node.tell("CLUSTER ADDSLOTSRANGE", first, after - 1)
            await nodes[0].tell("CLUSTER MEET", HOST, node.port, bus)
        for node in nodes:
            await until(partial(_has_met, node, len(nodes)), f"{node.address} knows the cluster")
        for primary, replica in zip(nodes, nodes[primaries:], strict=False):
            await replica.tell("CLUSTER REPLICATE", await primary.tell("CLUSTER MYID"))
            await until(replica.is_in_step, f"{replica.address} follows its primary")
        for node in nodes:
            await until(partial(_has_all_slots, node), f"{node.address} finds the cluster whole")
        yield f"redis+cluster://{','.join(node.address for node in nodes)}", nodes


@asynccontextmanager
async def _nodes(common: Door = OPEN, program: Path | None = None) -> AsyncIterator[New]:
    """A folder for nodes, which end with it; and a program that ends them when this process is killed."""
    server = await asyncio.to_thread(find_server) if program is None else program
    nodes: list[Node] = []
    folder = Path(tempfile.mkdtemp(prefix="urut-stores-"))
    leash = _leash(folder)

    async def new(settings: str, *options: str, door: Door = common) -> Node:
        node = Node(folder / str(len(nodes)), server, door, settings, *options)
        nodes.append(node)
        await node.start()
        return node

    try:
        yield new
    finally:
        for node in nodes:
            await node.forget()
            node.end()
        leash.kill()
        leash.communicate()
        shutil.rmtree(folder, ignore_errors=True)


def _leash(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(["/bin/sh", "-c", _LEASH], cwd=folder, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603  # as above


async def _knows(sentinel: Node, replicas: int, sentinels: int) -> bool:
    told = await sentinel.ask("SENTINEL MASTER", SERVICE) or []
    told = told if isinstance(told, dict) else dict(zip(told[::2], told[1::2], strict=True))
    return (str(replicas), str(sentinels)) == (str(told.get("num-slaves")), str(told.get("num-other-sentinels")))


async def _has_met(node: Node, count: int) -> bool:
    return str(await node.ask("CLUSTER NODES")).count("connected") >= count


async def _has_all_slots(node: Node) -> bool:
    told = await node.ask("CLUSTER INFO")
    return bool(told) and told["cluster_state"] == "ok"


def free_port() -> int:
    """A port of this machine that nobody has just now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
