"""A real application on a real port over a log in memory, for tests that speak HTTP and WebSocket to it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp import web

import counters.channels
import displays.channels
from server.cli.bazaars import Keys, epoch_of, keys_of
from server.cli.equipment import Equipment
from server.cli.stores import now_ms
from server.cli.wiring import PUBLIC_PARTS, STAFF_PARTS, listening
from server.core.entry import Entry
from server.core.plan import Plan
from server.core.values import CommandId
from server.hub.hub import Hub
from server.hub.room import Room
from server.store.log import MemoryStore, Store
from server.store.opening import open_log
from server.web.app import make_app
from server.web.credentials import Credentials
from server.web.keys import HUB, Addresses
from server.web.limits import Limits
from tests.scenarios import CONFIG, START_MS

SECRET = b"a secret of the tests only"


@dataclass(slots=True, kw_only=True)
class Served:
    """A bazaar that is served: its address, its room in this process, its keys, and an HTTP session without cookies."""

    url: str
    app: web.Application
    room: Room
    keys: Keys
    session: aiohttp.ClientSession
    commands: int = 0

    @property
    def home(self) -> str:
        """The bazaar's address."""
        return f"{self.url}/{self.room.plan.bazaar.id}"

    async def submit(self, do: str, by: str = "admin", **fields: object) -> Entry:
        """Put a command to the bazaar and wait for its entry."""
        self.commands += 1
        return await self.room.submit({"command_id": f"test-command-{self.commands:06d}", "do": do, "by": by, **fields})

    def bearer(self, key: str) -> dict[str, str]:
        """The header that carries a key."""
        return {"Authorization": f"Bearer {key}"}


async def opened_in(store: Store, config: Mapping[str, object]) -> Plan:
    """Open the bazaar of ``config`` in a store, for every hub to find; its plan."""
    plan = Plan.from_config(config)
    await open_log(store.log(plan.bazaar.id), plan, by="admin", now_ms=START_MS, command_id=CommandId("test-opens-the-bazaar"))
    await store.register(plan.bazaar.id)
    return plan


@dataclass(slots=True)
class MovedClock:
    """A hub's clock that a test puts forward. It begins when the bazaar opens; a screen has its time from the frames."""

    ahead_ms: int = 0
    _since_ms: int = field(default_factory=now_ms)

    def __call__(self) -> int:
        """Unix ms."""
        return START_MS + now_ms() - self._since_ms + self.ahead_ms


@asynccontextmanager
async def serving(
    *,
    store: Store | None = None,
    config: Mapping[str, object] = CONFIG,
    parts: Sequence[web.RouteTableDef] = (*PUBLIC_PARTS, *STAFF_PARTS),
    limits: Limits | None = None,
    port: int = 0,
    equipment: Equipment | None = None,
    clock: Callable[[], int] | None = None,
    tls: ssl.SSLContext | None = None,
    data: Path | None = None,
) -> AsyncIterator[Served]:
    """Open the bazaar of ``config`` in ``store`` and serve it, on a free port unless one is named; everything ends with the context.

    Over ``tls`` the session looks at nobody's certificate.
    """
    store = store or MemoryStore()
    plan = await opened_in(store, config)
    keys = keys_of(SECRET, plan, await epoch_of(store, plan.bazaar.id))
    kinds = (*displays.channels.kinds(Credentials(SECRET)), *counters.channels.kinds())
    hub = Hub(store, kinds, clock or now_ms, data)
    app = make_app(hub, SECRET, parts, Addresses(), limits or Limits(burst=1000, per_minute=1000))
    (equipment or Equipment()).install(app)
    trust = aiohttp.TCPConnector(ssl=tls is None)
    async with (
        listening(app, "127.0.0.1", port, tls=tls) as url,
        aiohttp.ClientSession(connector=trust, cookie_jar=aiohttp.DummyCookieJar()) as session,
    ):
        async with asyncio.timeout(30):
            while (room := app[HUB].rooms.get(plan.bazaar.id)) is None or not room.ready:
                await asyncio.sleep(0)
        yield Served(url=url, app=app, room=room, keys=keys, session=session)
