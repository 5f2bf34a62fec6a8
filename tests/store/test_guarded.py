"""A store that is guarded by user, password and TLS is used like any other, and a wrong key to it says what is wrong, and where."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bench.stores import SERVICE, Node, alone, clustered, watched_by_sentinels
from server.core.values import BazaarId
from server.store.errors import StoreUnreachable
from server.store.log import Top
from server.store.redis import connect
from tests.store.certificates import Papers, papers
from tests.store.guarded import WATCH_PASSWORD, WRONG, guarded, guarded_sentinels, tls_server, url_with

pytestmark = pytest.mark.store

UJI = BazaarId("uji")


@pytest.fixture(scope="module")
def papers_of_all(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    """What the servers of these tests show."""
    return papers(tmp_path_factory.mktemp("papers") / "ours")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A server that speaks TLS."""
    return tls_server(tmp_path_factory.mktemp("program"))


@pytest.fixture(scope="module")
async def one(papers_of_all: Papers, program: Path) -> AsyncIterator[Node]:
    """A single guarded server."""
    async with alone(door=guarded(papers_of_all), program=program) as node:
        yield node


async def used(url: str, replicas: int = 0) -> None:
    """Write and read through a store at this URL, and find the same."""
    store = connect(url, replicas=replicas)
    try:
        log = store.log(UJI)
        await log.append(Top(), [b"one"])
        await log.publish(b"command")
        assert [b"one"] == await log.read(0, 10)
        assert [b"command"] == [command for _, command in (await log.follow(1, "")).commands]
    finally:
        await store.close()


async def refused(url: str) -> str:
    """Why the store at this URL is of no use."""
    store = connect(url)
    try:
        with pytest.raises(StoreUnreachable) as caught:
            await store.log(UJI).read(0, 1)
        return str(caught.value)
    finally:
        await store.close()


async def test_one_server(one: Node, papers_of_all: Papers) -> None:
    """A server that wants user, password and TLS with a certificate of a given authority."""
    await used(url_with(f"redis://{one.address}/0", papers_of_all))


async def test_sentinels(papers_of_all: Papers, program: Path) -> None:
    """Sentinels with a password of their own, who watch such servers; a replica has what was promised to it."""
    doors = {"door": guarded(papers_of_all), "watch_door": guarded_sentinels(papers_of_all, SERVICE)}
    own = {"sentinel_username": "urut", "sentinel_password": WATCH_PASSWORD}
    async with watched_by_sentinels(replicas=1, sentinels=1, program=program, **doors) as (url, nodes):
        await used(url_with(url, papers_of_all, **own), replicas=1)
        sentinel = url.partition("://")[2].partition("/")[0]
        why = await refused(url_with(url, papers_of_all, **own | {"sentinel_password": WRONG}))
        assert f"no sentinel names a primary of urut; {sentinel} does not take this user and password" in why
        why = await refused(url_with(url, papers_of_all, WRONG, **own))
        assert f"{nodes[0].address} does not take this user and password" in why


async def test_cluster(papers_of_all: Papers, program: Path) -> None:
    """A cluster of such servers."""
    async with clustered(primaries=1, replicated=False, door=guarded(papers_of_all), program=program) as (url, nodes):
        await used(url_with(url, papers_of_all))
        why = await refused(url_with(url, papers_of_all, WRONG))
        assert f"tells who has which slots; {nodes[0].address} does not take this user and password" in why


async def test_a_wrong_password(one: Node, papers_of_all: Papers) -> None:
    """A wrong password is named as such, with the server that does not take it, and is told to nobody; so is none at all."""
    why = await refused(url_with(f"redis://{one.address}", papers_of_all, WRONG))
    assert why.startswith(f"{one.address} does not take this user and password")
    assert WRONG not in why
    nobody = f"rediss://{one.address}?ssl_ca_certs={papers_of_all.authority}"
    assert f"{one.address} does not take this user and password" in await refused(nobody)


async def test_a_certificate_of_somebody_else(one: Node, tmp_path: Path) -> None:
    """A server whose certificate another authority has signed, as somebody in between would show it, is not told the password."""
    why = await refused(url_with(f"redis://{one.address}", papers(tmp_path / "others")))
    assert f"the certificate of {one.address} is not one to trust here: " in why


async def test_another_host(one: Node, papers_of_all: Papers) -> None:
    """A certificate holds for the hosts that stand in it."""
    why = await refused(url_with(f"redis://localhost:{one.port}", papers_of_all))
    assert f"the certificate of localhost:{one.port} is not one to trust here: Hostname mismatch" in why


async def test_one_side_without_tls(one: Node, papers_of_all: Papers) -> None:
    """Whoever wants TLS is not served without, be it the client or the server: the password does not cross the network in clear."""
    assert one.address in await refused(f"redis://{one.address}")
    async with alone() as node:
        assert node.address in await refused(url_with(f"redis://{node.address}", papers_of_all))
