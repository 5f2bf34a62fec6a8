"""What the program's log tells of commands that no hub was asked for."""

import logging

import pytest

from server.store.log import MemoryLog
from tests.store.hubs import hub, opened
from tests.store.proxy import until
from tests.store.samples import issue
from tests.store.watched import raw


async def test_commands_of_the_stream(caplog: pytest.LogCaptureFixture) -> None:
    """What a client put into the stream has a line where it was decided, also what is no command; what a hub was asked for has none."""
    caplog.set_level(logging.INFO)
    log = await opened(MemoryLog())
    async with hub(log) as one:
        await until(lambda: one.writer.ready)
        await log.publish(raw(1, "ktp"))
        await until(lambda: one.writer.ledger.offset == 2)
        await log.publish(b"no command")
        await until(lambda: one.writer.ledger.offset == 3)
        assert 4 == (await one.submit(issue(2, "ktp"))).offset
        one.writer.ready = False  # what is asked for now goes by the stream
        assert 5 == (await one.submit(issue(3, "ktp"))).offset
    told = [vars(record)["facts"] for record in caplog.records if record.getMessage() == "command of the stream"]
    by = one.told[1].by
    assert [
        {"bazaar": "uji", "by": by, "outcome": "done", "offset": 2},
        {"bazaar": "uji", "by": "system", "outcome": "malformed", "offset": 3},
    ] == told
