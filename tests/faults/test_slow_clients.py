"""Many who never read, beside many who do: nobody waits for them, and they cost next to nothing."""

import base64
import os
import socket
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bench.follower import Follower, follow
from tests.conftest import Tell
from tests.faults.processes import until
from tests.faults.site import Site, bearer, site

pytestmark = pytest.mark.faults

CLIENTS = 200
CHANGES = 400
TOGETHER_EVERY = 50
"""After so many changes all readers must have the newest frame before the next is made."""
RECEIVE_BUFFER_BYTES = 4096
GROWTH_BYTES_MAX = 4 * 2**20
"""A hub that kept for the sleepers what they do not read would grow by more than 100 MB."""


class Reading:
    """Those who read. ``frames`` counts what they were sent, ``backwards`` what was not newer than the frame before."""

    def __init__(self) -> None:
        self.followers: list[Follower] = []
        self.frames = 0
        self.backwards = 0

    async def start(self, home: str) -> None:
        """Follow the hall."""
        for _ in range(CLIENTS):
            self.followers.append(await follow(home, "hall", self._on_frame))

    def have(self, offset: int) -> bool:
        """Whether all of them have come so far."""
        return all(follower.offset >= offset for follower in self.followers)

    def stop(self) -> None:
        """Hang up."""
        for follower in self.followers:
            follower.transport.close()

    def _on_frame(self, follower: Follower, offset: int, _now_ns: int) -> None:
        self.frames += 1
        self.backwards += offset <= follower.offset


async def test_clients_that_never_read(tmp_path: Path, tell: Tell) -> None:
    """Beside two hundred clients that never read, two hundred others always get the newest frame, and the hub does not grow."""
    async with site(tmp_path) as one:
        await somebody_at_counter_1(one)
        hub, reading = one.hubs[0], Reading()
        await reading.start(one.home(hub))
        with ExitStack() as stack:
            for _ in range(CLIENTS):
                stack.enter_context(sleeper(one.home(hub)))
            await change(one, TOGETHER_EVERY, reading)  # by now the sleepers' sockets are full
            before, seen = resident_bytes(hub.pid), reading.frames
            await change(one, CHANGES, reading)
            grown, frames = resident_bytes(hub.pid) - before, reading.frames - seen
        assert not any(follower.lost for follower in reading.followers)
        reading.stop()
    assert 0 == reading.backwards
    assert grown < GROWTH_BYTES_MAX
    tell(
        f"{CLIENTS} clients that never read beside {CLIENTS} that do, {CHANGES} changes: {frames} frames read, "
        f"the hub grew by {grown / 2**20:.1f} MB to {(before + grown) / 2**20:.0f} MB"
    )


async def somebody_at_counter_1(one: Site) -> None:
    """Take a number and have it called, so that it can be recalled."""
    order = {"command_id": "somebody-comes-01", "services": ["ktp"]}
    async with one.session.post(f"{one.home(one.hubs[0])}/tickets", json=order, headers=bearer(one.keys["kiosk_keys"]["1"])) as answer:
        assert 201 == answer.status
    status, _, _ = await one.press(one.officers[0], 1, command_id="somebody-is-called", do="next", seen=None)
    assert 200 == status


async def change(one: Site, times: int, reading: Reading) -> None:
    """Recall the ticket so often, which each time changes the hall; every now and then wait until all readers know."""
    for number in range(times):
        command_id = f"recalled-{os.urandom(8).hex()}"
        status, _, body = await one.press(one.officers[0], 1, command_id=command_id, do="recall", ticket="A-001")
        assert 200 == status
        if number % TOGETHER_EVERY == TOGETHER_EVERY - 1:
            await until(partial(reading.have, body["offset"]), "all readers have the newest frame")


def sleeper(home: str) -> socket.socket:
    """Somebody who asks to follow the hall, and reads nothing, not even the answer."""
    place = urlsplit(home)
    sleeping = socket.socket()
    sleeping.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    sleeping.connect((place.hostname, place.port))
    key = base64.b64encode(os.urandom(16)).decode()
    sleeping.sendall(
        f"GET {place.path}/live?channels=hall HTTP/1.1\r\nHost: {place.netloc}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    return sleeping


def resident_bytes(pid: int) -> int:
    """How much memory a process has."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE")
