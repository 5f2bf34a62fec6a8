"""Stores that are set up as they should not be, real ones: each fault is told with what to do."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bench.stores import Node, alone, clustered, replica_of
from server.cli.doctor import store as doctor
from server.cli.doctor.finding import State
from server.core.values import BazaarId
from server.store.embedded import EmbeddedStore, start_embedded
from server.store.redis_servers import Server
from server.store.redis_url import SETTINGS
from tests.cli.doctor.told import told
from tests.store.acl import door, url_of
from tests.store.certificates import papers
from tests.store.guarded import guarded, tls_server, url_with

pytestmark = pytest.mark.store


@pytest.fixture(scope="module")
async def bundled(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedStore]:
    """The store that urut brings along."""
    store = await start_embedded(Path(tmp_path_factory.mktemp("data")), ends_with_parent=True)
    yield store
    await store.close()


@pytest.fixture(scope="module")
async def node() -> AsyncIterator[Node]:
    """A server as somebody might have set it up."""
    async with alone() as one:
        yield one


async def faults(url: str, *, replica_promised: bool = False) -> str:
    """What is bad at a store."""
    return told(await doctor.store(url, [], replica_promised=replica_promised), State.BAD)


async def test_the_bundled_store(bundled: EmbeddedStore) -> None:
    """Nothing is wrong with the store that urut starts by itself."""
    found = await doctor.store(bundled.url, [BazaarId("uji")], replica_promised=False)
    assert ["store", "store"] == [one.about for one in found]
    assert {State.OK} == {one.state for one in found}
    assert "answers in" in found[0].says
    assert "appendonly yes, appendfsync always" in found[1].says


@pytest.mark.parametrize(
    ("setting", "value", "fault"),
    [
        ("appendonly", "no", "appendonly is off at {at}: a restart forgets the evening → set appendonly yes"),
        ("appendfsync", "everysec", "appendfsync is everysec at {at}: answered presses are lost when the power goes"),
        ("maxmemory-policy", "allkeys-lru", "{at} may throw a whole log away (maxmemory-policy allkeys-lru)"),
        ("maxmemory", "1", "of the memory that it may → raise maxmemory"),
    ],
)
async def test_a_wrong_setting(node: Node, setting: str, value: str, fault: str) -> None:
    """What loses presses, or a whole log, is bad; put right, it is not told any more."""
    right = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction", "maxmemory": "0"}
    for name, good in right.items():
        await node.tell("CONFIG", "SET", name, good)
    url = f"redis://{node.address}"
    assert "" == await faults(url)
    await node.tell("CONFIG", "SET", setting, value)
    assert fault.format(at=node.address) in await faults(url)
    await node.tell("CONFIG", "SET", setting, right[setting])
    assert "" == await faults(url)


async def test_a_promise_that_nobody_keeps(node: Node) -> None:
    """Where a replica was promised and there is none, no press would be answered."""
    assert f"{node.address} has 0 of 2 replicas" in await faults(f"redis://{node.address}", replica_promised=True)


async def test_a_replica(bundled: EmbeddedStore) -> None:
    """A replica takes no presses."""
    primary = urlsplit(bundled.url)
    async with replica_of(int(primary.port or 0), str(primary.password)) as url:
        assert "takes no presses: it is a replica" in await faults(url)
        found = await doctor.store(bundled.url, [], replica_promised=True)
        assert "has 1 of 2 replicas" in told(found, State.WARN)


async def test_a_store_that_is_away() -> None:
    """A store that does not answer is named, with what was tried."""
    assert "store: 127.0.0.1:1: " in await faults("redis://127.0.0.1:1/0")
    assert "no sentinel names a primary of urut" in await faults("redis+sentinel://127.0.0.1:1/urut")


async def test_every_server_of_a_cluster() -> None:
    """Each server that has a bazaar is looked at."""
    async with clustered(primaries=3, replicated=False) as (url, nodes):
        await nodes[2].tell("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        bazaars = [BazaarId(f"uji-{number}") for number in range(12)]
        found = await doctor.store(url, bazaars, replica_promised=False)
    assert f"{nodes[2].address} may throw a whole log away" in told(found, State.BAD)
    assert 3 == told(found, State.OK).count("answers in")


async def test_a_user_that_may_not_ask() -> None:
    """A hub's own user is told nothing, which is no fault of the store; the organiser's sees what is wrong."""
    async with alone(door=door()) as one:
        found = await doctor.store(url_of(one, "urut-hub"), [], replica_promised=False)
        assert [State.WARN] == [finding.state for finding in found]
        assert "ask as urut-organiser" in found[0].do
        assert "appendfsync is everysec" in await faults(url_of(one, "urut-organiser"))


async def test_a_certificate_that_ends_soon(tmp_path: Path) -> None:
    """The store's certificate is looked at too."""
    shown = papers(tmp_path / "papers", days=5)
    async with alone(door=guarded(shown), program=tls_server(tmp_path)) as one:
        found = await doctor.store(url_with(f"redis://{one.address}", shown), [], replica_promised=False)
    assert f"the certificate of {one.address} holds until" in told(found, State.WARN)


async def test_a_store_that_lets_anybody_in() -> None:
    """Elsewhere on the network a store without a password, or without TLS, is told; on this machine it is nobody else's."""
    found = await doctor.guard(Server({"host": "10.0.0.5", "port": 6379, **SETTINGS}))
    assert "10.0.0.5:6379 lets anybody in" in told(found, State.BAD)
    assert "can be read on the way" in told(found, State.WARN)
    assert [] == await doctor.guard(Server({"host": "127.0.0.1", "port": 6379, **SETTINGS}))


@pytest.mark.parametrize(
    ("ahead", "state", "words"), [(-90.0, State.BAD, "90.0 s behind"), (5.0, State.WARN, "5.0 s ahead of"), (0.1, None, "")]
)
def test_two_clocks(ahead: float, state: State | None, words: str) -> None:
    """A store whose clock is another than ours is told, by how much."""
    found = list(doctor.clocks(doctor.Told(where="there:6379", info={}, settings=None, ahead_s=ahead, answer_ms=1.0)))
    assert [state] * bool(state) == [one.state for one in found]
    assert words in "".join(one.says for one in found)
