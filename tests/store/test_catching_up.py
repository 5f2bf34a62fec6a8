"""A hub that starts on a long log."""

import asyncio
from dataclasses import replace

import pytest

from server.store.codec import encode_entry
from server.store.ledger import Ledger
from server.store.log import PAGE_ENTRIES, MemoryLog
from server.store.turns import PIECES
from tests.store.hubs import hub
from tests.store.proxy import until
from tests.store.samples import ENTRY, NOBODY, command_id


@pytest.mark.parametrize("extra", [-2, -1, 0, 1])
async def test_pages(quick_log: MemoryLog, extra: int) -> None:
    """A log is read to its end whether or not its last page is full."""
    await _fill(quick_log, PAGE_ENTRIES + extra)
    async with hub(quick_log) as one:
        await until(lambda: one.writer.ready)
        assert PAGE_ENTRIES + extra == one.writer.ledger.offset == len(one.told)


async def test_others_have_their_turn(quick_log: MemoryLog) -> None:
    """While a long log is read the process still answers everybody else."""
    await _fill(quick_log, 5 * PIECES)
    turns = 0
    async with hub(quick_log) as one:
        while not one.writer.ready:
            await asyncio.sleep(0)
            turns += 1
    assert turns >= 5


async def _fill(log: MemoryLog, count: int) -> None:
    """Bring an open log to this many entries."""
    ledger = Ledger()
    ledger.apply((await log.read(0, 1))[0])
    while ledger.offset < count:
        number = ledger.offset
        entry = replace(ENTRY, offset=number + 1, command_id=command_id(number), cursor=f"{number}-0", outcome=NOBODY, prev=ledger.hash)
        record = encode_entry(entry)
        await log.append(ledger.top, [record])
        ledger.apply(record)
