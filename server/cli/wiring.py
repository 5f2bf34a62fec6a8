"""Real parts put together: the store, the secret, the application, the sockets. Only the command line uses this."""

import asyncio
import logging
import os
import resource
import secrets
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

import counters.channels
import counters.pages
import displays.channels
import displays.hall_pages
import displays.tickets
import displays.visit_pages
from server.core.plan import Plan
from server.core.values import BazaarId, CommandId
from server.hub.hub import Hub
from server.store.codec import digest
from server.store.embedded import start_embedded
from server.store.errors import FolderInUse
from server.store.folder import address_in
from server.store.log import Store
from server.store.opening import open_log, opened_with
from server.store.outage import Outage
from server.store.redis import connect
from server.web.app import make_app
from server.web.credentials import ADMIN, KIOSKS, SUPERVISOR, Credentials, counter_principal, kiosk_principal, scope_of
from server.web.http_log import http_logger
from server.web.keys import Addresses
from server.web.limits import Limits

Parts = tuple[web.RouteTableDef, ...]
PUBLIC_PARTS: Parts = (displays.hall_pages.routes, displays.visit_pages.routes, displays.tickets.routes)
STAFF_PARTS: Parts = (counters.pages.routes,)
TICKETS_BURST, TICKETS_PER_MINUTE = 120, 240
"""What one address may ask for: a whole hall behind one address takes numbers, a script does not take them all."""
SHUTDOWN_S = 2.0
SOCKETS_MAX = 65_536
OWN_FILES = 100
"""Open files that are no follower: the store, what listens, requests, connections on their way from aiohttp to the hub."""
KEEP_ALIVE_S = 75
"""How long a connection that asks for nothing more is kept for the next request."""
SECRET_BYTES = 32

logger = logging.getLogger(__name__)


class BadUse(Exception):
    """Wrong usage or bad input; the text says what and where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the store, its files and the secret are. Without ``redis_url`` the bundled server keeps its files in ``data``."""

    redis_url: str | None
    data: Path
    secret: str | None = None

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
            opened = await stack.enter_async_context(_connected(url)), url
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
        yield await stack.enter_async_context(_connected(url)), url


@asynccontextmanager
async def attached_store(settings: Settings) -> AsyncIterator[Store]:
    """The store for a process that serves: it runs elsewhere, and this process sits out its absence."""
    async with _connected(settings.redis_url or await running_store(settings.data)) as store:
        yield store


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Store]:
    store = connect(url)
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


def application(store: Store, secret: bytes, parts: Parts, addresses: Addresses) -> web.Application:
    """The application that serves these parts over this store."""
    kinds = (*displays.channels.kinds(Credentials(secret)), *counters.channels.kinds())
    limits = Limits(burst=TICKETS_BURST, per_minute=TICKETS_PER_MINUTE)
    return make_app(Hub(store, kinds, now_ms), secret, parts, addresses, limits)


@asynccontextmanager
async def listening(app: web.Application, host: str, port: int) -> AsyncIterator[str]:
    """Serve the application; gives its base URL. Port 0 takes a free one.

    Raises:
        BadUse: the address cannot be had.
    """
    _allow_many_sockets()
    runner = web.AppRunner(
        app, access_log=None, logger=http_logger, shutdown_timeout=SHUTDOWN_S, keepalive_timeout=KEEP_ALIVE_S, auto_decompress=False
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            raise BadUse(f"cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}; another --port may be free") from None
        yield f"http://{_reachable(host)}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _allow_many_sockets() -> None:
    """Raise what a shell allows, usually 1024 open files, to what the system allows: a hall has more phones. The log says how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = SOCKETS_MAX if hard == resource.RLIM_INFINITY else min(SOCKETS_MAX, hard)
    if 0 <= soft < most:
        with suppress(ValueError):  # macOS has one more limit, which it does not tell
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    logger.info("room for about %d connections, by the limit of open files", max(allowed - OWN_FILES, 0))


def _reachable(host: str) -> str:
    """The name under which this machine itself reaches what listens on ``host``."""
    return "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104  # compared, not listened on


async def until_told_to_stop() -> None:
    """Wait for SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()


async def open_bazaar_log(store: Store, plan: Plan, *, new_edition: bool) -> str:
    """Open a bazaar, or continue the one that is open with the same file; its epoch.

    Raises:
        AnotherPlan: it is open with another file.
    """
    bazaar_id = plan.bazaar.id
    log = store.log(bazaar_id)
    if new_edition and await log.read(0, 1):
        await store.archive(bazaar_id, await epoch_of(store, bazaar_id))
    await open_log(log, plan, by=ADMIN, now_ms=now_ms(), command_id=CommandId(f"open-{secrets.token_urlsafe(12)}"))
    await store.register(bazaar_id)
    return await epoch_of(store, bazaar_id)


async def epoch_of(store: Store, bazaar_id: BazaarId) -> str:
    """The epoch of an open bazaar's log.

    Raises:
        BadUse: it is not open.
    """
    records = await store.log(bazaar_id).read(0, 1)
    if not records:
        raise BadUse(f"the bazaar {bazaar_id} is not open")
    return digest(records[0]).hex()


async def the_bazaar(store: Store, named: str | None) -> BazaarId:
    """The bazaar that was named, else the only one that is open.

    Raises:
        BadUse: there is none such, or several.
    """
    ids = await store.bazaars()
    if named is not None:
        if named not in ids:
            raise BadUse(f"no bazaar {named} is open; open are: {', '.join(ids) or 'none'}")
        return BazaarId(named)
    if len(ids) != 1:
        raise BadUse(f"say which bazaar with --bazaar; open are: {', '.join(ids) or 'none'}")
    return ids[0]


async def plan_of(store: Store, bazaar_id: BazaarId) -> Plan:
    """The bazaar file that an open bazaar was opened with."""
    return Plan.from_config(await opened_with(store.log(bazaar_id)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Every key of one edition of a bazaar."""

    admin: str
    supervisor: str
    counters: dict[int, str]
    kiosks: dict[int, str]

    def as_map(self) -> dict[str, object]:
        """As ``--json`` prints them."""
        return {
            "admin_key": self.admin,
            "supervisor_key": self.supervisor,
            "counter_keys": {str(number): key for number, key in self.counters.items()},
            "kiosk_keys": {str(number): key for number, key in self.kiosks.items()},
        }


def keys_of(secret: bytes, plan: Plan, epoch: str) -> Keys:
    """The keys of a bazaar's officers, kiosks, supervisors and organiser."""
    key: Callable[[str, str], str] = Credentials(secret).key
    scope = scope_of(plan.bazaar.id, epoch)
    return Keys(
        admin=key(scope, ADMIN),
        supervisor=key(scope, SUPERVISOR),
        counters={counter.number: key(scope, counter_principal(counter.number)) for counter in plan.counters},
        kiosks={number: key(scope, kiosk_principal(number)) for number in range(1, KIOSKS + 1)},
    )
