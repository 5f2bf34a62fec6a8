"""Nonsense over the wire to real processes: each gets its clear answer, changes nothing, and everybody else is served as before.

What concerns single fields, keys, cookies and origins stands with the tests of the parts.
"""

import gzip
import json
import os
from collections.abc import AsyncIterator, Sequence
from typing import Any

import aiohttp
import msgpack
import pytest
from redis.asyncio import Redis

from tests.faults.aftermath import verified
from tests.faults.audit import Log
from tests.faults.site import Site, bearer, site
from tests.faults.wire import Wire, connected, upgraded

pytestmark = pytest.mark.faults

MB = 2**20
COMMANDS = "urut:{uji}:commands"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
LARGE = json.dumps({"command_id": "a-large-command-1", "do": "open_counter", "reason": "x" * MB}).encode()


@pytest.fixture(scope="module")
async def one(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One hub and one process for officers, for all of these tests; neither may stumble over any of them."""
    async with site(tmp_path_factory.mktemp("site")) as made:
        yield made


# Bodies


async def in_pieces() -> AsyncIterator[bytes]:
    """A large body whose length nobody has told."""
    for _ in range(16):
        yield bytes(MB // 16)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Type": JSON}, LARGE),
        ({"Content-Type": FORM}, b"do=open_counter&reason=" + b"x" * MB),
        ({"Content-Type": JSON}, None),
    ],
    ids=["json", "form", "in pieces"],
)
async def test_large_bodies(one: Site, headers: dict[str, str], body: bytes | None) -> None:
    """A body of a megabyte is refused as too large, however it comes."""
    for url, key in orders(one):
        status, said = await post(url, key, body or in_pieces(), headers)
        assert (413, "too_large") == (status, said["code"])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b'"next"',
        b"[" * 60_000,
        b'{"do":' * 10_000,
        b'{"seen": NaN}',
        b'{"seen": ' + b"9" * 5000 + b"}",
        b'{"command_id": "\xff"}',
        b'{"command_id": "in-utf-16-000001"}'.decode().encode("utf-16")[:-1],
    ],
    ids=["empty", "null", "text", "deep list", "deep object", "no number", "endless number", "no utf-8", "half utf-16"],
)
async def test_no_json_object(one: Site, body: bytes) -> None:
    """What is no JSON object is malformed in its body."""
    for url, key in orders(one):
        status, said = await post(url, key, body, {"Content-Type": JSON})
        assert (422, "body") == (status, said["field"])


@pytest.mark.parametrize("body", [gzip.compress(LARGE), b"no such thing"], ids=["large", "no gzip"])
async def test_compressed_bodies(one: Site, body: bytes) -> None:
    """A compressed body is malformed, whatever is in it."""
    for url, key in orders(one):
        status, said = await post(url, key, body, {"Content-Type": JSON, "Content-Encoding": "gzip"})
        assert (422, "body") == (status, said["field"])


async def test_origin_that_is_none(one: Site) -> None:
    """An origin that cannot be read is another site."""
    status, said = await post(f"{one.home(one.hubs[0])}/tickets", one.keys["kiosk_keys"]["1"], b"{}", {"Origin": "http://["})
    assert (403, "cross_origin") == (status, said["code"])


async def post(url: str, key: str, body: bytes | AsyncIterator[bytes], headers: dict[str, str]) -> tuple[int, Any]:
    """Send a body on a connection of its own; status and JSON of the answer."""
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers={**headers, **bearer(key)}) as answer:
        return answer.status, await answer.json()


def orders(one: Site) -> list[tuple[str, str]]:
    """Where orders go to, and whose key opens it: a counter, and the numbers."""
    return [
        (f"{one.home(one.officers[0])}/counter/1/commands", one.keys["counter_keys"]["1"]),
        (f"{one.home(one.hubs[0])}/tickets", one.keys["kiosk_keys"]["1"]),
    ]


# The commands stream


async def test_garbage_in_the_commands_stream(one: Site) -> None:
    """Whatever a Redis client writes into the stream gets a refusal under its place there, and commands around it are decided."""
    garbage: Sequence[dict[Any, Any]] = [
        {"c": b""},
        {"c": b"\xc1"},
        {"c": os.urandom(500)},
        {"c": bytes(MB)},
        {"c": msgpack.packb(["next"])},
        {"c": msgpack.packb({"command_id": "from-a-redis-client", "do": "dance", "by": "desk"})},
        {"c": msgpack.packb({"command_id": "from-a-redis-client", "do": "next", "by": "counter/1", "counter": "1", "seen": None})},
        {"c": b"\x91" * 5000},
        {"x": b"no command here"},
        {"c": b"", "e": b"both"},
    ]
    client = Redis.from_url(one.redis_url)
    good = {"command_id": "a-good-command-1", "do": "pause_counter", "by": "counter/1", "counter": 1, "reason": "salat"}
    try:
        ids = [_text(await client.xadd(COMMANDS, fields)) for fields in garbage]
        await client.xadd(COMMANDS, {"c": msgpack.packb(good)})
    finally:
        await client.aclose()
    status, _, body = await one.press(one.officers[0], 1, command_id="a-good-command-2", do="open_counter")
    assert 200 == status
    log = Log(await one.log(body["offset"]))
    for stream_id in ids:
        (offset,) = log.offsets[f"malformed-{stream_id}"]
        assert "malformed" == log.entries[offset - 1]["refused"]["code"]
    assert ["counter_paused"] == [name for name, _ in log.entries[log.offsets["a-good-command-1"][0] - 1]["events"]]
    await verified(one)


def _text(stream_id: bytes | str) -> str:
    return stream_id.decode() if isinstance(stream_id, bytes) else stream_id


# Sockets

CHUNKED = b"Host: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
NO_HTTP = {
    "noise": bytes(range(256)) * 20,
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(300),
    "no method": b"G\x01T / HTTP/1.1\r\nHost: x\r\n\r\n",
    "no version": b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    "endless line": b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "endless header": b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 100_000 + b"\r\n\r\n",
    "headers without number": b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: x\r\n" * 20_000 + b"\r\n",
    "length below nothing": b"POST /uji/tickets HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    "two lengths": b"POST /uji/tickets HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "length and chunks": b"POST /uji/tickets HTTP/1.1\r\nContent-Length: 5\r\n" + CHUNKED + b"\r\n0\r\n\r\n",
    "no chunk": b"POST /uji/tickets HTTP/1.1\r\n" + CHUNKED + b"\r\nzz\r\nhello\r\n",
    "NUL in the path": b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.mark.parametrize("sent", NO_HTTP.values(), ids=NO_HTTP)
async def test_no_http(one: Site, sent: bytes) -> None:
    """What is no HTTP is answered with 400 and hung up on."""
    for server in one.servers:
        async with connected(server.url) as wire:
            await wire.send(sent)
            assert b" 400 " in (await wire.rest()).partition(b"\r\n")[0]


async def test_halves_of_requests(one: Site) -> None:
    """Requests that are never finished keep nobody else waiting."""
    halves = [
        b"GET /uji",
        b"POST /uji/tickets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{",
        b"\r\n",
    ]
    wires: list[Wire] = []
    for number in range(90):
        wire = await Wire.to(one.hubs[0].url)
        await wire.send(halves[number % 3])
        wires.append(wire)
    async with one.session.get(f"{one.home(one.hubs[0])}/views/hall") as answer:
        assert 200 == answer.status
    for wire in wires:
        wire.hang_up()


def masked(opcode: int, payload: bytes, *, length: int | None = None) -> bytes:
    """A client's frame, masked with zeros; ``length`` may lie."""
    size = len(payload) if length is None else length
    lengths = bytes([0x80 | size]) if size <= 125 else bytes([0x80 | 127]) + size.to_bytes(8)
    return bytes([opcode]) + lengths + bytes(4) + payload


NO_FRAMES = {
    "reserved opcode": (masked(0x83, b"hi"), 1002),
    "reserved control opcode": (masked(0x8B, b"hi"), 1002),
    "reserved bit": (masked(0xC1, b"hi"), 1002),
    "another reserved bit": (masked(0x91, b"hi"), 1002),
    "ping in pieces": (masked(0x09, b""), 1002),
    "long ping": (masked(0x89, b"x" * 200), 1002),
    "continuation of nothing": (masked(0x80, b"hi"), 1002),
    "close with half a code": (masked(0x88, b"\x03"), 1002),
    "close with a code that is none": (masked(0x88, (1005).to_bytes(2)), 1002),
    "no mask": (b"\x81\x05hello", 1002),
    "text that is no UTF-8": (masked(0x81, b"\xff\xfe"), 1007),
    "huge frame": (masked(0x81, b"x" * 10_000, length=2**62), 1009),
    "large frame": (masked(0x81, b"x" * 5000), 1009),
}


@pytest.mark.parametrize(("sent", "code"), NO_FRAMES.values(), ids=NO_FRAMES)
async def test_no_frames(one: Site, sent: bytes, code: int) -> None:
    """What is no frame of a WebSocket, or too large a one, ends the connection with the code for it."""
    async with upgraded(one.home(one.hubs[0])) as wire:
        await wire.send(sent)
        while (frame := await wire.frame())[0] != 0x88:
            pass
        assert code == int.from_bytes(frame[1][:2])
        assert b"" == await wire.rest()


async def test_frames_that_mean_nothing(one: Site) -> None:
    """Followers have nothing to say; what they say is passed over, and a ping is answered."""
    async with upgraded(one.home(one.hubs[0])) as wire:
        await wire.send(masked(0x81, b"hello") + masked(0x82, bytes(100)) + masked(0x89, b"there?"))
        while (frame := await wire.frame())[0] != 0x8A:
            assert 0x81 == frame[0]
        assert b"there?" == frame[1]
