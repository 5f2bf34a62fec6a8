"""One connection from its handshake to its end, byte by byte, over either carrier."""

import asyncio
import gc
import logging
import os
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from server.cli import wiring
from server.cli.tls import context_of
from server.hub.upgrade import SEND_BUFFER_BYTES
from server.hub.wire import MESSAGE_BYTES_MAX
from tests.hub.fake_carrier import frames_in
from tests.hub.test_wire import CLOSE, CONTINUATION, FINE, PING, TEXT, WRONG, masked, part
from tests.serving import Served, serving

HANDSHAKE = {
    "Connection": "keep-alive, Upgrade",
    "Upgrade": "WebSocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
PONG_OPCODE, CLOSE_OPCODE = 0xA, 0x8


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate with its key, for this run of the tests."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    order = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    subprocess.run([*order, "-keyout", path, "-out", path], check=True, capture_output=True)  # noqa: S603  # our own words
    return path


@pytest.fixture(params=["front door", "aiohttp", "tls"])
async def served(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, certificate: Path) -> AsyncIterator[Served]:
    """A bazaar with counter 1 open, by each way in: straight from the door, by aiohttp and then taken over, or by TLS, which stays."""
    if request.param == "aiohttp":
        monkeypatch.setattr(wiring, "front_door", lambda *_: lambda _sock, _head: False)
    async with serving(tls=context_of(certificate, None) if request.param == "tls" else None) as bazaar:
        await bazaar.submit("open_counter", counter=1)
        yield bazaar


def anyone() -> ssl.SSLContext:
    """TLS without a look at who it is."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Client:
    """A client of bytes: ``head`` is the response's, ``stream`` all that came behind it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.head = b""
        self.stream = b""
        self._reader = reader

    async def ask(self, path: str, headers: Mapping[str, str], behind: bytes = b"") -> bytes:
        """Ask for the upgrade, with more bytes right behind the request; the response's first line."""
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in {**HANDSHAKE, **headers}.items())]
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + behind)
        async with asyncio.timeout(30):
            self.head = await self._reader.readuntil(b"\r\n\r\n")
        return self.head.partition(b"\r\n")[0]

    async def until(self, opcode: int) -> list[bytes]:
        """Read until a frame of this opcode has come; the payloads of all that have."""
        async with asyncio.timeout(30):
            while not (found := [payload for code, payload in frames_in(self.stream) if code == opcode]):
                data = await self._reader.read(65_536)
                assert data, "the hub hung up"
                self.stream += data
        return found

    async def rest(self) -> list[tuple[int, bytes]]:
        """Read until the hub hangs up; all frames that came."""
        async with asyncio.timeout(30):
            self.stream += await self._reader.read()
        return frames_in(self.stream)


@asynccontextmanager
async def client_of(served: Served, channels: str = "hall", behind: bytes = b"") -> AsyncIterator[Client]:
    """A client that follows these channels."""
    port = int(served.url.rpartition(":")[2])
    tls = anyone() if served.url.startswith("https") else None
    client = Client(*await asyncio.open_connection("127.0.0.1", port, ssl=tls))
    try:
        if channels:
            assert b"HTTP/1.1 101 Switching Protocols" == await client.ask(f"/uji/live?channels={channels}", {}, behind)
            await client.until(TEXT)
        yield client
    finally:
        client.writer.close()


async def gone(served: Served) -> None:
    """Wait until the hub knows of no follower."""
    async with asyncio.timeout(30):
        while len(served.room.fanout):
            await asyncio.sleep(0)


async def test_handshake(served: Served) -> None:
    """The answer proves that the request was read (the protocol's own example), and names the first subprotocol that there is."""
    async with client_of(served, "") as client:
        names = {"Sec-WebSocket-Protocol": "chat, urut.v1.msgpack, urut.v1.json"}
        assert b"HTTP/1.1 101 Switching Protocols" == await client.ask("/uji/live?channels=hall", names)
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in client.head
    assert b"Sec-WebSocket-Protocol: urut.v1.msgpack\r\n" in client.head
    assert b"Sec-WebSocket-Extensions" not in client.head


