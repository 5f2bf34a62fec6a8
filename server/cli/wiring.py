"""The application over a store, and the sockets on which it listens. Only the command line uses this."""

import asyncio
import logging
import os
import resource
import signal
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import cast

from aiohttp import web

import counters.channels
import counters.pages
import counters.printing
import counters.rolls
import counters.screens
import displays.alerts.pages
import displays.channels
import displays.hall_pages
import displays.kiosk.pages
import displays.papers
import displays.reports
import displays.screen_pages
import displays.slides
import displays.tickets
import displays.visit_pages
import displays.voice.pages
from server.cli.equipment import Equipment
from server.cli.stores import BadUse, now_ms
from server.hub.door import OWN_FILES, Door, files_max
from server.hub.hub import Hub
from server.hub.transports import keep_little_for_tls
from server.store.followed import FollowedStore
from server.store.log import Store
from server.web.app import make_app
from server.web.credentials import Credentials
from server.web.crowd import PROGRAMS_BURST, PROGRAMS_PER_MINUTE
from server.web.front_door import front_door, nobody
from server.web.http_log import http_logger
from server.web.keys import HUB, ONLY_FOLLOWS, ONLY_HTTPS, PROXIES, Addresses
from server.web.limits import Limits

Parts = tuple[web.RouteTableDef, ...]
PUBLIC_PARTS: Parts = (
    displays.hall_pages.routes,
    displays.visit_pages.routes,
    displays.tickets.routes,
    displays.papers.routes,
    displays.kiosk.pages.routes,
    displays.alerts.pages.routes,
    displays.voice.pages.routes,
    displays.screen_pages.routes,
    displays.slides.routes,
    displays.reports.routes,
)
STAFF_PARTS: Parts = (counters.pages.routes, counters.screens.routes, counters.printing.routes, counters.rolls.routes)
SHUTDOWN_S = 2.0
READ_S_MAX, STORE_S_MAX = 30.0, 3.0
"""A process that starts lets nobody in before it has read its logs, or for so long at most; the second is for a store that is away. Others
may be there, and it would send people away."""
LOOK_S = 0.02
FILES_MAX = 65_536
KEEP_ALIVE_S = 75
"""How long a connection that asks for nothing more is kept for the next request."""

logger = logging.getLogger(__name__)


def application(
    store: Store,
    secret: bytes,
    parts: Parts,
    addresses: Addresses,
    equipment: Equipment | None = None,
    *,
    data: Path | None = None,
    only_follows: bool = False,
) -> web.Application:
    """The application that serves these parts over this store; ``equipment`` is for those that serve the public, ``data`` as in `Hub`."""
    kinds = (*displays.channels.kinds(Credentials(secret)), *counters.channels.kinds())
    limits = Limits(burst=PROGRAMS_BURST, per_minute=PROGRAMS_PER_MINUTE)
    hub = Hub(FollowedStore(store) if only_follows else store, kinds, now_ms, data)
    app = make_app(hub, secret, parts, addresses, limits)
    app[ONLY_FOLLOWS] = only_follows
    if equipment is not None:
        equipment.install(app)
    return app


@asynccontextmanager
async def listening(
    app: web.Application, host: str, port: int, *, shared: bool = False, tls: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    """Serve the application when it is ready, over https with ``tls``; gives its base URL.

    Port 0 takes a free one. Several processes may have the same ``shared`` port.

    Raises:
        BadUse: the address cannot be had.
    """
    _allow_many_files()
    keep_little_for_tls()
    app[ONLY_HTTPS] = tls is not None
    runner = web.AppRunner(
        app, access_log=None, logger=http_logger, shutdown_timeout=SHUTDOWN_S, keepalive_timeout=KEEP_ALIVE_S, auto_decompress=False
    )
    await runner.setup()
    doors: list[Door] = []
    try:
        places = await bound(host, port, shared=shared)
        await _read_up(app[HUB])
        others, take = cast(Callable[[], asyncio.Protocol], runner.server), nobody if tls else front_door(app[HUB], app[PROXIES])
        doors += [Door(place, take, others, tls) for place in places]
        try:
            for door in doors:
                door.open()
        except OSError as error:
            raise _taken(host, port, error) from None
        yield f"{'https' if tls else 'http'}://{_reachable(host)}:{places[0].getsockname()[1]}"
    finally:
        for door in doors:
            door.close()
        await runner.cleanup()


async def _read_up(hub: Hub) -> None:
    """Wait until the hub can serve, or until it takes too long: without its store it says so to whoever comes."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    while not hub.ready and loop.time() - begun < (READ_S_MAX if hub.reachable else STORE_S_MAX):  # noqa: ASYNC110  # it takes several logs
        await asyncio.sleep(LOOK_S)


async def bound(host: str, port: int, *, shared: bool = False) -> list[socket.socket]:
    """Sockets of this address, one for each family that the host has, which do not listen yet.

    Raises:
        BadUse: the address cannot be had.
    """
    loop = asyncio.get_running_loop()
    try:
        server = await loop.create_server(asyncio.Protocol, host, port, reuse_port=shared, start_serving=False)
    except OSError as error:
        raise _taken(host, port, error) from None
    sockets = [sock.dup() for sock in server.sockets]
    server.close()
    return sockets


def _taken(host: str, port: int, error: OSError) -> BadUse:
    return BadUse(f"cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}; another --port may be free")


def _allow_many_files() -> None:
    """Raise what a shell allows, usually 1024 open files, to what the system allows: a hall has more phones. The log says how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES_MAX if hard == resource.RLIM_INFINITY else min(FILES_MAX, hard)
    if 0 <= soft < most:
        with suppress(ValueError):  # macOS has one more limit, which it does not tell
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    logger.info("room for about %d connections, by the limit of open files", max(files_max() - OWN_FILES, 0))


def _reachable(host: str) -> str:
    """The name under which this machine itself reaches what listens on ``host``."""
    return "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104  # compared, not listened on


async def until_told_to_stop() -> None:
    """Wait for SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    logger.info("told to stop")
