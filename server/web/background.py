"""Work that an application does beside answering, for as long as it runs."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine

from aiohttp import web

CANCEL_AGAIN_S = 0.5

logger = logging.getLogger(__name__)


def run_beside(app: web.Application, work: Callable[[], Coroutine[None, None, None]]) -> None:
    """Begin ``work``, which never ends by itself, with the application, and end it with it. An error that ends it is logged at once."""

    async def run(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(work())
        task.add_done_callback(_tell)
        yield
        # A cancellation can be swallowed on its way: by asyncio.timeout before Python 3.12, or by a client that was just connecting.
        while not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=CANCEL_AGAIN_S)

    app.cleanup_ctx.append(run)


def _tell(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        logger.critical("%s has ended by an error", task.get_coro(), exc_info=error)
