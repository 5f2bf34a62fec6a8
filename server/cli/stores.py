"""Where a command finds its store and its secret, and the clock."""

import os
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from server.store.embedded import start_embedded
from server.store.errors import FolderInUse
from server.store.folder import address_in
from server.store.log import Store
from server.store.outage import Outage
from server.store.redis import connect

SECRET_BYTES = 32
REPLICAS = {"fsync": 0, "replica": 1}
"""What ``--durability`` promises of an acknowledged press: so many servers beside the primary have it. The disk is the store's affair."""


class BadUse(Exception):
    """Wrong usage or bad input; the text says what and where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the store, its files and the secret are. Without ``redis_url`` the bundled server keeps its files in ``data``.

    ``durability`` is one of `REPLICAS`.
    """

    redis_url: str | None
    data: Path
    secret: str | None = None
    durability: str = "fsync"

    def secret_bytes(self) -> bytes:
        """The secret that all keys come from: as given, else from a file in ``data`` that only its owner can read."""
        if self.secret:
            return self.secret.encode()
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.data / "secret"
        fresh = path.with_suffix(f".{os.getpid()}")
        if not path.exists():
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(SECRET_BYTES))
            try:
                path.hardlink_to(fresh)
            except FileExistsError:
                pass  # another process of ours was first; its secret holds
            finally:
                fresh.unlink()
        return path.read_bytes()


def now_ms() -> int:
    """The clock: Unix ms."""
    return time.time_ns() // 1_000_000


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[tuple[Store, str]]:
    """The store and its URL, for a command that does its work and ends: the bundled server runs that long, if nobody runs it already."""
    async with AsyncExitStack() as stack:
        try:
            opened = await stack.enter_async_context(own_store(settings))
        except FolderInUse:
            url = await running_store(settings.data)
            opened = await stack.enter_async_context(_connected(url, settings)), url
        yield opened


@asynccontextmanager
async def own_store(settings: Settings) -> AsyncIterator[tuple[Store, str]]:
    """The store and its URL. The bundled server is this process's own, and ends with it.

    Raises:
        FolderInUse: another process runs it.
    """
    async with AsyncExitStack() as stack:
        url = settings.redis_url
        if not url:
            embedded = await start_embedded(settings.data, ends_with_parent=True)
            stack.push_async_callback(embedded.close)
            url = embedded.url
        yield await stack.enter_async_context(_connected(url, settings)), url


@asynccontextmanager
async def attached_store(settings: Settings) -> AsyncIterator[Store]:
    """The store for a process that serves: it runs elsewhere, and this process sits out its absence."""
    async with _connected(settings.redis_url or await running_store(settings.data), settings) as store:
        yield store


@asynccontextmanager
async def _connected(url: str, settings: Settings) -> AsyncIterator[Store]:
    store = connect(url, replicas=REPLICAS[settings.durability])
    try:
        yield store
    finally:
        await store.close()


async def running_store(data: Path) -> str:
    """The URL of the store that `urut redis` runs on this folder; waits for it to be started."""
    outage = Outage("the store")
    while (address := address_in(data)) is None:
        await outage.sit_out(f"no store was ever started in {data}; run `urut redis` there, or set REDIS_URL")
    return address.url
