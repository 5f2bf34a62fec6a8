"""What a hub does when the store has lost the end of the log that the hub has followed."""

import itertools
import logging
from typing import Any

import pytest

from server.core.values import BazaarId
from server.store.codec import command_from_map, encode_command
from server.store.errors import BrokenLog, ForkedLog
from server.store.ledger import TAIL_KEPT
from server.store.log import MemoryLog, MemoryStore, Top
from server.store.opening import open_log
from server.store.tail import lost_part
from tests.scenarios import START_MS
from tests.store.hubs import hub
from tests.store.proxy import until
from tests.store.samples import OPENING_ID, PLAN, issue

HELD = [b"5", b"6", b"7"]


@pytest.mark.parametrize(
    ("stored", "top", "lost"),
    [
        ([b"5"], Top(5, b"5"), [b"6", b"7"]),
        ([b"5", b"6"], Top(6, b"6"), [b"7"]),
        ([b"5", b"6", b"7"], Top(7, b"7"), []),
    ],
)
def test_lost_part(stored: list[bytes], top: Top, lost: list[bytes]) -> None:
    """What is missing at the end goes onto exactly the record before it."""
    assert (top, lost) == lost_part(4, HELD, stored)


@pytest.mark.parametrize(
    ("stored", "offset", "fault"),
    [
        ([b"5", b"x"], 6, "was [0-9a-f]{8} when it was followed here, and is [0-9a-f]{8} in the store now; 2 entries are lost"),
        ([b"x", b"6", b"7"], 5, "3 entries are lost"),
        ([], 5, "is lost, and so are all after it up to 7; more were lost than are held here"),
    ],
)
def test_fork(stored: list[bytes], offset: int, fault: str) -> None:
    """Where another record stands, or nothing is left to go on from, nothing can be put back; the first entry at fault is named."""
    with pytest.raises(ForkedLog, match=f"entry {offset} of the log: .*{fault}"):
        lost_part(4, HELD, stored)


async def test_lost_tail_is_put_back(quick_log: MemoryLog) -> None:
    """A log that was cut under a hub is whole again, byte for byte, and the hub goes on; nobody is told of an entry twice."""
    async with hub(quick_log) as one:
        for number in range(5):
            await one.submit(issue(number))
        before = list(quick_log._records)
        del quick_log._records[3:]
        await until(lambda: before == quick_log._records)
        assert 7 == (await one.submit(issue(5))).offset
        assert list(range(1, 8)) == [entry.offset for entry in one.told]


async def test_two_hubs_put_back(quick_log: MemoryLog) -> None:
    """However many hubs hold the tail, it stands once."""
    async with hub(quick_log) as one, hub(quick_log) as two:
        await one.submit(issue(1))
        await one.submit(issue(2))
        await until(lambda: 3 == two.writer.ledger.offset)
        before = list(quick_log._records)
        del quick_log._records[1:]
        await until(lambda: before == quick_log._records)
        assert 4 == (await two.submit(issue(3))).offset
        await until(lambda: 4 == one.writer.ledger.offset)
        assert one.writer.broken is two.writer.broken is None


async def test_other_entries_in_place_of_the_tail(quick_log: MemoryLog, caplog: pytest.LogCaptureFixture) -> None:
    """A hub that finds others in place of its entries stops this bazaar, loudly and exactly; it leaves the log as it is."""
    rival = MemoryLog()
    rival._records = list(quick_log._records)
    async with hub(rival) as other:
        for number in (7, 8, 9):
            await other.submit(issue(number, "kk"))
    async with hub(quick_log) as one:
        await one.submit(issue(1))
        await one.submit(issue(2))
        quick_log._records[:] = rival._records
        await one.task
        assert isinstance(one.writer.broken, ForkedLog)
        assert 2 == one.writer.broken.offset
        with pytest.raises(BrokenLog, match="2 entries are lost"):
            await one.submit(issue(3))
    assert rival._records == quick_log._records
    told = [record for record in caplog.records if record.levelno == logging.CRITICAL]
    assert [{"bazaar": "uji"}] == [vars(record)["facts"] for record in told]


async def test_log_that_lost_more_than_is_held(quick_log: MemoryLog) -> None:
    """A hub does not begin anew with a log that has lost more than the hub can put back: it stops."""
    async with hub(quick_log) as one:
        for number in range(TAIL_KEPT + 1):
            await one.submit(issue(number, "kk"))
        del quick_log._records[1:]
        await one.task
        assert isinstance(one.writer.broken, ForkedLog)
    assert 1 == len(quick_log._records)


async def test_new_edition_is_no_loss(quick_log: MemoryLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that was set aside and opened anew is followed from its first entry, also when that happens between two looks."""
    store = MemoryStore()
    store._logs[BazaarId("uji")] = quick_log
    async with hub(quick_log) as one:
        await one.submit(issue(1))
        old = one.writer.ledger.epoch
        await store.archive(BazaarId("uji"), old)
        await open_log(quick_log, PLAN, by="admin", now_ms=START_MS + 1, command_id=OPENING_ID)
        await until(lambda: one.writer.ready and old != one.writer.ledger.epoch)
        assert 1 == one.writer.ledger.offset
        assert one.writer.broken is None


@pytest.mark.parametrize("others", [0, 1])
async def test_tail_is_lost_as_a_command_comes(
    quick_log: MemoryLog, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, others: int
) -> None:
    """A hub that finds its log shorter when it appends puts the tail back and goes on at once, also when another one is first then."""
    async with hub(quick_log) as one:
        for number in range(5):
            await one.submit(issue(number))
        rival = MemoryLog()
        rival._records, rival._commands = list(quick_log._records), list(quick_log._commands)
        async with hub(rival) as other:
            await until(lambda: other.writer.ready)
            await other.submit(issue(9))
        append, tries = quick_log.append, itertools.count(1)

        async def contested(*arguments: Any) -> None:
            """First nothing is taken, then the tail is put back; then others may be first."""
            if next(tries) == 3:
                quick_log._records += rival._records[6 : 6 + others]
            await append(*arguments)

        monkeypatch.setattr(quick_log, "append", contested)
        del quick_log._records[3:]
        await quick_log.publish(encode_command(command_from_map(issue(5))))
        await until(lambda: 7 + others == one.writer.ledger.offset)
    assert 7 + others == len(quick_log._records)
    assert ["the store has lost entries 4 to 6 of the log; they are put back"] == [record.getMessage() for record in caplog.records]
