"""What stands at the addresses of a site, and how long its certificates hold."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bench.stores import free_port
from server.cli.doctor import network
from server.cli.doctor.finding import State
from server.cli.own_certificate import own_certificate
from server.cli.tls import context_of
from tests.cli.doctor.told import told
from tests.serving import serving
from tests.store.certificates import Papers, papers

HOST = "127.0.0.1"
ANYBODY = ssl.create_default_context()


@asynccontextmanager
async def answering(answer: bytes, shown: Papers | None = None) -> AsyncIterator[int]:
    """Something that answers everybody with this: its port. With papers it speaks TLS."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(answer)
        writer.close()

    tls = None
    if shown is not None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(shown.certificate, shown.key)
    server = await asyncio.start_server(serve, HOST, 0, ssl=tls)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def test_a_hub() -> None:
    """A hub that serves is well, and its bazaars are named; that nobody else reaches its address is a warning."""
    async with serving() as served:
        found = await network.serving("hub", served.url, ANYBODY)
    assert f"hub: {served.url} serves uji → " == told(found, State.OK)
    assert "no TV, tablet or phone reaches it" in told(found, State.WARN)
    assert "" == told(found, State.BAD)


async def test_nothing_there() -> None:
    """Before the start the port is free, and that is no fault yet."""
    found = await network.serving("hub", f"http://{HOST}:{free_port()}", ANYBODY)
    assert "the port is free" in told(found, State.WARN)
    assert "" == told(found, State.BAD)


async def test_somebody_else_there() -> None:
    """Another program at the port is told, be it a web server or not; so is a hub that is not ready."""
    async with answering(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi") as port:
        assert "something else than urut answers" in told(await network.serving("hub", f"http://{HOST}:{port}", ANYBODY), State.BAD)
    async with answering(b"220 mail\r\n") as port:
        assert "does not answer" in told(await network.serving("hub", f"http://{HOST}:{port}", ANYBODY), State.BAD)
    body = b'{"ready": false, "bazaars": {}}'
    head = b"HTTP/1.1 503 Unavailable\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    async with answering(head + body) as port:
        assert "is not ready" in told(await network.serving("hub", f"http://{HOST}:{port}", ANYBODY), State.BAD)


async def test_our_own_certificate(tmp_path: Path) -> None:
    """What our own authority has signed counts as good, for devices were given it; without it there it does not."""
    own = own_certificate(tmp_path / "tls", [HOST])
    tls = context_of(own.pem, None)
    async with serving(tls=tls) as served:
        found = await network.serving("hub", served.url, network.trust_of(own.authority))
        assert "serves uji" in told(found, State.OK)
        assert "holds until" in told(found, State.OK)
        assert "is not one to trust" in told(await network.serving("hub", served.url, network.trust_of(tmp_path / "none")), State.BAD)


@pytest.mark.parametrize(("days", "state"), [(90, State.OK), (5, State.WARN)])
async def test_a_certificate_that_ends(tmp_path: Path, days: int, state: State) -> None:
    """A certificate that ends within two weeks is told beforehand."""
    shown = papers(tmp_path / "papers", days=days)
    async with answering(b"", shown) as port:
        found = await network.certificate("hub", HOST, port, ssl.create_default_context(cafile=shown.authority))
    assert [(state, True)] == [(one.state, f"the certificate of {HOST}:{port} holds until" in one.says) for one in found]


@pytest.mark.parametrize("days", [90, -1], ids=["of nobody we trust", "that has ended"])
async def test_a_bad_certificate(tmp_path: Path, days: int) -> None:
    """What browsers refuse is bad."""
    shown = papers(tmp_path / "papers", days=days)
    trust = ssl.create_default_context(cafile=shown.authority if days < 0 else None)
    async with answering(b"", shown) as port:
        found = told(await network.certificate("hub", HOST, port, trust), State.BAD)
    assert ("certificate has expired" if days < 0 else "unable to get local issuer certificate") in found
