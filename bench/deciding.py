"""How soon a press has its durable answer, beside the way to the store alone; and a thousand presses over a hundred bazaars at once.

    python -m bench.deciding             # prints what `measure_deciding` finds, as JSON

The hub is a process of its own (`bench.deciding_hub`) over a bundled store, which syncs each append to the disk before it answers.
"""

import asyncio
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from rich.console import RenderableType

from bench.deciding_hub import SECRET
from bench.figures import NS_PER_MS, Times, sheet_of_times
from bench.processes import line_of, on_a_core_of_its_own, python
from bench.replay import PLAN_FILE, START_MS, without_quotas
from bench.tablet import Tablet, answers_of
from server.core.values import BazaarId, CommandId
from server.store.codec import command_from_map, digest, encode_command
from server.store.command_ids import new_command_id
from server.store.embedded import start_embedded
from server.store.log import Submission, Top, next_stream_id
from server.store.opening import open_log
from server.store.plan_file import read_plan
from server.store.redis import RedisStore, connect
from server.store.redis_url import SETTINGS
from server.web.credentials import Credentials, counter_principal, scope_of

COUNTERS = 10
"""The counters of each bazaar that press."""
WARM_UP = 20
RECORD_BYTES = 200
"""As many as an entry of a press has."""
SPREAD_S = 0.004
"""Between presses, at random, so that they do not fall in step with anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciding:
    """``press``: from a press to its durable answer, over HTTP. ``store``: the same append alone, by the hub's own client, in turn with it.

    ``ratio``: of their medians. The burst: ``presses`` over ``bazaars``, sent in one moment; all answered after ``burst_ms``, for which the
    store was asked ``burst_scripts`` times to append; the hub's loop was held for ``longest_hold_ms`` at most meanwhile, and
    computed for ``longest_hold_cpu_ms`` in one turn at most.
    """

    press: Times
    store: Times
    ratio: float
    bazaars: int
    presses: int
    burst_ms: float
    burst_scripts: int
    longest_hold_ms: float
    longest_hold_cpu_ms: float

    def tables(self) -> Iterable[RenderableType]:
        """See Result."""
        title = f"Press → durable answer, in turn with the store alone: {self.ratio:.2f} of its median"
        yield sheet_of_times(title, (("press, over HTTP", self.press), ("the same append alone", self.store)))
        burst = f"{self.presses:,} presses over {self.bazaars} bazaars in one moment: all answered after {self.burst_ms:.0f} ms"
        held = f"held for {self.longest_hold_ms:.1f} ms at most, computing for {self.longest_hold_cpu_ms:.1f} ms in one turn at most"
        yield f"{burst}, by {self.burst_scripts} scripts; the loop was {held}."


async def measure_deciding(*, presses: int, bazaars: int, say: Callable[[str], None]) -> Deciding:
    """Press so many times one at a time, then at `COUNTERS` counters of so many bazaars at once."""
    with tempfile.TemporaryDirectory(prefix="urut-bench-", ignore_cleanup_errors=True) as folder:
        embedded = await start_embedded(Path(folder), ends_with_parent=True)
        store = connect(embedded.url)
        try:
            say(f"opening {bazaars} bazaars")
            keys = {f"bazaar-{number}": await _open(store, BazaarId(f"bazaar-{number}")) for number in range(bazaars)}
            async with python(["-m", "bench.deciding_hub", embedded.url, str(bazaars)]) as process:
                home = (await line_of(process))["home"]
                with on_a_core_of_its_own(process.pid):
                    say(f"pressing {presses} times, in turn with the store alone")
                    pressed, alone = await _in_turn(store, Tablet(home, "bazaar-0", 1, keys["bazaar-0"][0]), presses)
                    say(f"pressing {COUNTERS * bazaars} times at once")
                    tablets = [Tablet(home, bazaar, number, key) for bazaar, own in keys.items() for number, key in enumerate(own, start=1)]
                    burst = await _burst(embedded.url, process, tablets)
        finally:
            await store.close()
            await embedded.close()
    ratio = round(statistics.median(pressed) / statistics.median(alone), 2)
    return Deciding(press=Times.of(pressed), store=Times.of(alone), ratio=ratio, bazaars=bazaars, presses=len(tablets), **burst)


async def _open(store: RedisStore, bazaar: BazaarId) -> list[str]:
    """A bazaar with somebody waiting for each of the counters, all of them open; the counters' keys."""
    plan = without_quotas(read_plan(PLAN_FILE))
    plan = replace(plan, bazaar=replace(plan.bazaar, id=bazaar))
    log = store.log(bazaar)
    await open_log(log, plan, by="admin", now_ms=START_MS, command_id=CommandId("opens-the-measurement"))
    for counter in plan.counters[:COUNTERS]:
        service = plan.line(counter.lines[0]).services[0].code
        for order in ({"do": "open_counter", "counter": counter.number}, {"do": "issue", "services": [service]}):
            await log.publish(encode_command(command_from_map({**order, "command_id": new_command_id(), "by": "admin"})))
    await store.register(bazaar)
    scope = scope_of(bazaar, digest((await log.read(0, 1))[0]).hex())
    return [Credentials(SECRET).key(scope, counter_principal(counter.number)) for counter in plan.counters[:COUNTERS]]


