"""The sample bazaar in real processes, each with a network of its own on either side and a clock that may be wrong."""

import json
import os
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from redis.asyncio import Redis
from redis.exceptions import RedisError

from server.store.redis_url import SETTINGS
from server.store.server_binary import find_server
from tests.faults.link import Link, link_to
from tests.faults.processes import ROOT, Server, Urut, run, running, until
from tests.faults.site import SECRET, Site, by_link, port_of

SAMPLE = ROOT / "bazaars" / "mayangan.toml"
CLOCKS_OFF_S = (-300, 0, 300)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """``back`` leads a server to its store, ``front`` everybody else to the server."""

    back: Link
    front: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Yard(Site):
    """A site to which, and in which, all go by the ``ways`` of its servers."""

    ways: Mapping[Server, Way]

    def home(self, server: Server) -> str:
        """See Site."""
        return f"http://127.0.0.1:{self.ways[server].front.port}/{self.keys['bazaar']}"

    async def store_server(self, other_than: int = 0) -> int:
        """The process of the store's server, or of the next one, as soon as it serves. On a full disk it cannot write itself down."""
        serving = [0]

        async def serves() -> bool:
            serving.append(await _process_serving(self.redis_url))
            return serving[-1] not in (0, other_than)

        await until(serves, "the store's server serves")
        return serving[-1]


async def _process_serving(redis_url: str) -> int:
    """The id of the process that serves there, 0 for none."""
    client = Redis.from_url(redis_url, **SETTINGS)
    try:
        return int((await client.info("server"))["process_id"])
    except (RedisError, OSError):
        return 0
    finally:
        await client.aclose()


@asynccontextmanager
async def yard(folder: Path, chance: random.Random, *, hubs: int, officers: int) -> AsyncIterator[Yard]:
    """The bazaar of `SAMPLE`, open, with its counters closed, on a store of its own; so many hubs and processes for officers."""
    store = Urut(folder / "store.log", "redis", "--data", folder / "data", PATH=_path_to_server(folder))
    async with running(store), AsyncExitStack() as stack:
        redis_url = await store.line()
        environment = {"REDIS_URL": redis_url, "URUT_SECRET": SECRET, "URUT_DATA": str(folder / "data")}
        code, printed, said = await run(folder / "open.log", "open", "--json", SAMPLE, **environment)
        assert 0 == code, said
        names = [f"hub-{number}" for number in range(hubs)] + [f"counters-{number}" for number in range(officers)]
        backs = [await stack.enter_async_context(link_to(port_of(redis_url))) for _ in names]
        servers = [
            Server(folder / f"{name}.log", name.partition("-")[0], **{**environment, "REDIS_URL": by_link(redis_url, back)})
            for name, back in zip(names, backs, strict=True)
        ]
        _set_clocks(servers, chance)
        await stack.enter_async_context(running(*servers))
        for server in servers:
            await server.listens()
        fronts = [await stack.enter_async_context(link_to(port_of(f"{server.url}/"))) for server in servers]
        one = Yard(
            folder=folder,
            store=store,
            redis_url=redis_url,
            environment=environment,
            link=backs[0],
            hubs=servers[:hubs],
            officers=servers[hubs:],
            keys=json.loads(printed),
            session=await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())),
            ways={server: Way(back=back, front=front) for server, back, front in zip(servers, backs, fronts, strict=True)},
        )
        await one.are_ready()
        yield one


def _set_clocks(servers: Sequence[Server], chance: random.Random) -> None:
    """Some are right, and there are always two that are ten minutes apart."""
    for number, server in enumerate(chance.sample(servers, len(servers))):
        server.clock_off_s = CLOCKS_OFF_S[number % len(CLOCKS_OFF_S)]


def _path_to_server(folder: Path) -> str:
    """A PATH on which the store's program is one that is told when a file may grow no more, as on a full disk, and not killed for it."""
    program = folder / "bin" / "valkey-server"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\ntrap '' XFSZ\nexec '{find_server()}' \"$@\"\n")
    program.chmod(0o755)
    return f"{program.parent}:{os.environ['PATH']}"
