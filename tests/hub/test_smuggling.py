"""Requests that two programs could read differently, with a second one behind them: the second is never answered as if it were its own."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from websockets.asyncio.client import connect

from server.cli import wiring
from server.cli.own_certificate import own_certificate
from server.cli.tls import context_of
from server.web.front_door import nobody
from tests.serving import Served, serving

SECOND = b"GET /uji/views/hall HTTP/1.1\r\nHost: x\r\nX-Smuggled: yes\r\n\r\n"
BODY = b"0\r\n\r\n"
POST = b"POST /uji/tickets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
FOLLOW = b"GET /uji/live?channels=hall HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
AMBIGUOUS = {
    "length and chunks": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + BODY,
    "chunks and length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + BODY,
    "two lengths": POST + b"Content-Length: 5\r\nContent-Length: 0\r\n\r\n" + BODY,
    "the same length twice": POST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\n" + BODY,
    "a list of lengths": POST + b"Content-Length: 5, 5\r\n\r\n" + BODY,
    "length with a sign": POST + b"Content-Length: +5\r\n\r\n" + BODY,
    "length in other digits": POST + "Content-Length: \u0665\r\n\r\n".encode() + BODY,
    "length with an underscore": POST + b"Content-Length: 0_5\r\n\r\n" + BODY,
    "chunks under another name": POST + b"Transfer-Encoding: xchunked\r\n\r\n" + BODY,
    "chunks not last": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n" + BODY,
    "chunks twice": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + BODY,
    "a blank before the colon": POST + b"Transfer-Encoding : chunked\r\n\r\n" + BODY,
    "a header on two lines": POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + BODY,
    "a line that ends with LF": POST + b"A: b\nTransfer-Encoding: chunked\r\n\r\n" + BODY,
    "a line that ends with CR": POST + b"A: b\rTransfer-Encoding: chunked\r\n\r\n" + BODY,
    "NUL in a name": POST + b"Content-Length\0: 5\r\n\r\n" + BODY,
    "chunk of a negative size": POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n" + BODY,
    "chunk with a sign": POST + b"Transfer-Encoding: chunked\r\n\r\n+0\r\n\r\n" + BODY,
    "chunk as Python writes it": POST + b"Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n" + BODY,
    "chunk of an endless size": POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n" + BODY,
    "chunk with more than it says": POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n" + BODY,
    "a blank line in the request line": b"GET /uji\r\n HTTP/1.1\r\nHost: x\r\n\r\n",
    "two hosts": b"GET /uji/views/hall HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    "a follower with length and chunks": FOLLOW + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + BODY,
    "a follower with two lengths": FOLLOW + b"Content-Length: 5\r\nContent-Length: 0\r\n\r\n" + BODY,
}


@pytest.fixture(scope="module")
async def ways(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, Served]]:
    """The same bazaar by each way in: the front door, aiohttp alone, and TLS."""
    tls = context_of(own_certificate(tmp_path_factory.mktemp("tls"), ["127.0.0.1"]).pem, None)
    async with AsyncExitStack() as stack:
        straight = await stack.enter_async_context(serving())
        secure = await stack.enter_async_context(serving(tls=tls))
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(wiring, "front_door", lambda *_: nobody)
            by_aiohttp = await stack.enter_async_context(serving())
        yield {"front door": straight, "aiohttp": by_aiohttp, "tls": secure}


def anyone() -> ssl.SSLContext:
    """TLS without a look at who it is."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


async def answers(served: Served, sent: bytes) -> list[bytes]:
    """The status of each answer on one connection, up to the end of it."""
    tls = anyone() if served.url.startswith("https") else None
    reader, writer = await asyncio.open_connection("127.0.0.1", int(served.url.rpartition(":")[2]), ssl=tls)
    writer.write(sent)
    heard = b""
    async with asyncio.timeout(20):
        while data := await reader.read(65_536):
            heard += data
    writer.close()
    return re.findall(rb"^HTTP/1\.[01] (\d+)", heard, re.MULTILINE)


@pytest.mark.parametrize("way", ["front door", "aiohttp", "tls"])
@pytest.mark.parametrize("sent", AMBIGUOUS.values(), ids=AMBIGUOUS)
async def test_nothing_is_smuggled(ways: dict[str, Served], way: str, sent: bytes) -> None:
    """Whatever way it comes, it is answered with 400 and hung up on; what stands behind it is not read."""
    assert [b"400"] == await answers(ways[way], sent + SECOND)


@pytest.mark.parametrize("way", ["front door", "aiohttp", "tls"])
async def test_followers_send_nothing_compressed(ways: dict[str, Served], way: str) -> None:
    """A client that offers to send compressed messages is not taken at its word: a small one could unpack to gigabytes."""
    served = ways[way]
    tls = anyone() if way == "tls" else None
    async with connect(f"{served.home.replace('http', 'ws', 1)}/live?channels=hall", ssl=tls, compression="deflate") as client:
        assert "Sec-WebSocket-Extensions" not in (client.response.headers if client.response else {})