async def _in_turn(store: RedisStore, tablet: Tablet, count: int) -> tuple[list[int], list[int]]:
    """Presses and bare appends by turns, each timed in ns. The officer pauses and opens by turns, which is always possible."""
    log, top, cursor = store.log(BazaarId("alone")), Top(), ""
    tablet.connect()
    pressed, alone = [], []
    for number in range(count + WARM_UP):
        await asyncio.sleep(random.uniform(0, SPREAD_S))  # noqa: S311  # a pace, no secret
        request = tablet.request({"do": "open_counter"} if number % 2 else {"do": "pause_counter", "reason": "salat"})
        begun = time.perf_counter_ns()
        tablet.ask(request)
        answered = time.perf_counter_ns()
        record, stream_id = str(number).encode().rjust(RECORD_BYTES), next_stream_id(cursor)
        begun_alone = time.perf_counter_ns()
        await log.append(top, [record], Submission(cursor, [(stream_id, record)]))
        alone.append(time.perf_counter_ns() - begun_alone)
        top, cursor = Top(top.offset + 1, record), stream_id
        pressed.append(answered - begun)
    tablet.close()
    return pressed[WARM_UP:], alone[WARM_UP:]


async def _burst(url: str, process: asyncio.subprocess.Process, tablets: list[Tablet]) -> dict[str, Any]:
    """Everybody presses Next in one moment."""
    client = Redis.from_url(url, **SETTINGS)
    requests = [(tablet, tablet.request({"do": "next", "seen": None})) for tablet in tablets]
    for tablet in tablets:
        tablet.connect()
    await _told(process)
    before, begun = await _scripts(client), time.perf_counter_ns()
    answers_of(requests)
    took = time.perf_counter_ns() - begun
    scripts, told = await _scripts(client) - before, await _told(process)
    await client.aclose()
    return {"burst_ms": round(took / NS_PER_MS, 1), "burst_scripts": scripts, **told}


async def _told(process: asyncio.subprocess.Process) -> Mapping[str, float]:
    """What the hub has noted since it was last asked."""
    assert process.stdin is not None
    process.stdin.write(b"\n")
    told: Mapping[str, float] = await line_of(process)
    return told


async def _scripts(client: Redis) -> int:
    """How many scripts the store has run so far."""
    stats: Mapping[str, Mapping[str, int]] = await client.info("commandstats")
    return int(stats.get("cmdstat_evalsha", {}).get("calls", 0))


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(measure_deciding(presses=400, bazaars=100, say=print)))))
