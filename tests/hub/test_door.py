"""The two ways in: straight from the door, or by aiohttp; and what the door does when there is no place."""

import asyncio
import errno
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest

from server.cli import wiring
from server.hub import door as door_module
from server.hub import live
from server.hub.door import ACCEPTS, OWN_FILES, Door
from server.hub.sockets import Sockets
from server.web.front_door import front_door
from tests.hub.fake_carrier import frames_in
from tests.serving import Served, serving

FOLLOW = b"GET /uji/live?channels=hall HTTP/1.1\r\n"
HEADERS = (
    b"Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
GOOD = FOLLOW + HEADERS + b"\r\n"
QUESTIONS = {
    "good": GOOD,
    "behind an empty line": b"\r\n" + GOOD,
    "a ping behind it": GOOD + b"\x89\x80\0\0\0\0",
    "a second request behind it": GOOD + GOOD,
    "lines that end with LF": GOOD.replace(b"\r\n", b"\n"),
    "HTTP/1.0": GOOD.replace(b"HTTP/1.1", b"HTTP/1.0"),
    "another method": GOOD.replace(b"GET", b"POST"),
    "a method in small letters": GOOD.replace(b"GET", b"get"),
    "a whole address": GOOD.replace(b"GET /", b"GET http://x/"),
    "a name in other letters": GOOD.replace(b"/uji/", b"/uj%69/"),
    "a place below": GOOD.replace(b"/live?", b"/live/x?"),
    "a slash behind": GOOD.replace(b"/live?", b"/live/?"),
    "another bazaar": GOOD.replace(b"/uji/", b"/lain/"),
    "no host": GOOD.replace(b"Host: x\r\n", b""),
    "two hosts": GOOD.replace(b"Host: x\r\n", b"Host: x\r\nHost: y\r\n"),
    "the own site": GOOD.replace(b"Host: x\r\n", b"Host: x\r\nOrigin: http://x\r\n"),
    "another site": GOOD.replace(b"Host: x\r\n", b"Host: x\r\nOrigin: http://y\r\n"),
    "a site that is none": GOOD.replace(b"Host: x\r\n", b"Host: x\r\nOrigin: http://[\r\n"),
    "a body": FOLLOW + HEADERS + b"Content-Length: 4\r\n\r\nbody",
    "two lengths": FOLLOW + HEADERS + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nbody",
    "chunks": FOLLOW + HEADERS + b"Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
    "length and chunks": FOLLOW + HEADERS + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "expects a word first": FOLLOW + HEADERS + b"Expect: 100-continue\r\n\r\n",
    "a header on two lines": FOLLOW + HEADERS + b"A: b\r\n c\r\n\r\n",
    "a blank before the colon": FOLLOW + HEADERS + b"A : b\r\n\r\n",
    "NUL in a header": FOLLOW + HEADERS + b"A: \0\r\n\r\n",
    "an upgrade to something else": GOOD.replace(b"websocket", b"h2c"),
    "no upgrade": FOLLOW + b"Host: x\r\n\r\n",
    "no channels": GOOD.replace(b"channels=hall", b""),
    "channels twice": GOOD.replace(b"channels=hall", b"channels=hall&channels=nope"),
    "written otherwise": GOOD.replace(b"channels=hall", b"channels=%68all%2Cline%2FA"),
    "a half percent": GOOD.replace(b"channels=hall", b"channels=hall%"),
    "no such channel": GOOD.replace(b"=hall", b"=hall,line/Z"),
    "a staff's channel": GOOD.replace(b"=hall", b"=hall,counter/1"),
    "has what makes no sense": GOOD.replace(b"=hall", b"=hall&have=x"),
    "a key that is none": GOOD.replace(b"dGhl", b"dG=l"),
    "many headers": FOLLOW + HEADERS + b"A: b\r\n" * 200 + b"\r\n",
    "a long header": FOLLOW + HEADERS + b"A: " + b"b" * 9000 + b"\r\n\r\n",
}


@pytest.fixture(scope="module")
async def ways() -> AsyncIterator[dict[str, Served]]:
    """The same bazaar behind the front door, and behind one that takes nobody."""
    async with AsyncExitStack() as stack:
        straight = await stack.enter_async_context(serving())
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(wiring, "front_door", nobody)
            by_aiohttp = await stack.enter_async_context(serving())
        yield {"front door": straight, "aiohttp": by_aiohttp}


def nobody(*_hub_and_proxies: object) -> door_module.Take:
    """Take nobody straight in."""
    return lambda _sock, _head: False


async def said(served: Served, sent: bytes, *, pieces: int = 1) -> bytes:
    """What a hub answers up to the end of its first answer's head, without its time."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(served.url.rpartition(":")[2]))
    try:
        for at in range(pieces):
            writer.write(sent[at * len(sent) // pieces : (at + 1) * len(sent) // pieces])
            await writer.drain()
            await asyncio.sleep(0)
        async with asyncio.timeout(30):
            head = await reader.readuntil(b"\r\n\r\n")
    finally:
        writer.close()
    return b"\r\n".join(line for line in head.split(b"\r\n") if not line.startswith(b"Date"))


@pytest.mark.parametrize("sent", QUESTIONS.values(), ids=QUESTIONS)
async def test_both_ways_answer_alike(ways: dict[str, Served], sent: bytes) -> None:
    """Whatever is asked, both ways give the same answer; also when it comes in pieces, where the sentence may quote another one."""
    expected = await said(ways["aiohttp"], sent)
    assert expected == await said(ways["front door"], sent)
    assert expected.splitlines()[0] == (await said(ways["front door"], sent, pieces=7)).splitlines()[0]


async def test_straight_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """A follower of public channels never reaches aiohttp; one of a staff's channel does."""
    async with serving() as served:
        monkeypatch.setattr(live, "serve", None)
        assert (await said(served, GOOD)).startswith(b"HTTP/1.1 101 ")
        with_key = f"Authorization: Bearer {served.keys.counters[1]}\r\n\r\n".encode()
        assert (await said(served, FOLLOW.replace(b"hall", b"counter/1") + HEADERS + with_key)).startswith(b"HTTP/1.1 500 ")


async def test_answer_and_first_frames_go_out_together(ways: dict[str, Served]) -> None:
    """Head, frame and heartbeat come in this order, whichever way."""
    for served in ways.values():
        reader, writer = await asyncio.open_connection("127.0.0.1", int(served.url.rpartition(":")[2]))
        writer.write(GOOD)
        async with asyncio.timeout(30):
            await reader.readuntil(b"\r\n\r\n")
            stream = b""
            while len(frames := frames_in(stream)) < 2:
                stream += await reader.read(65_536)
        writer.close()
        assert [b'{"channel":"hall"', b'{"channel":""'] == [payload.partition(b",")[0] for _, payload in frames]


@pytest.mark.parametrize("way", ["front door", "aiohttp"])
async def test_no_place_for_followers(ways: dict[str, Served], monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """With few files left, whoever comes to follow is told to come later; who asks for a page has it."""
    monkeypatch.setattr(door_module, "files_max", lambda: OWN_FILES)
    answer = await said(ways[way], GOOD)
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nRetry-After: " in answer
    assert (await said(ways[way], b"GET /uji/views/hall HTTP/1.1\r\nHost: x\r\n\r\n")).startswith(b"HTTP/1.1 200 ")


# The door alone


@pytest.fixture
def bound() -> socket.socket:
    """A socket for a door, which closes it."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    return sock


def no_protocol() -> asyncio.Protocol:
    """There are no others in these tests."""
    raise AssertionError


def crowd(bound: socket.socket, count: int) -> list[socket.socket]:
    """So many who have come to it, and said something."""
    people = [socket.create_connection(bound.getsockname()) for _ in range(count)]
    for person in people:
        person.sendall(b"x")
    return people


async def until(holds: Callable[[], bool]) -> None:
    """Let the loop go round until this holds."""
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.sleep(0)


async def test_few_in_a_turn(bound: socket.socket) -> None:
    """However many wait outside, a turn of the loop lets in a few."""
    came: list[int] = []
    turns: list[int] = []

    def take(sock: socket.socket, _head: bytes) -> bool:
        came.append(sock.detach())
        return True

    door = Door(bound, take, no_protocol)
    door.open()
    people = crowd(bound, 3 * ACCEPTS)
    async with asyncio.timeout(30):
        while len(came) < len(people):
            before = len(came)
            await asyncio.sleep(0)
            turns.append(len(came) - before)
    door.close()
    assert ACCEPTS == max(turns)
    for fd in came:
        os.close(fd)


class Full:
    """A listening socket of a system that has no file for one more connection, so often."""

    def __init__(self, sock: socket.socket, times: int) -> None:
        self._sock = sock
        self.times = times

    def __getattr__(self, name: str) -> object:
        return getattr(self._sock, name)

    def accept(self) -> object:
        """Fail, or not any more."""
        if self.times:
            self.times -= 1
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return self._sock.accept()


async def test_no_file_left(bound: socket.socket, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Without a file for one more nobody is let in for a while; it is told once, and who waited comes in afterwards."""
    monkeypatch.setattr(door_module, "REST_S", 0.01)
    came: list[bytes] = []

    def take(sock: socket.socket, head: bytes) -> bool:
        came.append(head)
        sock.close()
        return True

    full = Full(bound, times=3)
    door = Door(full, take, no_protocol)  # type: ignore[arg-type]  # all of a socket that a door uses
    door.open()
    with caplog.at_level(logging.ERROR):
        people = crowd(bound, 2)
        await until(lambda: len(came) == len(people))
    door.close()
    assert [b"x"] * 2 == came
    assert ["no place for more connections: Too many open files"] == [record.getMessage() for record in caplog.records]


async def test_last_files_are_for_no_request(
    bound: socket.socket, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """When next to no file is left, whoever comes is sent away with a clear answer, which arrives."""
    monkeypatch.setattr(door_module, "files_max", lambda: 0)
    door = Door(bound, lambda _sock, _head: False, no_protocol)
    door.open()
    reader, writer = await asyncio.open_connection(*bound.getsockname())
    writer.write(GOOD)
    async with asyncio.timeout(30):
        answer = await reader.read()
    writer.close()
    door.close()
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nRetry-After: 5\r\n" in answer
    assert 1 == len(caplog.records)


async def test_who_resets_before_they_are_let_in(bound: socket.socket) -> None:
    """Whoever has gone again costs nobody else their place."""
    came: list[bytes] = []

    def take(sock: socket.socket, head: bytes) -> bool:
        came.append(head)
        sock.close()
        return True

    door = Door(bound, take, no_protocol)
    door.open()
    (person,) = crowd(bound, 1)
    person.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    person.close()
    people = crowd(bound, 1)
    await until(lambda: b"x" in came)
    door.close()
    assert 1 == len(people)


def test_nowhere_to_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system cannot watch many sockets, everybody goes to aiohttp."""
    monkeypatch.setattr(Sockets, "can_watch", staticmethod(lambda: False))
    with socket.socket() as sock:
        assert not front_door(None)(sock, GOOD)  # type: ignore[arg-type]  # it is not asked
