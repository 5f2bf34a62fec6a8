"""Work that an application does beside answering, for as long as it runs."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress

from aiohttp import web


def run_beside(app: web.Application, work: Callable[[], Coroutine[None, None, None]]) -> None:
    """Begin ``work``, which never ends by itself, with the application, and end it with it."""

    async def run(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(work())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    app.cleanup_ctx.append(run)
