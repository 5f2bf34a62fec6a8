"""The store: whether it answers, keeps what was answered, throws nothing away, and lets only us in."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.connection import SSLConnection
from redis.crc import key_slot
from redis.exceptions import NoPermissionError, RedisError, ResponseError

from server.cli.doctor.finding import Finding, bad, ok, warn
from server.cli.doctor.network import certificate
from server.core.values import BazaarId
from server.store.redis import REGISTRY_KEY
from server.store.redis_faults import NO_ANSWER, told
from server.store.redis_servers import Server
from server.store.redis_url import servers_at
from server.store.server_binary import MAJOR_MIN

ANSWER_S = 5.0
CLOCKS_S_WARN, CLOCKS_S_BAD = 2.0, 60.0
FULL_WARN, FULL_BAD = 0.5, 0.8
REPLICAS_WANTED = 2
"""With a single one nothing can be answered while one of the two servers is away."""
_START = "start it (make start, or urut redis), or name another with REDIS_URL"
_ASK_AS = "ask as urut-organiser (docs/store.md), or see to its settings by hand"
_WANTED = ("appendonly", "appendfsync", "maxmemory", "maxmemory-policy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a server says of itself: ``settings`` are None where this user may not ask for them; ``ahead_s`` is its clock less ours."""

    where: str
    info: Mapping[str, Any]
    settings: Mapping[str, str] | None
    ahead_s: float
    answer_ms: float


async def store(url: str, bazaars: Sequence[BazaarId], *, replica_promised: bool) -> list[Finding]:
    """Every server that has a bazaar of this store, as it says itself."""
    servers, seen, found = servers_at(url), set[str](), list[Finding]()
    try:
        for tag in (REGISTRY_KEY, *bazaars):
            async with asyncio.timeout(ANSWER_S):
                server = await servers.having(key_slot(tag.encode()))
            if server.where not in seen:
                seen.add(server.where)
                found += [finding async for finding in _examined(server, replica_promised)]
    except (RedisError, OSError) as error:
        found.append(bad("store", str(error) or NO_ANSWER, _START))
    finally:
        await servers.close()
    return found


async def _examined(server: Server, replica_promised: bool) -> AsyncIterator[Finding]:
    try:
        async with asyncio.timeout(ANSWER_S):
            said = await _ask(server)
    except NoPermissionError:
        yield warn("store", f"{server.where} answers, and tells nothing about itself to this user", _ASK_AS)
        return
    except (RedisError, OSError) as error:
        yield bad("store", told(error, server.where), _START)
        return
    for finding in (*_running(said), *_kept(said, replica_promised), *_room(said), *clocks(said)):
        yield finding
    for finding in await guard(server):
        yield finding


async def _ask(server: Server) -> Told:
    client: Redis = server.asking
    info = await client.info()
    settings: Mapping[str, str] | None
    try:
        settings = {str(name): str(value) for name, value in (await client.config_get(*_WANTED)).items()}
    except ResponseError:  # the user may not, or the store is let by somebody who allows it nobody
        settings = None
    begun, ours = time.perf_counter(), time.time()
    seconds, micros = await client.time()
    took = time.perf_counter() - begun
    ahead = seconds + micros / 1e6 - (ours + took / 2)
    return Told(where=server.where, info=info, settings=settings, ahead_s=ahead, answer_ms=took * 1000)


def _running(said: Told) -> Iterator[Finding]:
    name = "Valkey" if "valkey_version" in said.info else "Redis"
    version = str(said.info.get("valkey_version") or said.info["redis_version"])
    line = f"{name} {version} at {said.where} answers in {said.answer_ms:.1f} ms"
    if int(version.partition(".")[0]) < MAJOR_MIN:
        yield bad("store", line, f"it lacks what the log needs: use {MAJOR_MIN}.0 or newer")
    elif said.info["role"] != "master":
        yield bad("store", f"{line}, but takes no presses: it is a replica", "name its primary; a replica is for urut hub --follow")
    else:
        yield ok("store", line)


def _kept(said: Told, replica_promised: bool) -> Iterator[Finding]:
    """Whether what was answered outlives the power."""
    if said.info.get("aof_last_write_status", "ok") != "ok":
        yield bad("store", f"{said.where} could not write to its disk", "see how full that disk is; no press can be answered before")
    replicas = int(said.info.get("connected_slaves", 0))
    if replica_promised and replicas < REPLICAS_WANTED:
        line, do = f"{said.where} has {replicas} of {REPLICAS_WANTED} replicas", "start the others (docs/operation.md)"
        yield warn("store", line, do) if replicas else bad("store", line, f"{do}: with --durability replica no press is answered")
    if said.settings is None:
        yield warn(
            "store",
            f"{said.where} does not tell its settings to this user",
            "ask as urut-organiser (docs/store.md), or see to them by hand",
        )
    elif said.settings["appendonly"] != "yes":
        yield bad("store", f"appendonly is off at {said.where}: a restart forgets the evening", "set appendonly yes")
    elif said.settings["appendfsync"] != "always" and not replica_promised:
        line = f"appendfsync is {said.settings['appendfsync']} at {said.where}: answered presses are lost when the power goes"
        yield bad("store", line, "set appendfsync always, or have replicas and --durability replica")
    else:
        yield ok("store", f"every press is kept at {said.where} (appendonly yes, appendfsync {said.settings['appendfsync']})")


def _room(said: Told) -> Iterator[Finding]:
    """Whether the store would throw the log away, or refuse it, for want of memory."""
    if said.settings is None:
        return
    policy, most = said.settings["maxmemory-policy"], int(said.settings["maxmemory"])
    if policy != "noeviction":
        yield bad("store", f"{said.where} may throw a whole log away (maxmemory-policy {policy})", "set maxmemory-policy noeviction")
    used = int(said.info["used_memory"]) / most if most else 0.0
    if used >= FULL_WARN:
        line, do = f"{said.where} uses {used:.0%} of the memory that it may", "raise maxmemory: when it is used up, every press is refused"
        yield bad("store", line, do) if used >= FULL_BAD else warn("store", line, do)


def clocks(said: Told) -> Iterator[Finding]:
    """Whether the store's clock and ours are near enough to each other."""
    line = f"the clock of {said.where} is {abs(said.ahead_s):.1f} s {'ahead of' if said.ahead_s > 0 else 'behind'} this one"
    do = "have both kept in step (chrony, systemd-timesyncd): times on screens, and when alerts are erased, go by them"
    if abs(said.ahead_s) >= CLOCKS_S_BAD:
        yield bad("clock", line, do)
    elif abs(said.ahead_s) >= CLOCKS_S_WARN:
        yield warn("clock", line, do)


async def guard(server: Server) -> list[Finding]:
    """Whether strangers on the network are kept out of a store that is not of this machine alone."""
    pool = server.asking.connection_pool
    settings = pool.connection_kwargs
    host, port = str(settings.get("host", "localhost")), int(settings.get("port", 0))
    if issubclass(pool.connection_class, SSLConnection):
        trust = ssl.create_default_context(cafile=settings.get("ssl_ca_certs"), capath=settings.get("ssl_ca_path"))
        found = await certificate("store", host, port, trust)
    elif "path" in settings or _is_here(host):
        found = []
    else:
        found = [warn("store", f"what goes to {server.where} can be read on the way", "use TLS (rediss://), or a network of its own")]
    if not settings.get("password") and not ("path" in settings or _is_here(host)):
        found.append(
            bad("store", f"{server.where} lets anybody in: whoever finds it can press as anybody", "give it users (docs/store.md)")
        )
    return found


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
