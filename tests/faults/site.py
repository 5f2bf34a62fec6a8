"""A bazaar at work in real processes: the bundled store, hubs, counters, and the keys of everybody."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from server.store.folder import SERVER_PID
from tests.faults.link import Link, link_to
from tests.faults.processes import Server, Urut, done, running, until

BAZAAR = Path(__file__).with_name("bazaar.toml")
SECRET = "a secret of the tests only"  # noqa: S105  # it guards nothing
COUNTERS = range(1, 9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """``hubs`` serve the public, ``officers`` the counters; all of them decide.

    ``store`` is the process that watches the store's server, ``redis_url`` the server's address; ``environment`` is that of the servers,
    which may reach it through ``link``. ``keys`` is what ``urut open --json`` printed.
    """

    folder: Path
    store: Urut
    redis_url: str
    environment: Mapping[str, str]
    link: Link
    hubs: Sequence[Server]
    officers: Sequence[Server]
    keys: dict[str, Any]
    session: aiohttp.ClientSession

    @property
    def servers(self) -> Sequence[Server]:
        """Every process that follows the log and decides."""
        return (*self.hubs, *self.officers)

    def home(self, server: Server) -> str:
        """The bazaar's address at one of the servers."""
        return f"{server.url}/{self.keys['bazaar']}"

    async def are_ready(self) -> None:
        """Wait until every server has read the log and can serve."""
        for server in self.servers:
            await self.is_ready(server)

    async def is_ready(self, server: Server) -> None:
        """Wait until a server has read the log and can serve."""
        await server.listens()
        await until(lambda: is_ready(self.session, server.url), f"{server.url} is ready")

    async def store_pid(self, other_than: int = 0) -> int:
        """The process of the store's server, or of the next one, as soon as it has written itself down."""
        path = self.folder / "data" / SERVER_PID
        await until(lambda: path.read_text().strip() not in ("", str(other_than)), "the store's server runs")
        return int(path.read_text())

    async def press(self, server: Server, counter: int, **order: object) -> tuple[int, Mapping[str, str], Any]:
        """Send a counter's command once: status, headers and body of the answer."""
        url, key = f"{self.home(server)}/counter/{counter}/commands", self.keys["counter_keys"][str(counter)]
        async with self.session.post(url, json=order, headers=bearer(key)) as answer:
            return answer.status, answer.headers, await answer.json()

    async def log(self, offset: int) -> bytes:
        """The whole log as anybody may read it, with at least this entry."""
        hub = self.hubs[0]
        await until(lambda: self._has_read(hub, offset), f"{hub.url} has read entry {offset}")
        async with self.session.get(f"{self.home(hub)}/log") as answer:
            return await answer.read()

    async def _has_read(self, hub: Server, offset: int) -> bool:
        async with self.session.get(f"{hub.url}/readyz") as answer:
            return bool((await answer.json())["bazaars"][self.keys["bazaar"]]["offset"] >= offset)


async def is_ready(session: aiohttp.ClientSession, url: str) -> bool:
    """Whether a server says that it is ready, and has found the bazaar."""
    try:
        async with session.get(f"{url}/readyz") as answer:
            return answer.ok and bool((await answer.json())["bazaars"])
    except aiohttp.ClientError:
        return False


@asynccontextmanager
async def site(
    folder: Path, *, hubs: int = 1, officers: int = 1, linked: bool = False, printer: str = "", backup: Path | None = None
) -> AsyncIterator[Site]:
    """The bazaar of `BAZAAR`, open, with every counter open, on a store of its own; so many hubs and processes for officers.

    ``linked``: the servers reach their store through the site's `Link`, whole at first. ``backup``: the exported log that it goes on with.
    """
    store = Urut(folder / "store.log", "redis", "--data", folder / "data")
    async with running(store), AsyncExitStack() as stack:
        redis_url = await store.line()
        link = await stack.enter_async_context(link_to(port_of(redis_url)))
        environment = {"REDIS_URL": redis_url, "URUT_SECRET": SECRET, "URUT_DATA": str(folder / "data")}
        keys = await opened(folder, environment, backup)
        if printer:
            environment["URUT_PRINTER"] = printer
        if linked:
            environment["REDIS_URL"] = by_link(redis_url, link)
        parts = {
            name: [Server(folder / f"{name}-{number}.log", name, **environment) for number in range(count)]
            for name, count in (("hub", hubs), ("counters", officers))
        }
        await stack.enter_async_context(running(*parts["hub"], *parts["counters"]))
        session = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        one = Site(
            folder=folder,
            store=store,
            redis_url=redis_url,
            environment=environment,
            link=link,
            hubs=parts["hub"],
            officers=parts["counters"],
            keys=keys,
            session=session,
        )
        await one.are_ready()
        for counter in COUNTERS:
            status, _, _ = await one.press(one.officers[0], counter, command_id=f"the-officer-opens-{counter}", do="open_counter")
            assert 200 == status
        yield one
        await link.mend()


async def opened(folder: Path, environment: Mapping[str, str], backup: Path | None) -> Any:
    """Open the bazaar, which goes on with the exported log if there is one; what `urut open --json` prints."""
    if backup is not None:
        await done(folder / "import.log", "log", "import", backup, **environment)
    return json.loads(await done(folder / "open.log", "open", "--json", BAZAAR, **environment))


def by_link(redis_url: str, link: Link) -> str:
    """The URL under which the store is reached through a link."""
    return redis_url.replace(f":{port_of(redis_url)}/", f":{link.port}/")


def port_of(redis_url: str) -> int:
    """The port in the store's URL."""
    return int(redis_url.rpartition(":")[2].partition("/")[0])


def bearer(key: str) -> dict[str, str]:
    """The header that carries a key."""
    return {"Authorization": f"Bearer {key}"}
