"""Questions to one server, on connections that are kept."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from redis.asyncio.connection import parse_url
from redis.exceptions import ResponseError

from server.store.embedded import EmbeddedStore
from server.store.redis_client import Client
from server.store.redis_servers import Server
from server.store.redis_url import SETTINGS

pytestmark = pytest.mark.store


@pytest.fixture
async def client(embedded: EmbeddedStore) -> AsyncIterator[Client]:
    """The client for what is answered at once."""
    server = Server({**parse_url(embedded.url), **SETTINGS})
    yield server.asking
    await server.close()


async def test_a_connection_is_kept(client: Client) -> None:
    """Questions one after the other, refused ones among them, go down one connection; those at once each have their own."""
    first = await client.client_id()
    with pytest.raises(ResponseError):
        await client.evalsha("0" * 40, 0)
    assert first == await client.client_id()
    assert 3 == len(set(await asyncio.gather(*(client.client_id() for _ in range(3)))))


async def test_the_server_hangs_up(client: Client, embedded: EmbeddedStore) -> None:
    """A connection that the server has closed while nobody asked is made anew, and the next question is answered."""
    first = await client.client_id()
    other = Server({**parse_url(embedded.url), **SETTINGS})
    await other.asking.client_kill_filter(_id=str(first))
    await other.close()
    await asyncio.wait_for(_closed(client), 10)
    assert first != await client.client_id()


async def test_nobody_gets_the_answer_of_another(client: Client) -> None:
    """A question whose answer is not waited for takes its connection with it."""
    asking: asyncio.Future[object] = asyncio.ensure_future(client.blpop(["nothing"], timeout=0))
    while not any(one["cmd"] == "blpop" for one in await client.client_list()):
        await asyncio.sleep(0)
    asking.cancel()
    with suppress(asyncio.CancelledError):
        await asking
    assert await client.ping()


async def _closed(client: Client) -> None:
    """Wait until the loop has heard that the server has closed the connection."""
    while not await client._idle[0].can_read():
        await asyncio.sleep(0)
