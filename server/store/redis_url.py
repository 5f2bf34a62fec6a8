"""The URL of a store, read: one server, a primary that sentinels watch, or a cluster.

redis-py repeats a write whose answer was lost, which here would look like somebody else's append, and waits through dead connections for
most of a minute; so its retries are off, and whoever calls decides about trying again. Its time limit on sending is off as well, for it
swallows a cancellation that comes at the wrong moment (``asyncio.wait_for`` before Python 3.12); `redis_calls.Slot` limits the time
instead.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit

from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from server.store.redis_servers import Address, Cluster, FoundServers, OneServer, Sentinels, Servers

CONNECT_S_MAX = 2.0
SERVER_PORT = 6379
SENTINEL_PORT = 26379

SETTINGS: Mapping[str, Any] = {
    "protocol": 2,
    "retry": Retry(NoBackoff(), 0),
    "socket_timeout": None,
    "socket_connect_timeout": CONNECT_S_MAX,
}
_KINDS = "redis://, rediss:// (TLS), unix://, redis+sentinel:// or redis+cluster://"


class BadStoreUrl(ValueError):
    """A store URL that cannot be used; the text says why, without the password that may be in it."""


def servers_at(url: str) -> Servers:
    """The servers that a URL names. Connections are made when they are needed.

    ``redis://``, ``rediss://`` and ``unix://`` as redis-py reads them; ``redis+sentinel://[user:pass@]host[:port],…/service[/db]``, where
    the hosts are sentinels and the password is the servers' (``?sentinel_password=`` is the sentinels' own); and
    ``redis+cluster://[user:pass@]host[:port],…``. With ``rediss+`` the last two use TLS.

    Raises:
        BadStoreUrl: no such URL.
    """
    scheme = url.partition("://")[0]
    try:
        match scheme.split("+"):
            case ["redis" | "rediss" | "unix"]:
                return OneServer({**parse_url(url), **SETTINGS})
            case ["redis" | "rediss" as plain, "sentinel"]:
                return _by_sentinels(plain, *_split(url))
            case ["redis" | "rediss" as plain, "cluster"]:
                return _of_a_cluster(plain, *_split(url))
    except ValueError as error:
        raise BadStoreUrl(f"the {scheme}:// URL cannot be read: {error}") from None
    raise BadStoreUrl(f"a store URL begins with {_KINDS}")


def _split(url: str) -> tuple[SplitResult, Sequence[str]]:
    """The URL with one host instead of its hosts, and these: an IPv6 address in its brackets may only stand there alone."""
    scheme, _, rest = url.partition("://")
    authority = re.split("[/?]", rest, maxsplit=1)[0]
    user, at, hosts = authority.rpartition("@")
    return urlsplit(f"{scheme}://{user}{at}host{rest[len(authority) :]}"), hosts.split(",")


def _by_sentinels(plain: str, url: SplitResult, hosts: Sequence[str]) -> Servers:
    service, _, db = url.path.removeprefix("/").partition("/")
    if not service:
        raise ValueError("the name of the service is missing, as in redis+sentinel://host:26379/service")
    settings = _settings(plain, url, db)
    own = {name: settings.pop(f"sentinel_{name}") for name in ("username", "password") if f"sentinel_{name}" in settings}
    shared = {name: value for name, value in settings.items() if name not in ("username", "password", "db")}
    return FoundServers(Sentinels(_addresses(hosts, SENTINEL_PORT), service, {**shared, **own}), settings)


def _of_a_cluster(plain: str, url: SplitResult, hosts: Sequence[str]) -> Servers:
    if url.path not in ("", "/", "/0"):
        raise ValueError("a cluster has only the database 0")
    settings = _settings(plain, url, "")
    return FoundServers(Cluster(_addresses(hosts, SERVER_PORT), settings), settings)


def _settings(plain: str, url: SplitResult, db: str) -> dict[str, Any]:
    """What redis-py reads from the rest of the URL: user, password, database, options."""
    if db and not db.isdecimal():
        raise ValueError("the database is no number")
    user = url.netloc.rpartition("@")[0]
    settings = {**parse_url(f"{plain}://{user}@host/{db}?{url.query}"), **SETTINGS}
    del settings["host"]
    return settings


def _addresses(hosts: Sequence[str], port: int) -> Sequence[Address]:
    addresses = []
    for item in hosts:
        host = urlsplit(f"//{item}")
        if not host.hostname:
            raise ValueError("a host is missing")
        addresses.append(Address(host.hostname, host.port or port))
    return addresses
