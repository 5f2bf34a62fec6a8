"""Work beside answering: what becomes of it when it fails."""

import asyncio
import logging
from contextlib import suppress

import pytest
from aiohttp import web

from server.web.background import run_beside


async def test_work_that_fails_is_told_at_once(caplog: pytest.LogCaptureFixture) -> None:
    """Work that ends by an error says so in the log then, not when the process ends hours later; the process still ends well."""
    app = web.Application()
    failed = asyncio.Event()

    async def work() -> None:
        failed.set()
        raise RuntimeError("the tests break it")

    run_beside(app, work)
    runner = web.AppRunner(app)
    await runner.setup()
    await failed.wait()
    await asyncio.sleep(0)
    told = [(record.levelno, str(record.exc_info and record.exc_info[1])) for record in caplog.records if "work" in record.message]
    await runner.cleanup()
    assert [(logging.CRITICAL, "the tests break it")] == told


async def test_work_that_misses_that_it_is_to_end() -> None:
    """A cancellation that is swallowed on its way does not keep a process from ending: the work is told again."""
    app = web.Application()
    begun = asyncio.Event()

    async def work() -> None:
        begun.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    run_beside(app, work)
    runner = web.AppRunner(app)
    await runner.setup()
    await begun.wait()
    async with asyncio.timeout(30):
        await runner.cleanup()
