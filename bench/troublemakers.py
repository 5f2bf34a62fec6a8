"""Clients with bad manners, all of one address: they read slowly or never, talk nonsense, and ask for numbers without end.

    python -m bench.troublemakers HOME SLOW DEAF NONSENSE GREEDY

prints a line when all are there, and for each line on standard input what `Trouble` counts; with its end it ends. HOME is the bazaar's URL.
"""

import asyncio
import json
import os
import socket
import sys
from collections import Counter
from contextlib import suppress
from urllib.parse import urlsplit

import aiohttp

from bench.presses import LINE, SERVICE
from bench.processes import allow_many_files
from server.store.command_ids import new_command_id

RECEIVE_BYTES = 4096
"""A small buffer, so that it is full soon."""
SLOW_BYTES, SLOW_EVERY_S = 200, 1.0
"""A slow client takes less than a frame a second."""
NONSENSE_BYTES = 2000
GREED_S = 0.02
"""After each answer a greedy client waits for so long: with fifty of them some thousand requests a second would leave the core no time."""


class Trouble:
    """``posts``: answers to requests for a number, by status. ``unexplained``: refusals that did not say when to come again.
    ``thrown_out``: connections that talked nonsense and were ended for it."""

    def __init__(self, home: str) -> None:
        place = urlsplit(home)
        self._home = home
        self._address = (str(place.hostname), place.port or 0)
        self._hello = (
            f"GET {place.path}/live?channels={LINE} HTTP/1.1\r\nHost: {place.netloc}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        ).encode()
        self.posts: Counter[int] = Counter()
        self.unexplained = 0
        self.thrown_out = 0

    def told(self) -> str:
        """All counts as a line of JSON."""
        return json.dumps({"posts": self.posts, "unexplained": self.unexplained, "thrown_out": self.thrown_out})

    async def follow(self, *, reads: bool) -> None:
        """Follow the line and read slowly, or not at all; when it is ended for that, follow again."""
        loop = asyncio.get_running_loop()
        while True:
            with suppress(OSError), socket.socket() as sock:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
                sock.setblocking(False)
                await loop.sock_connect(sock, self._address)
                await loop.sock_sendall(sock, self._hello)
                while not reads or await loop.sock_recv(sock, SLOW_BYTES):
                    await asyncio.sleep(SLOW_EVERY_S)
            await asyncio.sleep(SLOW_EVERY_S)

    async def talk_nonsense(self, *, politely: bool) -> None:
        """Send bytes that mean nothing, after a handshake if ``politely``, until the hub hangs up; then again."""
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection(*self._address)
                writer.write((self._hello if politely else b"") + os.urandom(NONSENSE_BYTES))
                while await reader.read(RECEIVE_BYTES):
                    pass
                writer.close()
                self.thrown_out += 1
            await asyncio.sleep(GREED_S)

    async def ask_for_numbers(self, session: aiohttp.ClientSession) -> None:
        """Ask for one number after the other, as a new phone each time."""
        while True:
            order = {"command_id": new_command_id(), "services": [SERVICE]}
            with suppress(aiohttp.ClientError, OSError):
                async with session.post(f"{self._home}/tickets", json=order) as answer:
                    self.posts[answer.status] += 1
                    self.unexplained += answer.status in (429, 503) and "Retry-After" not in answer.headers
            await asyncio.sleep(GREED_S)


async def main(home: str, slow: int, deaf: int, nonsense: int, greedy: int) -> None:
    """Make trouble until standard input ends."""
    trouble = Trouble(home)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session, asyncio.TaskGroup() as tasks:
        makers = [tasks.create_task(trouble.follow(reads=number < slow)) for number in range(slow + deaf)]
        makers += [tasks.create_task(trouble.talk_nonsense(politely=number % 2 == 0)) for number in range(nonsense)]
        makers += [tasks.create_task(trouble.ask_for_numbers(session)) for _ in range(greedy)]
        print("{}", flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            print(trouble.told(), flush=True)
        for maker in makers:
            maker.cancel()


if __name__ == "__main__":
    allow_many_files()
    asyncio.run(main(sys.argv[1], *map(int, sys.argv[2:])))
