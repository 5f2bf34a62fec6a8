"""Officers press at two hubs on a store of several servers, while its primaries are killed and frozen; and what came of each press."""

import asyncio
import itertools
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from signal import SIGCONT, SIGSTOP

from bench.stores import Node, until
from server.core.ranks import nearest_rank
from server.core.values import BazaarId
from server.store.errors import StoreUnreachable
from server.store.redis import connect
from tests.store.hubs import Hub, entries_of, fault_of, hub, opened
from tests.store.samples import command_id, issue

HUBS = 2
OFFICERS = 2
"""At each bazaar."""
PAUSE_S = 0.02
"""Between two presses of an officer, and before the same press is sent again."""
ANSWER_S = 10.0

Fault = Callable[[Node], Awaitable[None]]
"""Takes a primary away, and returns at once."""


@dataclass
class Stage:
    """One bazaar: its hubs, what was acknowledged (command number and offset), and when the newest of these was sent (monotonic s)."""

    bazaar: BazaarId
    hubs: list[Hub] = field(default_factory=list)
    acknowledged: list[tuple[int, int]] = field(default_factory=list)
    newest_sent: float = 0.0


@dataclass
class Failovers:
    """``url`` is the store's, ``nodes`` its servers. ``recovered_s`` tells how long each fault kept some bazaar from taking a new press."""

    url: str
    nodes: Sequence[Node]
    chance: random.Random
    stages: list[Stage] = field(default_factory=list)
    recovered_s: list[float] = field(default_factory=list)

    async def suffer(self, fault: Fault) -> None:
        """Take some primary away and, when another has taken its place, bring it back; wait until every bazaar takes presses again.

        With one replica for each primary they cannot before: then nobody is left who could have a second copy of a press.
        """
        primaries = [node for node in self.nodes if await node.is_primary()]
        victim = self.chance.choice(primaries)
        begun = time.monotonic()
        await fault(victim)
        others = [node for node in self.nodes if node is not victim]
        await until(lambda: _are_primaries(others, len(primaries)), "another server has taken its place")
        await self._bring_back(victim)
        await until(self._all_press_since(begun), "every bazaar takes new presses")
        self.recovered_s.append(max(self._answered[stage.bazaar] for stage in self.stages) - begun)
        await until(lambda: _are_in_step(self.nodes, len(self.nodes) - len(primaries)), "every server is back in step")

    @property
    def told(self) -> str:
        """The figures in one line."""
        count = sum(len(stage.acknowledged) for stage in self.stages)
        after = sorted(round(seconds * 1000) for seconds in self.recovered_s)
        p50, p99 = (nearest_rank(after, share) for share in (0.5, 0.99))
        return f"{len(after)} failovers, {count} acknowledged, lost 0, doubled 0; next press after p50 {p50} ms, p99 {p99} ms"

    async def check(self) -> None:
        """Each acknowledged press stands once, where it was said to, in a log that holds, and no hub has stopped."""
        store = connect(self.url, replicas=1)
        for stage in self.stages:
            log = store.log(stage.bazaar)
            stand = [entry.command_id for entry in await entries_of(log)]
            assert len(stand) == len(set(stand))
            lost = [(number, offset) for number, offset in stage.acknowledged if stand[offset - 2 : offset - 1] != [command_id(number)]]
            assert [] == lost, f"{len(lost)} of {len(stage.acknowledged)} acknowledged presses of {stage.bazaar} are lost"
            assert await fault_of(log) is None
            assert all(one.writer.broken is None for one in stage.hubs)
        await store.close()

    async def press(self, stage: Stage, numbers: "itertools.count[int]") -> None:
        """Press for ever, each press until it is answered, at whichever hub."""
        while True:
            number, sent = next(numbers), time.monotonic()
            while True:
                try:
                    entry = await self.chance.choice(stage.hubs).writer.submit(issue(number, "kk"), ANSWER_S)
                    break
                except (StoreUnreachable, TimeoutError):
                    await asyncio.sleep(PAUSE_S)
            stage.acknowledged.append((number, entry.offset))
            if sent > stage.newest_sent:
                stage.newest_sent = sent
                self._answered[stage.bazaar] = time.monotonic()
            await _draw_breath()

    def __post_init__(self) -> None:
        self._answered: dict[BazaarId, float] = {}

    def _all_press_since(self, begun: float) -> Callable[[], Awaitable[bool]]:
        async def all_press() -> bool:
            return all(stage.newest_sent > begun for stage in self.stages)

        return all_press

    async def _bring_back(self, victim: Node) -> None:
        if victim.has_ended:
            await victim.start()
        else:
            victim.signal(SIGCONT)


async def _draw_breath() -> None:
    drawn = asyncio.Event()
    asyncio.get_running_loop().call_later(PAUSE_S, drawn.set)
    await drawn.wait()


async def _are_primaries(nodes: Sequence[Node], count: int) -> bool:
    return count == [await node.is_primary() for node in nodes].count(True)


async def _are_in_step(nodes: Sequence[Node], count: int) -> bool:
    return count == [await node.is_in_step() for node in nodes].count(True)


async def kill(node: Node) -> None:
    """As a power cut does."""
    node.end()


async def freeze(node: Node) -> None:
    """As a stuck disk or a paused virtual machine does: it comes back with all that was sent to it, and thinks that it is still primary."""
    node.signal(SIGSTOP)


@asynccontextmanager
async def pressed(url: str, nodes: Sequence[Node], bazaars: int, chance: random.Random) -> AsyncIterator[Failovers]:
    """So many bazaars, open on this store, each with two hubs that promise a replica; officers press all the time."""
    one = Failovers(url, nodes, chance)
    async with AsyncExitStack() as stack:
        stores = [connect(url, replicas=1) for _ in range(HUBS)]
        for store in stores:
            stack.push_async_callback(store.close)
        for number in range(bazaars):
            stage = Stage(BazaarId(f"uji-{number}"))
            await opened(stores[0].log(stage.bazaar))
            stage.hubs = [await stack.enter_async_context(hub(store.log(stage.bazaar))) for store in stores]
            one.stages.append(stage)
        counts = {stage.bazaar: itertools.count(1) for stage in one.stages}
        officers = [asyncio.create_task(one.press(stage, counts[stage.bazaar])) for stage in one.stages for _ in range(OFFICERS)]
        yield one
        for officer in officers:
            officer.cancel()
        await asyncio.gather(*officers, return_exceptions=True)
        await one.check()
