"""Flags that several commands share, and how a command's coroutine is run.

Exit codes: 0 done, 1 the thing asked for failed, 2 wrong usage or bad input.
"""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import click

from server.cli import program_log
from server.cli.stores import REPLICAS, BadUse
from server.hub.loop import new_loop
from server.store.errors import StoreError
from server.store.plan_file import BadPlan
from server.store.redis_url import BadStoreUrl

P = ParamSpec("P")
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
DATA = Path.home() / ".local" / "share" / "urut"


def runs(function: Callable[P, Coroutine[Any, Any, int | None]]) -> Callable[P, None]:
    """Run a command's coroutine; tell what went wrong in one sentence, with the exit code that belongs to it."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            with asyncio.Runner(loop_factory=new_loop) as runner:
                code = runner.run(_unless_told_to_stop(function(*args, **kwargs)))
        except (BadUse, BadPlan, BadStoreUrl) as error:
            click.echo(f"urut: {error}", err=True)
            sys.exit(2)
        except (StoreError, OSError) as error:
            click.echo(f"urut: {error}", err=True)
            sys.exit(1)
        except KeyboardInterrupt:
            sys.exit(0)
        sys.exit(code or 0)

    return run


async def _unless_told_to_stop(work: Coroutine[Any, Any, int | None]) -> int | None:
    """Carry it out. SIGTERM ends it at any moment as Ctrl-C does, so that what it has started by then is ended first."""
    task = asyncio.ensure_future(work)

    def stop() -> None:
        if not task.cancelling():  # told once more, it goes on ending
            task.cancel()

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
    with suppress(asyncio.CancelledError):
        return await task
    return 0


def option(flag: str, variable: str, **attributes: Any) -> Decorator:
    """A flag that an environment variable can set too."""
    return click.option(flag, envvar=variable, show_envvar=True, **attributes)


def port(default: int) -> Decorator:
    """``--port`` with this default."""
    return option("--port", "URUT_PORT", type=click.IntRange(0, 65535), default=default, help="0 takes a free one.")


FOLDER = click.Path(path_type=Path, file_okay=False)
redis_url = option("--redis-url", "REDIS_URL", help="The store; without it the bundled server, with its files in --data.")
data = option("--data", "URUT_DATA", type=FOLDER, default=DATA, help="Files: store and secret.")
durability = option(
    "--durability",
    "URUT_DURABILITY",
    type=click.Choice(list(REPLICAS)),
    default="fsync",
    help="replica: a press is answered only when a second server has it; for a store with replicas.",
)
secret = option("--secret", "URUT_SECRET", help="What all keys come from, the same for every process; default: a file in --data.")
host = option("--host", "URUT_HOST", default="127.0.0.1", help="Where to listen; 0.0.0.0 for the whole network.")
bazaar = option("--bazaar", "URUT_BAZAAR", help="Which bazaar, if several are open.")
hub_url = option("--hub-url", "URUT_HUB_URL", default="http://127.0.0.1:8000", help="Where the public finds the hub.")
counters_url = option("--counters-url", "URUT_COUNTERS_URL", default="http://127.0.0.1:8001", help="Where staff find the counters.")
log = option(
    "--log",
    "URUT_LOG",
    type=click.Choice(list(program_log.FORMS)),
    default="text",
    expose_value=False,
    callback=lambda _context, _flag, form: program_log.write_as(form),
    help="How the program writes its lines to stderr.",
)
