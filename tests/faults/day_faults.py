"""What may happen on a day under fire: to processes, to the store and its disk, and to the network on either side of each server."""

import os
import random
import resource
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress

from tests.faults.link import Link
from tests.faults.processes import Server, pass_by, until
from tests.faults.storm import Fault
from tests.faults.yard import CLOCKS_OFF_S, Yard

FROZEN_S = 5.0
CUT_S = 1.0
SLOW_S, SLOW_FOR_S = 2.0, 4.0
DRIP_S, DRIPS_FOR_S = 0.002, 3.0
"""Between two bytes: 500 a second."""
FULL_S = 1.0
"""For so long after the store has met its full disk there is no room yet."""


class Faults:
    """``kinds`` are all that happens, by whom it happens to and by name; each breaks something and mends it.

    What becomes of the network is done to one server, on either side. ``half_open_s``: so long nobody is told of a half-open connection.
    ``clocks_set`` counts the servers that came back with another clock.
    """

    def __init__(self, yard: Yard, chance: random.Random, half_open_s: float) -> None:
        self.clocks_set = 0
        self._yard = yard
        self._chance = chance
        self._half_open_s = half_open_s

    @property
    def kinds(self) -> Mapping[str, Mapping[str, Fault]]:
        """See the class."""
        yard = self._yard
        return {
            "hubs": self._of_servers("a hub", yard.hubs),
            "counters": self._of_servers("counters", yard.officers),
            "store": {
                "the store killed": self._kill_store,
                "the store told to end": lambda: self._end_watcher(signal.SIGTERM),
                "the store frozen": self._freeze_store,
                "the disk full": self._fill_disk,
                "the store's watcher killed": lambda: self._end_watcher(signal.SIGKILL),
            },
            "network": {"cut": self._cut, "slow": self._slow, "half-open": self._half_open, "dripping": self._drip},
        }

    async def end(self, server: Server, how: signal.Signals) -> None:
        """End a server and start it again, maybe with another clock. Whoever is told to ends well."""
        code = await server.end(how)
        assert code == (0 if how == signal.SIGTERM else -how), (code, server.said)
        before, server.clock_off_s = server.clock_off_s, self._chance.choice(CLOCKS_OFF_S)
        self.clocks_set += before != server.clock_off_s
        await server.start()

    def _of_servers(self, name: str, servers: Sequence[Server]) -> Mapping[str, Fault]:
        def any_server() -> Server:
            return self._chance.choice(servers)

        return {
            f"{name} killed": lambda: self.end(any_server(), signal.SIGKILL),
            f"{name} told to end": lambda: self.end(any_server(), signal.SIGTERM),
            f"{name} frozen": lambda: _freeze(any_server().pid),
        }

    async def _kill_store(self) -> None:
        killed = await self._yard.store_server()
        os.kill(killed, signal.SIGKILL)
        await self._yard.store_server(other_than=killed)

    async def _freeze_store(self) -> None:
        await _freeze(await self._yard.store_server())

    async def _end_watcher(self, how: signal.Signals) -> None:
        """The process that started the store's server: told to end it ends the server too, and killed it leaves it to the next."""
        store = self._yard.store
        assert await store.end(how) == (0 if how == signal.SIGTERM else -how), store.said
        await store.start()
        assert self._yard.redis_url == await store.line()

    async def _fill_disk(self) -> None:
        """No file of the store and of its watcher may grow, until the server has met that and a little longer."""
        watcher, server = self._yard.store.pid, await self._yard.store_server()
        for process in (watcher, server):
            _let_files_grow(process, grow=False)
        await until(lambda: not _lives(server), "the store meets its full disk")
        await pass_by(FULL_S)
        _let_files_grow(watcher, grow=True)
        await self._yard.store_server(other_than=server)

    async def _cut(self) -> None:
        link = self._any_link()
        await link.cut()
        await pass_by(CUT_S)
        await link.mend()

    async def _slow(self) -> None:
        link = self._any_link()
        link.delay_s = SLOW_S
        await pass_by(SLOW_FOR_S)
        await link.mend()

    async def _half_open(self) -> None:
        link = self._any_link()
        link.forget(self._chance)
        await pass_by(self._half_open_s)
        link.remember()

    async def _drip(self) -> None:
        link = self._any_link()
        link.drip_s = DRIP_S
        await pass_by(DRIPS_FOR_S)
        await link.mend()

    def _any_link(self) -> Link:
        way = self._chance.choice([*self._yard.ways.values()])
        return self._chance.choice((way.back, way.front))


async def _freeze(process: int) -> None:
    os.kill(process, signal.SIGSTOP)
    try:
        await pass_by(FROZEN_S)
    finally:
        os.kill(process, signal.SIGCONT)


def _let_files_grow(process: int, *, grow: bool) -> None:
    """Where the limit is 0 every write to a file fails, as on a full disk: the log's, the settings', the program's own log."""
    with suppress(ProcessLookupError):
        _, most = resource.prlimit(process, resource.RLIMIT_FSIZE)
        resource.prlimit(process, resource.RLIMIT_FSIZE, (most if grow else 0, most))


def _lives(process: int) -> bool:
    """Whether there is a process of this id that has not ended."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
