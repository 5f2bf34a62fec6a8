"""Files of a store that were damaged while nobody ran: what a hub makes of each damage, and how the bazaar goes on."""

import re
from pathlib import Path

import aiohttp
import pytest

from server.core.plan import Plan
from server.core.values import BazaarId
from server.store.embedded import start_embedded
from server.store.log import MemoryLog, Top
from server.store.opening import open_log
from server.store.redis import connect
from server.store.seen import SeenFile
from tests.faults.processes import Server, Urut, done, run, running, until
from tests.scenarios import START_MS, config_with
from tests.store.hubs import hub
from tests.store.samples import OPENING_ID, issue

pytestmark = pytest.mark.faults

ENTRIES = 12
WHOLE, GAPPED, FLIPPED, CUT = (BazaarId(name) for name in ("utuh", "bolong", "terbalik", "terpotong"))
"""A bazaar of which each becomes. The last one's entries are the last in the file."""


async def test_damaged_files(tmp_path: Path) -> None:
    """An entry left out, one byte turned, an end cut off: each bazaar stands still with the entry's name and shows nothing; others go on.

    What to do is in the message, and does what it says.
    """
    data = tmp_path / "data"
    await fill(data)
    async with running(store := Urut(tmp_path / "store.log", "redis", "--data", data)):
        await store.line()
        async with running(Server(tmp_path / "before.log", "hub", "--data", data)):
            await until(lambda: seen_of(data, CUT) == ENTRIES, "the hub has kept what it saw")
    damage(data / "appendonlydir" / "appendonly.aof.1.incr.aof")
    serving = Server(tmp_path / "hub.log", "hub", "--data", data)
    async with running(store, serving), aiohttp.ClientSession() as session:
        await store.line()
        await serving.listens()
        for bazaar, fault in (
            (GAPPED, r"entry 7 of the log: is not there; next in the stream is 8-0"),
            (FLIPPED, r"entry 8 of the log: does not follow entry 7: prev is another hash, so one of the two was changed"),
            (CUT, r"entry 10 of the log: is not there, and the log had 12 when it was followed here; .* delete \S+seen/terpotong"),
        ):
            await serving.says(f"CRITICAL .*{fault}.*docs/operation.md")
            assert re.match(fault, await fault_of(session, serving, bazaar))
            async with session.get(f"{serving.url}/{bazaar}/views/hall") as answer:
                assert 503 == answer.status
        async with session.get(f"{serving.url}/{WHOLE}/views/hall") as answer:
            assert 200 == answer.status
        (data / "seen" / CUT).unlink()
        await until(lambda: _goes_on(session, serving, CUT), "it goes on with what is left")
        for bazaar, sound in ((GAPPED, 6), (FLIPPED, 6)):
            exported = tmp_path / f"{bazaar}.log"
            code, _, said = await run(tmp_path / "export.log", "log", "export", exported, "--bazaar", bazaar, "--data", data)
            assert (1, True) == (code, said.startswith(f"{sound} entries, head ")), said
            await done(tmp_path / "import.log", "log", "import", exported, "--data", tmp_path / "new")


async def test_a_file_that_is_no_file_of_a_store(tmp_path: Path) -> None:
    """Where the store's server cannot read its file, it does not start on half of it, and what to do is said."""
    data = tmp_path / "data"
    await fill(data)
    file = data / "appendonlydir" / "appendonly.aof.1.incr.aof"
    file.write_bytes(file.read_bytes().replace(b"XADD", b"X\x00DD", 9))
    before = file.read_bytes()
    code, _, said = await run(tmp_path / "store.log", "redis", "--data", data)
    assert 1 == code
    assert "appendonly.aof.1.incr.aof" in said
    assert "go on from a backup (docs/operation.md" in said
    assert before == file.read_bytes()


async def fill(data: Path) -> None:
    """Four bazaars in a store, one after the other, entry by entry."""
    embedded = await start_embedded(data)
    store = connect(embedded.url)
    for bazaar in (WHOLE, GAPPED, FLIPPED, CUT):
        await store.register(bazaar)
        log, top = store.log(bazaar), Top()
        for record in await a_day_of(bazaar):
            await log.append(top, [record])
            top = Top(top.offset + 1, record)
    await store.close()
    await embedded.close()


async def a_day_of(bazaar: BazaarId) -> list[bytes]:
    """A log in which numbers are given out."""
    log = MemoryLog()
    await open_log(log, Plan.from_config(config_with(id=bazaar)), by="admin", now_ms=START_MS, command_id=OPENING_ID)
    async with hub(log) as one:
        for number in range(1, ENTRIES):
            await one.submit(issue(number))
    return await log.read(0, ENTRIES)


def damage(file: Path) -> None:
    """Do to each bazaar what its name says."""
    raw = file.read_bytes()
    start, end = _written(raw, GAPPED, 7)
    raw = raw[:start] + raw[end:]
    start, _ = _written(raw, FLIPPED, 7)
    turned = raw.index(b"command-", start)
    raw = raw[:turned] + b"C" + raw[turned + 1 :]
    start, _ = _written(raw, CUT, 10)
    file.write_bytes(raw[: start + 100])


def _written(raw: bytes, bazaar: BazaarId, offset: int) -> tuple[int, int]:
    """Where in the file the command that wrote this entry begins and ends."""
    key, entry = b"urut:{%s}:log\r\n" % bazaar.encode(), b"\r\n%d-0\r\n" % offset
    named = next(match.start() for match in re.finditer(re.escape(key), raw) if raw[match.end() :].split(b"\r\n", 2)[1] in entry.split())
    start = raw.rindex(b"*5\r\n", 0, named)
    return start, raw.find(b"*", named)


def seen_of(data: Path, bazaar: BazaarId) -> int:
    """How far the hub has kept that it saw the log."""
    seen = SeenFile(data, bazaar).read()
    return seen.offset if seen else 0


async def fault_of(session: aiohttp.ClientSession, serving: Server, bazaar: BazaarId) -> str:
    """Why a bazaar stands still."""
    async with session.get(f"{serving.url}/readyz") as answer:
        assert 503 == answer.status
        return str((await answer.json())["bazaars"][bazaar]["fault"])


async def _goes_on(session: aiohttp.ClientSession, serving: Server, bazaar: BazaarId) -> bool:
    async with session.get(f"{serving.url}/{bazaar}/views/hall") as answer:
        return answer.status == 200
