"""What a hub remembers of a log beyond its own end, and when it goes on all the same."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from server.core.values import BazaarId
from server.store.errors import BrokenLog, ForkedLog, LostEntries
from server.store.kept import Kept
from server.store.log import MemoryLog
from server.store.seen import FOLDER, Seen, SeenFile
from server.store.writer import Writer
from tests.scenarios import START_MS
from tests.store.hubs import hub
from tests.store.proxy import until
from tests.store.samples import issue

UJI = BazaarId("uji")


@asynccontextmanager
async def starting(log: MemoryLog, folder: Path) -> AsyncIterator[Writer]:
    """A writer that begins on a log of which something was seen."""
    writer = Writer(log, lambda: START_MS, lambda entry: None, kept=Kept(folder, UJI))
    task = asyncio.create_task(writer.run())
    yield writer
    task.cancel()
    await asyncio.wait([task])


@pytest.fixture
async def file(quick_log: MemoryLog, tmp_path: Path) -> SeenFile:
    """Where it stands that six entries of the log were seen."""
    async with hub(quick_log) as one:
        for number in range(5):
            await one.submit(issue(number))
        seen = one.writer.seen()
    assert seen is not None
    made = SeenFile(tmp_path, UJI)
    made.write(seen)
    return made


async def test_the_same_log(quick_log: MemoryLog, file: SeenFile, tmp_path: Path) -> None:
    """A log that has all that was seen is gone on with, and with what came since."""
    async with starting(quick_log, tmp_path) as writer:
        assert 7 == (await writer.submit(issue(6), 5)).offset
    async with starting(quick_log, tmp_path) as writer:
        await until(lambda: writer.ready)


async def test_a_log_that_has_become_shorter(
    quick_log: MemoryLog, file: SeenFile, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is decided on a log that has lost its end; the first entry that is missing is named. Once it is back, all goes on."""
    lost = quick_log._records[3:]
    del quick_log._records[3:]
    async with starting(quick_log, tmp_path) as writer:
        await until(lambda: writer.broken is not None)
        assert isinstance(writer.broken, LostEntries)
        with pytest.raises(BrokenLog, match="entry 4 of the log: is not there, and the log had 6 when it was followed here"):
            await writer.submit(issue(6), 5)
        assert writer.seen() is None
        assert 3 == len(quick_log._records)
        assert 1 == sum(record.levelno == logging.CRITICAL for record in caplog.records)
        quick_log._records += lost
        await until(lambda: writer.ready)
        assert writer.broken is None
        assert 7 == (await writer.submit(issue(6), 5)).offset


async def test_what_people_decide(quick_log: MemoryLog, file: SeenFile, tmp_path: Path) -> None:
    """Whoever deletes the file that the message names goes on with what is left, without starting anything again."""
    del quick_log._records[3:], quick_log._commands[2:]
    async with starting(quick_log, tmp_path) as writer:
        await until(lambda: writer.broken is not None)
        path = tmp_path / FOLDER / "uji"
        assert str(writer.broken).endswith(f"delete {path}")
        path.unlink()
        await until(lambda: writer.ready)
        assert 4 == (await writer.submit(issue(6), 5)).offset


async def test_another_entry_in_its_place(quick_log: MemoryLog, file: SeenFile, tmp_path: Path) -> None:
    """Where another history stands, however long it is, the bazaar stands still and names the entry."""
    del quick_log._records[4:], quick_log._commands[3:]
    async with hub(quick_log) as one:
        for number in range(10, 15):
            await one.submit(issue(number))
    async with starting(quick_log, tmp_path) as writer:
        await until(lambda: writer.broken is not None)
        assert isinstance(writer.broken, ForkedLog)
        assert 6 == writer.broken.offset
        assert str(tmp_path / FOLDER / "uji") in str(writer.broken)


async def test_a_new_edition(quick_log: MemoryLog, tmp_path: Path) -> None:
    """What was seen of an earlier edition holds nobody back."""
    file = SeenFile(tmp_path, UJI)
    file.write(Seen("of another log", 900, "77d0c3f2"))
    async with starting(quick_log, tmp_path) as writer:
        await until(lambda: writer.ready)


@pytest.mark.parametrize("text", ["", "half a li", "one two three", "\udcff"])
async def test_a_file_that_cannot_be_read(quick_log: MemoryLog, tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture) -> None:
    """A file that tells nothing holds nobody back either, and is spoken of."""
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "uji").write_bytes(text.encode("utf-8", "surrogateescape"))
    async with starting(quick_log, tmp_path) as writer:
        await until(lambda: writer.ready)
    assert "does not tell how far the log was followed" in caplog.text


async def test_what_is_seen_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """What was seen last is in the file a moment later; a disk that takes nothing is tried again."""
    monkeypatch.setattr("server.store.seen.KEEP_S", 0.001)
    file, newest, write = SeenFile(tmp_path, UJI), [Seen("e", 1, "h")], SeenFile.write

    def full(_file: SeenFile, _seen: Seen) -> None:
        raise OSError(28, "No space left on device")

    keeping = asyncio.create_task(file.keep(lambda: newest[-1]))
    await until(_holds(file, newest[-1]))
    monkeypatch.setattr(SeenFile, "write", full)
    newest.append(Seen("e", 2, "i"))
    await until(lambda: "No space left on device" in caplog.text)
    monkeypatch.setattr(SeenFile, "write", write)
    await until(_holds(file, newest[-1]))
    keeping.cancel()


def _holds(file: SeenFile, seen: Seen) -> Callable[[], bool]:
    return lambda: seen == file.read()
