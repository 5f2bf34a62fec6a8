"""What every server of a measurement does: it prints ``{"port"}`` once it listens, lets phones in at ``/live``, and publishes as lines on
standard input say, to all of them:

    go EVENTS EVERY_MS    so many events in each turn; the next turn is due EVERY_MS after the one before, or with 0 as soon as all of the
                          one before has been handed to the kernel
    stop                  no more; prints {"events", "offset", "due_ns"}: how many there were, and the last one's offset and due time

Nothing but Python's own library is used: servers of others run where ours is not installed.
"""

import asyncio
import json
import sys
import time
from collections.abc import Mapping
from typing import Protocol

NS_PER_MS, NS_PER_S = 1_000_000, 1_000_000_000
LINE_BYTES_MAX = 1 << 16


class Server(Protocol):
    """What is asked of a server."""

    async def publish(self, offset: int, due_ns: int) -> None:
        """Bring the event to everybody."""

    async def handed_over(self) -> None:
        """Wait until what was published is with the kernel, as far as the server can tell."""


def payload(offset: int, due_ns: int, size: int) -> str:
    """The text of an event's frame, ``size`` bytes long."""
    head = f'{{"channel":"line/A","offset":{offset},"due_ns":{due_ns},"view":"'
    return head + "." * (size - len(head) - 2) + '"}'


async def obey(server: Server, ready: Mapping[str, object]) -> None:
    """Say that the server is ready, and do what standard input says until it ends."""
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    print(json.dumps(ready), flush=True)
    publisher = Publisher(server)
    while line := await lines.readline():
        match line.split():
            case [b"go", events, every_ms]:
                publisher.go(int(events), int(every_ms) * NS_PER_MS)
            case _:
                print(json.dumps(publisher.stop()), flush=True)


class Publisher:
    """Publishes to a server without a pause, or at a pace."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._offset = 1
        self._due_ns = 0
        self._events = 0
        self._going: asyncio.Task[None] | None = None
        self._publishing: set[asyncio.Task[None]] = set()

    def go(self, events: int, every_ns: int) -> None:
        """Begin."""
        self._events = 0
        self._going = asyncio.ensure_future(self._at_a_pace(events, every_ns) if every_ns else self._without_a_pause(events))

    def stop(self) -> dict[str, int]:
        """No more; what has been published is still brought to everybody."""
        if self._going is not None:
            self._going.cancel()
        return {"events": self._events, "offset": self._offset, "due_ns": self._due_ns}

    async def _without_a_pause(self, events: int) -> None:
        while True:
            self._due_ns = time.monotonic_ns()
            await asyncio.gather(*(self._event() for _ in range(events)))
            await self._server.handed_over()
            await asyncio.sleep(0)

    async def _at_a_pace(self, events: int, every_ns: int) -> None:
        """Nobody waits for the turn before: events come from outside, whether the server keeps up or not."""
        due_ns = time.monotonic_ns()
        while True:
            await asyncio.sleep((due_ns - time.monotonic_ns()) / NS_PER_S)
            self._due_ns, due_ns = due_ns, due_ns + every_ns
            for _ in range(events):
                self._event()

    def _event(self) -> asyncio.Task[None]:
        self._offset += 1
        self._events += 1
        task = asyncio.ensure_future(self._server.publish(self._offset, self._due_ns))
        self._publishing.add(task)
        task.add_done_callback(self._publishing.discard)
        return task
