"""Asking a server that speaks the Redis protocol: the one that has the keys now, within a time, by one kind of error.

Rule: with replicas promised, nothing counts as written or read before they have it. WAIT counts what its own connection wrote, so each
question goes down one connection with a small write and a WAIT behind it: then it covers also what others had written by then. A primary
that was replaced without knowing it can thus show nobody an entry that its successor does not have.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from hashlib import sha1
from typing import Any

from redis.asyncio import Redis
from redis.crc import key_slot
from redis.exceptions import NoScriptError, RedisError

from server.store.errors import StoreUnreachable
from server.store.redis_faults import NO_ANSWER, told
from server.store.redis_servers import Server, Servers
from server.store.times import Times

ANSWER_S_MAX = 5.0
"""After this a connection counts as dead; more than `server.store.log.FOLLOW_S`, which an idle read takes."""
REPLICA_S_MAX = 1.0
"""How long the replicas that were promised may take."""

Question = Callable[[Redis], Any]
"""Calls one method of the client that it is given, and hands on what that returns."""


class Slot:
    """All keys with one hash tag, on whichever server has them now. ``replicas`` have what is asked `lasting`.

    ``round_trips`` counts how long answers took, but not those that were waited for.
    """

    def __init__(self, servers: Servers, tag: str, replicas: int, round_trips: Times) -> None:
        self._servers = servers
        self._number = key_slot(tag.encode())
        self._replicas = replicas
        self._round_trips = round_trips
        self._mark = f"urut:{{{tag}}}:mark"

    async def ask(self, question: Question) -> Any:
        """The server's answer. Raises `StoreUnreachable`: nothing is known of what became of the question."""
        began = time.perf_counter()
        async with self._reached() as server:
            answer = await question(server.asking)
        self._round_trips.add(time.perf_counter() - began)
        return answer

    async def lasting(self, question: Question) -> Any:
        """The server's answer when the replicas have what it tells of, or what it did. Raises `StoreUnreachable` as `ask` does."""
        began = time.perf_counter()
        async with self._reached() as server:
            answer = await self._held(server.asking, question)
        self._round_trips.add(time.perf_counter() - began)
        return answer

    async def follow(self, question: Question) -> Any:
        """As `lasting`, for a question that waits for its answer: it has a connection of its own."""
        async with self._reached() as server:
            return await self._held(server.following, question)

    async def script(self, text: str, keys: Sequence[str], arguments: Sequence[str | int | bytes], *, lasting: bool = False) -> Any:
        """What the script answers. A server that was restarted has forgotten it and is given it again. Raises `StoreUnreachable`."""
        ask = self.lasting if lasting else self.ask
        name = sha1(text.encode(), usedforsecurity=False).hexdigest()
        try:
            return await ask(lambda client: client.evalsha(name, len(keys), *keys, *arguments))
        except NoScriptError:
            return await ask(lambda client: client.eval(text, len(keys), *keys, *arguments))

    async def _held(self, client: Redis, question: Question) -> Any:
        if not self._replicas:
            return await question(client)
        line = client.pipeline(transaction=False)
        question(line)
        line.set(self._mark, 1)
        line.wait(self._replicas, int(REPLICA_S_MAX * 1000))
        answers = await line.execute(raise_on_error=False)  # or the error would quote the question, with the entry in it
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        if answers[-1] < self._replicas:
            raise RedisError(f"{answers[-1]} of {self._replicas} replicas have it after {REPLICA_S_MAX:.0f} s")
        return answers[0]

    @asynccontextmanager
    async def _reached(self) -> AsyncIterator[Server]:
        """Whatever goes wrong with the server is `StoreUnreachable`, and next time it is asked who has the keys."""
        server: Server | None = None
        try:
            async with asyncio.timeout(ANSWER_S_MAX):
                server = await self._servers.having(self._number)
                yield server
        except NoScriptError:
            raise
        except (RedisError, OSError) as error:
            if server is not None:
                self._servers.doubt(server)
            raise StoreUnreachable(told(error, server.where) if server else str(error) or NO_ANSWER) from error
