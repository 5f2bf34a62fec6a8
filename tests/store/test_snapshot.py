"""A fold that is kept: the same as a fresh one, used on no other log, and never instead of a whole one."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from bench.replay import PLAN_FILE, make_log, without_quotas
from server.core.entry import Entry
from server.core.numbers import NumberRanges
from server.core.values import BazaarId
from server.store.errors import ForkedLog
from server.store.kept import Kept
from server.store.ledger import Ledger
from server.store.log import MemoryLog, Top
from server.store.plan_file import read_plan
from server.store.snapshot import FOLDER, SnapshotFile
from server.store.writer import Writer
from tests.scenarios import START_MS
from tests.store.hubs import opened
from tests.store.proxy import until

MAYANGAN = BazaarId("mayangan")
ENTRIES, KEPT = 3000, 2000


@pytest.fixture(scope="module")
async def records() -> list[bytes]:
    """A long day."""
    log = MemoryLog()
    await make_log(log, without_quotas(read_plan(PLAN_FILE)), ENTRIES)
    return await log.read(0, ENTRIES)


@pytest.fixture
async def log(records: list[bytes]) -> MemoryLog:
    """Its log."""
    made = MemoryLog()
    await made.append(Top(), records)
    return made


@pytest.fixture
def file(records: list[bytes], tmp_path: Path) -> SnapshotFile:
    """The fold of its first two thousand entries."""
    made = SnapshotFile(tmp_path, MAYANGAN)
    made.write(folded(records[:KEPT]))
    return made


def folded(records: list[bytes]) -> Ledger:
    """A fresh fold."""
    ledger = Ledger()
    for record in records:
        ledger.apply(record)
    return ledger


def same(one: Ledger, other: Ledger) -> bool:
    """Whether two ledgers hold the same, to the last field."""
    return bool(plain(vars(one)) == plain(vars(other)))


def plain(value: Any) -> Any:
    """The value with all that is in it, as what can be compared."""
    if is_dataclass(value):
        return [type(value), *(plain(getattr(value, item.name)) for item in fields(value))]
    if isinstance(value, dict):
        return [type(value), *((plain(key), plain(item)) for key, item in value.items())]
    if isinstance(value, list | tuple | deque):
        return [type(value), *map(plain, value)]
    return list(value) if isinstance(value, NumberRanges) else value


@asynccontextmanager
async def starting(log: MemoryLog, folder: Path) -> AsyncIterator[tuple[Writer, list[Entry]]]:
    """A writer that begins on a log of which something is kept, and what it tells."""
    told = list[Entry]()
    writer = Writer(log, lambda: START_MS, told.append, kept=Kept(folder, MAYANGAN))
    task = asyncio.create_task(writer.run())
    yield writer, told
    task.cancel()
    await asyncio.wait([task])


def test_the_same_as_a_fresh_fold(records: list[bytes], file: SnapshotFile) -> None:
    """What is read is the fold that was written, and folds on as it would have."""
    ledger = file.read()
    assert ledger is not None
    assert same(folded(records[:KEPT]), ledger)
    for record in records[KEPT:]:
        ledger.apply(record)
    assert same(folded(records), ledger)
    assert not same(folded(records[:-1]), ledger)


async def test_a_start_from_it(records: list[bytes], log: MemoryLog, file: SnapshotFile, tmp_path: Path) -> None:
    """Only what came since is folded, and the state is that of the whole log."""
    async with starting(log, tmp_path) as (writer, told):
        await until(lambda: writer.ready)
        assert ENTRIES - KEPT == len(told)
        assert same(folded(records), writer.ledger)


@pytest.mark.parametrize("damage", ["version", "content", "end", "empty"])
async def test_one_that_is_of_no_use(
    log: MemoryLog, file: SnapshotFile, tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A snapshot of another version, or one that is damaged, is passed over and said; the whole log is folded."""
    path = tmp_path / FOLDER / MAYANGAN
    raw = path.read_bytes()
    path.write_bytes({"version": b"x" + raw[1:], "content": raw[:-9] + b"x" + raw[-8:], "end": raw[:-1], "empty": b""}[damage])
    async with starting(log, tmp_path) as (writer, told):
        await until(lambda: writer.ready)
        assert ENTRIES == len(told)
    assert f"{path} is passed over, the log is read from its beginning" in caplog.text


async def test_another_log(file: SnapshotFile, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The snapshot of another edition, or of a longer log, is passed over and said."""
    other = MemoryLog()
    await opened(other)
    async with starting(other, tmp_path) as (writer, told):
        await until(lambda: writer.ready)
        assert 1 == len(told)
    assert f"entry {KEPT} of the log is another" in caplog.text


async def test_a_log_that_was_changed_before_it(log: MemoryLog, file: SnapshotFile, tmp_path: Path) -> None:
    """An entry that nobody folded any more is checked all the same: when it was changed the bazaar stands still, and names it."""
    log._records[700] = log._records[700].replace(b"command-of", b"Command-of")
    async with starting(log, tmp_path) as (writer, _):
        await until(lambda: writer.broken is not None)
        assert isinstance(writer.broken, ForkedLog)
        assert 702 == writer.broken.offset
        assert not writer.ready
