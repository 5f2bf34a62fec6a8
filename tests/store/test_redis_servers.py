"""Who has a slot's keys: looked up when it is needed, and again for whoever is doubted, and only for them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from redis.exceptions import RedisError

from server.store import redis_servers
from server.store.redis_servers import SLOTS, Address, FoundServers, Range, Sentinels
from server.store.redis_url import SETTINGS

ONE, TWO, THREE = (Address("127.0.0.1", port) for port in (1, 2, 3))
HALF = SLOTS // 2


class Answers:
    """A lookup that gives these answers in turn, and notes who was doubted each time it was asked."""

    def __init__(self, *answers: Sequence[Range]) -> None:
        self.asked: list[frozenset[Address]] = []
        self._answers = list(answers)

    async def find(self, doubted: frozenset[Address]) -> Sequence[Range]:
        """See Lookup."""
        self.asked.append(doubted)
        await asyncio.sleep(0)
        if not self._answers:
            raise RedisError("nobody knows")
        return self._answers.pop(0)


def two_halves(first: Address, second: Address) -> list[Range]:
    """A cluster of two primaries."""
    return [Range(0, HALF - 1, first), Range(HALF, SLOTS - 1, second)]


async def test_looked_up_once() -> None:
    """However many ask at the same time, one looks, and the answer holds for all."""
    lookup = Answers(two_halves(ONE, TWO))
    servers = FoundServers(lookup, SETTINGS)
    found = await asyncio.gather(*(servers.having(slot) for slot in (0, HALF - 1, HALF, SLOTS - 1)))
    assert found[0] is found[1] is not found[2] is found[3]
    assert 1 == len(lookup.asked)


async def test_only_the_doubted_is_looked_for() -> None:
    """When one server is doubted, another takes its place; the others are used as before, without a question."""
    lookup = Answers(two_halves(ONE, TWO), two_halves(THREE, TWO))
    servers = FoundServers(lookup, SETTINGS)
    first, second = await servers.having(0), await servers.having(HALF)
    servers.doubt(first)
    assert second is await servers.having(HALF)
    assert 1 == len(lookup.asked)
    assert first is not await servers.having(0)
    assert [frozenset(), frozenset([ONE])] == lookup.asked


async def test_server_that_comes_back() -> None:
    """While nobody knows better the same server is tried again; the doubt does not stick to it."""
    lookup = Answers(two_halves(ONE, TWO), two_halves(ONE, TWO))
    servers = FoundServers(lookup, SETTINGS)
    first = await servers.having(0)
    servers.doubt(first)
    assert first is await servers.having(0)
    assert first is await servers.having(0)
    assert 2 == len(lookup.asked)


async def test_nobody_knows() -> None:
    """Without an answer, or without a server for the slot, it is an error and no guess."""
    servers = FoundServers(Answers([Range(0, 5, ONE)]), SETTINGS)
    with pytest.raises(RedisError, match="no server of the cluster has slot 6"):
        await servers.having(6)
    assert await servers.having(5)
    with pytest.raises(RedisError, match="nobody knows"):
        await servers.having(6)


# Sentinels


@asynccontextmanager
async def sentinel(names: Address | None) -> AsyncIterator[Address]:
    """A sentinel that names this primary to whoever asks; one that names none is frozen and never answers."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            words = [await _word(reader) for _ in range(int(line[1:]))]
            if names is not None:
                writer.write(_named(names) if words[0] == b"SENTINEL" else b"+OK\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield Address("127.0.0.1", server.sockets[0].getsockname()[1])
    server.close()


async def _word(reader: asyncio.StreamReader) -> bytes:
    size = int((await reader.readline())[1:])
    return (await reader.readexactly(size + 2))[:-2]


def _named(primary: Address) -> bytes:
    words = (primary.host, str(primary.port))
    return b"*2\r\n" + b"".join(f"${len(word)}\r\n{word}\r\n".encode() for word in words)


@pytest.mark.parametrize(
    ("said", "primary"),
    [
        ([ONE, TWO, TWO], TWO),
        ([TWO, ONE, TWO], TWO),
        ([TWO, TWO, None], TWO),
        ([None, None, ONE], ONE),
    ],
)
async def test_most_sentinels(said: list[Address | None], primary: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    """What most sentinels say holds, whoever answers first; of frozen ones nothing is expected."""
    if said.count(None) > 1:
        monkeypatch.setattr(redis_servers, "LOOKUP_S_MAX", 0.3)
    async with AsyncExitStack() as stack:
        addresses = [await stack.enter_async_context(sentinel(one)) for one in said]
        assert [Range(0, SLOTS - 1, primary)] == await Sentinels(addresses, "urut", SETTINGS).find(frozenset())


async def test_no_sentinel() -> None:
    """Where no sentinel answers, nobody is primary."""
    with pytest.raises(RedisError, match="no sentinel names a primary of urut"):
        await Sentinels([ONE], "urut", SETTINGS).find(frozenset())
