"""Which server has a slot's keys and takes their writes: the only one there is, the primary that sentinels name, or one of a cluster.

redis-py could follow sentinels and clusters by itself. But its cluster client ends all connections when one server fails, so that bazaars
on healthy servers stand still too, it asks sentinels one after another, frozen ones included, and it has no way to put a WAIT behind a
write on the same connection. So only plain clients of single servers are used, and who is primary is looked up here: when it is first
needed, and again for whichever server failed or said that it is not the one.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from redis.asyncio import BlockingConnectionPool, ConnectionPool, Redis
from redis.exceptions import RedisError

from server.store.redis_client import Client
from server.store.redis_faults import told, where_is

CONNECTIONS_MAX = 16
"""For everything but following, which takes one more for each bazaar."""
FREE_CONNECTION_S_MAX = 5.0
LOOKUP_S_MAX = 1.0
SLOTS = 16384

T = TypeVar("T")

Settings = Mapping[str, Any]
"""Those of a redis-py connection."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Server:
    """One server, at ``where``: a client for what is answered at once, and one for what waits for its answer."""

    def __init__(self, settings: Settings) -> None:
        self.where = where_is(settings)
        bounded = BlockingConnectionPool(max_connections=CONNECTIONS_MAX, timeout=FREE_CONNECTION_S_MAX, **settings)
        self.asking = Client(bounded, asyncio.Semaphore(CONNECTIONS_MAX))
        self.following = Client(ConnectionPool(**settings), nullcontext())

    async def close(self) -> None:
        """Let go of every connection."""
        for client in (self.asking, self.following):
            await client.aclose(close_connection_pool=True)


class Servers(Protocol):
    """The servers of a store."""

    async def having(self, slot: int) -> Server:
        """The server that takes the writes of this slot; raises a RedisError while nobody knows of one."""

    def doubt(self, server: Server) -> None:
        """It failed, or refused to be the one: look again before it is used the next time."""

    async def close(self) -> None:
        """Let go of every connection."""


class OneServer:
    """See Servers: always the same."""

    def __init__(self, settings: Settings) -> None:
        self._server = Server(settings)

    async def having(self, slot: int) -> Server:
        """See Servers."""
        return self._server

    def doubt(self, server: Server) -> None:
        """See Servers. There is no other."""

    async def close(self) -> None:
        """See Servers."""
        await self._server.close()


@dataclass(frozen=True, slots=True)
class Range:
    """Slots from ``first`` to ``last``, their primary, and who else could tell."""

    first: int
    last: int
    primary: Address
    replicas: tuple[Address, ...] = ()


class Lookup(Protocol):
    """Who knows the primaries."""

    async def find(self, doubted: frozenset[Address]) -> Sequence[Range]:
        """All slots, as those say who are not doubted; raises a RedisError when nobody answers within `LOOKUP_S_MAX`."""


class FoundServers:
    """See Servers: as somebody has said, until it is doubted. Servers that were used are kept, for they come back as primaries."""

    def __init__(self, lookup: Lookup, settings: Settings) -> None:
        self._lookup = lookup
        self._settings = settings
        self._ranges: Sequence[Range] = ()
        self._servers: dict[Address, Server] = {}
        self._doubted: set[Address] = set()
        self._looking = asyncio.Lock()

    async def having(self, slot: int) -> Server:
        """See Servers. While one server is looked for the others are used as before."""
        address = self._trusted(slot)
        if address is None:
            async with self._looking:
                address = self._trusted(slot) or await self._found(slot)
        if address not in self._servers:
            self._servers[address] = Server({**self._settings, "host": address.host, "port": address.port})
        return self._servers[address]

    def doubt(self, server: Server) -> None:
        """See Servers."""
        self._doubted.update(address for address, known in self._servers.items() if known is server)

    async def close(self) -> None:
        """See Servers."""
        for server in self._servers.values():
            await server.close()

    async def _found(self, slot: int) -> Address:
        self._ranges = await self._lookup.find(frozenset(self._doubted))
        self._doubted.clear()
        address = self._trusted(slot)
        if address is None:
            raise RedisError(f"no server of the cluster has slot {slot}")
        return address

    def _trusted(self, slot: int) -> Address | None:
        found = next((part.primary for part in self._ranges if part.first <= slot <= part.last), None)
        return None if found in self._doubted else found


