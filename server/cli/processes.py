"""Several hubs on one port: a small parent that starts them, starts again whichever ends, and ends them all when it is told to.

The kernel spreads connections over those who listen on the port. The parent holds the port and does not listen, so that it stays ours
whatever happens to them. It serves nobody and knows nothing of bazaars, so there is little in it that could fail.
"""

import asyncio
import logging
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import Sequence

from server.cli.wiring import bound

AGAIN_S_MIN, AGAIN_S_MAX = 0.5, 30.0
"""How long a process that has ended stays away: at first, and when it ends again and again."""
STEADY_S = 60.0
"""One that ran for so long is started again as soon as at first."""
END_S = 10.0
"""How long one that was told to end may take."""
BAD_USE = 2
"""The exit code that a second try does not change."""

logger = logging.getLogger(__name__)


async def keep(count: int, host: str, port: int) -> int:
    """Let so many processes do what this command line asks for, on one port, until told to stop; the exit code.

    Raises:
        BadUse: the address cannot be had.
    """
    free, *more = await bound(host, port)  # alone: nobody else may be there
    port = free.getsockname()[1]
    for sock in (free, *more):
        sock.close()
    held = await bound(host, port, shared=True)
    keepers = [asyncio.create_task(_keep_one(number, port)) for number in range(1, count + 1)]
    try:
        ended, _ = await asyncio.wait(keepers, return_when=asyncio.FIRST_COMPLETED)
        return next(iter(ended)).result()
    finally:
        for keeper in keepers:
            keeper.cancel()
        await asyncio.wait(keepers)
        for sock in held:
            sock.close()


def end_with_parent() -> None:
    """Tell this process to stop when its parent is gone, however that went: then the pipe between them ends."""
    loop, pipe = asyncio.get_running_loop(), sys.stdin.fileno()

    def stop() -> None:
        loop.remove_reader(pipe)
        os.kill(os.getpid(), signal.SIGTERM)

    loop.add_reader(pipe, stop)


async def _keep_one(number: int, port: int) -> int:
    """Run one of the processes, again and again; returns only what cannot be mended so."""
    command = [sys.executable, "-m", "server", *sys.argv[1:], "--port", str(port), "--process", str(number)]
    again_s = AGAIN_S_MIN
    while True:
        began = time.monotonic()
        code = await _run(number, command)
        if code == BAD_USE:
            return code
        again_s = AGAIN_S_MIN if time.monotonic() - began > STEADY_S else again_s
        logger.error("process %d has ended by itself, with %d; it is started again in %.1f s", number, code, again_s)
        await asyncio.sleep(again_s)
        again_s = min(2 * again_s, AGAIN_S_MAX)


async def _run(number: int, command: Sequence[str]) -> int:
    """Run a process to its end; the exit code, or minus the number of a signal. It ends with this task."""
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE)
    logger.info("process %d has the id %d", number, process.pid)
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                async with asyncio.timeout(END_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