@pytest.mark.parametrize(
    "headers",
    [
        {"Upgrade": "h2c"},
        {"Connection": "keep-alive"},
        {"Sec-WebSocket-Version": "8"},
        {"Sec-WebSocket-Key": "short"},
        {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=ä"},
    ],
    ids=str,
)
async def test_no_handshake(served: Served, headers: dict[str, str]) -> None:
    """A request that asks for no WebSocket of this version is told so over HTTP."""
    async with client_of(served, "") as client:
        assert b"HTTP/1.1 400 Bad Request" == await client.ask("/uji/live?channels=hall", headers)
    assert 0 == len(served.room.fanout)


async def test_what_is_sent_before_the_answer_is_heard(served: Served) -> None:
    """A ping right behind the request is answered after the first frames."""
    async with client_of(served, behind=masked(PING, b"early")) as client:
        assert [b"early"] == await client.until(PONG_OPCODE)


async def test_pings_in_pieces(served: Served) -> None:
    """A ping is answered with its payload; also one that comes byte by byte, in the middle of a message."""
    async with client_of(served) as client:
        client.writer.write(part(TEXT, b"one"))
        for byte in masked(PING, b"slowly"):
            client.writer.write(bytes((byte,)))
            await client.writer.drain()
            await asyncio.sleep(0)
        assert [b"slowly"] == await client.until(PONG_OPCODE)
        client.writer.write(masked(CONTINUATION, b"two") + masked(PING) * 3 + masked(CLOSE, b"\x03\xe8bye"))
        told = await client.rest()
    assert [b"slowly", b"", b"", b""] == [payload for opcode, payload in told if opcode == PONG_OPCODE]
    assert (CLOSE_OPCODE, b"\x03\xe8") == told[-1]
    await gone(served)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"\x00" * 20, 1002),
        (b"GET / HTTP/1.1\r\n\r\n", 1002),
        (masked(TEXT, b"\xff"), 1007),
        (masked(TEXT, b"x" * 5000), 1009),
        (part(TEXT, b"x" * 4000) + part(CONTINUATION, b"x" * 4000), 1009),
    ],
    ids=["zeros", "http", "no text", "long", "long in pieces"],
)
async def test_garbage_ends_it(served: Served, sent: bytes, code: int) -> None:
    """What breaks the protocol is answered with the reason, the connection ends, and others do not feel it."""
    async with client_of(served) as other:
        async with client_of(served) as client:
            client.writer.write(sent)
            assert code.to_bytes(2) in await client.until(CLOSE_OPCODE)
        other.writer.write(masked(PING, b"there?"))
        assert [b"there?"] == await other.until(PONG_OPCODE)
    await gone(served)


async def test_whole_case_list(served: Served) -> None:
    """Every case of the list comes out over a real connection as it does in the reader: the code that ends it, or nothing."""
    for pieces, code in WRONG.values():
        async with client_of(served) as client:
            client.writer.write(masked(PING, b"before") + b"".join(pieces))
            told = await client.rest()
        assert [(PONG_OPCODE, b"before"), (CLOSE_OPCODE, code.to_bytes(2))] == [each for each in told if each[0] != TEXT]
    async with client_of(served) as client:
        for pieces in FINE.values():
            client.writer.write(b"".join(pieces))
        client.writer.write(masked(PING, b"still here"))
        assert [b"still here"] == await client.until(PONG_OPCODE)
    await gone(served)


async def test_another_s_implementation(served: Served) -> None:
    """The `websockets` client may send all it can within the limit, and is told why when it sends more."""
    tls = anyone() if served.url.startswith("https") else None
    async with connect(f"{served.home.replace('http', 'ws', 1)}/live?channels=hall", ssl=tls) as client:
        await client.send("satu")
        await client.send(bytes(MESSAGE_BYTES_MAX))
        await client.send(["dua ", "", "tiga"])
        async with asyncio.timeout(30):
            await (await client.ping(bytes(125)))
        await client.send("x" * 65_536)
        await client.wait_closed()
    assert 1009 == client.close_code
    await gone(served)


async def test_goodbye_to_somebody_who_goes_on_talking(served: Served) -> None:
    """Who sends more than the hub reads still hears why it ends: the socket is not closed over what is unread."""
    async with client_of(served) as client:
        client.writer.write(masked(TEXT, b"x" * 5000) + bytes(100_000))
        assert (CLOSE_OPCODE, (1009).to_bytes(2)) == (await client.rest())[-1]
    await gone(served)


async def test_hang_up_without_goodbye(served: Served) -> None:
    """A client that just goes, cleanly or with a reset, is forgotten."""
    async with client_of(served):
        pass
    await gone(served)
    async with client_of(served) as client:
        linger_none = b"\x01\0\0\0\0\0\0\0"
        client.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_none)
    await gone(served)


async def test_ends_quietly_and_gives_everything_back(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    """Fifty that come and go leave no open file, no task and no word in the log."""
    with caplog.at_level(logging.INFO):
        async with client_of(served):
            pass
        await gone(served)
        before = len(os.listdir("/proc/self/fd")), len(asyncio.all_tasks())
        for _ in range(50):
            async with client_of(served):
                pass
        await gone(served)
        async with asyncio.timeout(30):
            while before < (len(os.listdir("/proc/self/fd")), len(asyncio.all_tasks())):
                gc.collect()
                await asyncio.sleep(0)
    assert [] == [record.getMessage() for record in caplog.records]


async def test_little_is_kept_in_the_kernel(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub's end of a connection has the small send buffer."""
    kept: list[int] = []
    setsockopt = socket.socket.setsockopt

    def noted(sock: socket.socket, level: int, name: int, value: int) -> None:
        setsockopt(sock, level, name, value)
        if name == socket.SO_SNDBUF:
            kept.append(sock.getsockopt(level, name))

    monkeypatch.setattr(socket.socket, "setsockopt", noted)
    async with client_of(served):
        pass
    assert [2 * SEND_BUFFER_BYTES] == kept
