"""Asking a server that speaks the Redis protocol: within a time, by one kind of error, and by scripts that it may have forgotten."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from hashlib import sha1
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError

from server.store.errors import StoreUnreachable

ANSWER_S_MAX = 5.0
"""After this a connection counts as dead; more than `server.store.log.FOLLOW_S`, which an idle read takes."""


async def run_script(client: Redis, script: str, keys: Sequence[str], arguments: Sequence[str | int | bytes]) -> Any:
    """What the script answers. A server that was restarted has forgotten it and is given it again. Raises `StoreUnreachable`."""
    async with reaching():
        try:
            return await client.evalsha(sha1(script.encode(), usedforsecurity=False).hexdigest(), len(keys), *keys, *arguments)
        except NoScriptError:
            return await client.eval(script, len(keys), *keys, *arguments)


@asynccontextmanager
async def reaching() -> AsyncIterator[None]:
    """Whatever goes wrong with the server inside is `StoreUnreachable`, and so is no answer within `ANSWER_S_MAX`."""
    try:
        async with asyncio.timeout(ANSWER_S_MAX):
            yield
    except (RedisError, OSError) as error:
        raise StoreUnreachable(str(error) or f"no answer within {ANSWER_S_MAX:.0f} s") from error