class Sentinels:
    """See Lookup: the primary of a service, as most of the sentinels say."""

    def __init__(self, addresses: Sequence[Address], service: str, settings: Settings) -> None:
        self._addresses = addresses
        self._service = service
        self._settings = settings

    async def find(self, doubted: frozenset[Address]) -> Sequence[Range]:
        """See Lookup. One that was cut off may still name the last primary, so a majority is waited for."""
        named = Counter[Address]()

        def is_enough(address: Address) -> bool:
            named[address] += 1
            return 2 * named[address] > len(self._addresses)

        faults = await _ask_all(self._addresses, self._settings, self._ask, is_enough)
        if not named:
            raise RedisError("; ".join((f"no sentinel names a primary of {self._service}", *faults)))
        return [Range(0, SLOTS - 1, named.most_common(1)[0][0])]

    async def _ask(self, client: Redis, _: Address) -> Address:
        named: Any = await client.sentinel_get_master_addr_by_name(self._service)
        if named is None:
            raise RedisError(f"knows no service {self._service}")
        host, port = named
        return Address(host.decode(), int(port))


class Cluster:
    """See Lookup: the slots of a cluster, as the first of its servers says that answers."""

    def __init__(self, addresses: Sequence[Address], settings: Settings) -> None:
        self._seeds = addresses
        self._settings = settings
        self._ranges: Sequence[Range] = ()

    async def find(self, doubted: frozenset[Address]) -> Sequence[Range]:
        """See Lookup."""
        known = dict.fromkeys(address for part in self._ranges for address in (part.primary, *part.replicas))
        everybody = list(known | dict.fromkeys(self._seeds))
        found: list[Sequence[Range]] = []

        def is_enough(ranges: Sequence[Range]) -> bool:
            found.append(ranges)
            return True

        trusted = [address for address in everybody if address not in doubted]
        faults = await _ask_all(trusted or everybody, self._settings, _slots_of, is_enough)
        if not found:
            raise RedisError("; ".join(("no server of the cluster tells who has which slots", *faults)))
        self._ranges = found[0]
        return self._ranges


async def _slots_of(client: Redis, asked: Address) -> Sequence[Range]:
    """What a server of a cluster says of the slots; each node as host, port and more. Whoever does not know its host is the one asked."""
    ranges = []
    told: Any = await client.execute_command("CLUSTER SLOTS")  # type: ignore[no-untyped-call]  # redis-py leaves this one untyped
    for first, last, *nodes in told:
        primary, *replicas = (Address(host.decode() if host else asked.host, port) for host, port, *_ in nodes)
        ranges.append(Range(first, last, primary, tuple(replicas)))
    if not ranges:
        raise RedisError(f"{asked} is in no cluster")
    return ranges


async def _ask_all(
    addresses: Iterable[Address],
    settings: Settings,
    ask: Callable[[Redis, Address], Awaitable[T]],
    is_enough: Callable[[T], bool],
) -> Sequence[str]:
    """Ask all at once, and hand on each answer until it is enough; why others gave none. Who takes `LOOKUP_S_MAX` says nothing."""
    faults: list[str] = []

    async def one(address: Address) -> T:
        client = Redis(connection_pool=ConnectionPool(**{**settings, "host": address.host, "port": address.port}))
        try:
            return await ask(client, address)
        except RedisError as error:
            faults.append(told(error, str(address)))
            raise
        finally:
            await client.aclose(close_connection_pool=True)

    asking = [asyncio.ensure_future(one(address)) for address in addresses]
    try:
        with suppress(TimeoutError):
            for answer in asyncio.as_completed(asking, timeout=LOOKUP_S_MAX):
                with suppress(RedisError):
                    if is_enough(await answer):
                        break
    finally:
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
    return faults
