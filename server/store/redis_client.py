"""A client of one server, for questions that are on everybody's way.

redis-py takes a connection from a pool, and gives it back, under locks, tries again and notes times, once for each question. That took as
much of a processor as all the rest of it. Only its connections and its reading of answers are used here; nothing is tried again. Questions
are put into bytes by hiredis, as redis-py does outside of asyncio.
"""

from contextlib import AbstractAsyncContextManager
from typing import Any

from hiredis import pack_command
from redis.asyncio import Connection, ConnectionPool, Redis


class Client(Redis):
    """redis-py's client on connections that are kept. ``places`` is held while a question is asked, and so bounds how many there are.

    What goes by a pipeline takes its connections from the pool, as in redis-py.
    """

    def __init__(self, pool: ConnectionPool, places: AbstractAsyncContextManager[Any]) -> None:
        super().__init__(connection_pool=pool)
        self._places = places
        self._idle: list[Connection] = []

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """The answer to one question. A connection that fails, or whose answer is not waited for, is closed by redis-py."""
        async with self._places:
            connection = self._idle.pop() if self._idle else self._new_connection()
            try:
                if connection.is_connected and await connection.can_read():
                    await connection.disconnect(nowait=True)  # the server has hung up since
                await connection.send_packed_command(pack_command((*args[0].split(), *args[1:])))
                return await self.parse_response(connection, args[0], **options)
            finally:
                self._idle.append(connection)

    def _new_connection(self) -> Connection:
        connection: Connection = self.connection_pool.make_connection()  # type: ignore[no-untyped-call]  # redis-py leaves this one untyped
        return connection

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        """Let go of every connection."""
        while self._idle:
            await self._idle.pop().disconnect()
        await super().aclose(close_connection_pool)
