"""A bazaar that goes on on another box from its exported log."""

import asyncio
import random
import signal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from bench.replay import PLAN_FILE, make_log, without_quotas
from server.store.log import MemoryLog
from server.store.plan_file import read_plan
from tests.faults.audit import Log
from tests.faults.processes import Urut, done, run, running, until
from tests.faults.screens import Screen
from tests.faults.site import Site, bearer, site

pytestmark = pytest.mark.faults

LONG_LOG_ENTRIES = 3000
KILLED = 2


async def test_a_bazaar_moves_to_another_box(tmp_path: Path, chance: random.Random) -> None:
    """Under the same epoch, byte for byte: screens name what they have and go on from there, and so do numbers and presses."""
    day, homes = tmp_path / "day.log", list[str]()
    async with asyncio.TaskGroup() as tasks:
        screen = Screen(homes, ["hall", "line/A"], chance, {})
        async with site(_folder(tmp_path, "old")) as old:
            for number in range(1, 6):
                await take(old, number)
            before = (await call(old, 1))["offset"]
            homes.append(old.home(old.hubs[0]))
            watching = tasks.create_task(screen.run())
            await until(lambda: shown(screen) == before, "the screen shows the call")
            code, _, said = await run(tmp_path / "export.log", "log", "export", day, **old.environment)
            assert (0, f"{before} entries, head {Log(day.read_bytes()).head}\n") == (code, said)
        known = dict(screen.positions)
        async with site(_folder(tmp_path, "new"), backup=day) as new:
            homes[:] = [new.home(new.hubs[0])]
            assert "A-006" == (await take(new, 6))["tickets"][0]["label"]
            after = (await call(new, 2))["offset"]
            await until(lambda: shown(screen) == after, "the screen shows the next call")
            assert {epoch for epoch, _ in known.values()} == {epoch for epoch, _ in screen.positions.values()}
            raw = await new.log(after)
            assert raw.startswith(day.read_bytes())
            assert Log(raw).marks >= screen.marks
            watching.cancel()


async def test_an_import_that_is_killed(tmp_path: Path, chance: random.Random) -> None:
    """Whenever it is killed, the bazaar has its whole log or none, and the same command brings it to its end."""
    raw, exported = tmp_path / "long.log", tmp_path / "again.log"
    raw.write_bytes(await long_log())
    store = Urut(tmp_path / "store.log", "redis", "--data", tmp_path / "data")
    async with running(store):
        url = await store.line()
        for attempt in range(KILLED):
            importing = Urut(tmp_path / f"import-{attempt}.log", "log", "import", raw, REDIS_URL=url)
            async with running(importing), Redis.from_url(url) as client:
                await until(partial(has_come, client, importing, chance.randrange(1, LONG_LOG_ENTRIES)), "some of it is there")
                await importing.end(signal.SIGKILL)
                assert await client.xlen("urut:{mayangan}:log") in (0, LONG_LOG_ENTRIES)
        await done(tmp_path / "import.log", "log", "import", raw, REDIS_URL=url)
        await done(tmp_path / "export.log", "log", "export", exported, REDIS_URL=url)
    assert raw.read_bytes() == exported.read_bytes()


async def long_log() -> bytes:
    """The exported log of a long day."""
    log = MemoryLog()
    await make_log(log, without_quotas(read_plan(PLAN_FILE)), LONG_LOG_ENTRIES)
    return b"".join(await log.read(0, LONG_LOG_ENTRIES))


async def has_come(client: Redis, importing: Urut, entries: int) -> bool:
    """Whether so many entries were written, wherever they lie, or there is no more to wait for."""
    written = [await client.xlen(f"urut:{{mayangan}}:log{beside}") for beside in (":restoring", "")]
    return importing.has_ended or max(written) >= entries


async def take(one: Site, number: int) -> Any:
    """Take a number at the kiosk; this one makes the command's id."""
    order = {"command_id": f"taken-at-the-kiosk-{number}", "services": ["ktp"]}
    async with one.session.post(f"{one.home(one.hubs[0])}/tickets", json=order, headers=bearer(one.keys["kiosk_keys"]["1"])) as answer:
        return await answer.json()


async def call(one: Site, counter: int) -> Any:
    """Call the next at a counter where nobody is."""
    status, _, answer = await one.press(one.officers[0], counter, command_id=f"call-at-counter-{counter}", do="next", seen=None)
    assert 200 == status, answer
    return answer


def shown(screen: Screen) -> int:
    """The entry that last touched what the screen shows of the hall."""
    return screen.positions.get("hall", ("", 0))[1]


def _folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder
