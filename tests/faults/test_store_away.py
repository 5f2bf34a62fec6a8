"""The store is killed, frozen, cut off or not there: what was acknowledged stands, nothing else is said to, and all goes on by itself."""

import asyncio
import json
import os
import random
import signal
from functools import partial
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from displays.follower import Follower, Frame
from tests.conftest import Tell
from tests.faults.aftermath import survives
from tests.faults.processes import Server, pass_by, running, until
from tests.faults.site import Site, by_link, is_ready, site
from tests.faults.storm import Fault

pytestmark = pytest.mark.faults

PRESSES = 400
FROZEN_S = 3.0
SLOW_S = 0.3
ATTEMPTS = 3
OLD_S = 11.0
"""Longer than the pause between two heartbeats."""


async def test_store_killed_and_frozen_under_eight_officers(tmp_path: Path, chance: random.Random, tell: Tell) -> None:
    """Whatever happens to the store's server, or to the process that watches it, nothing acknowledged is lost and all go on."""
    async with site(tmp_path, hubs=1, officers=2) as one:

        async def kill_server() -> None:
            killed = await one.store_pid()
            os.kill(killed, signal.SIGKILL)
            await one.store_pid(other_than=killed)

        async def freeze_server() -> None:
            frozen = await one.store_pid()
            os.kill(frozen, signal.SIGSTOP)
            await pass_by(FROZEN_S)
            os.kill(frozen, signal.SIGCONT)

        async def kill_watcher() -> None:
            await one.store.end(signal.SIGKILL)
            await one.store.start()
            assert one.redis_url == await one.store.line()

        faults: list[Fault] = [kill_server, freeze_server, kill_watcher, kill_server]
        told = await survives(one, chance, PRESSES, faults)
    tell(f"the store's server killed twice and frozen {FROZEN_S:.0f} s, its watcher killed: {told}")


async def test_network_between_servers_and_store(tmp_path: Path, chance: random.Random, tell: Tell) -> None:
    """On a network that is cut, held up, half-open or slow the same holds, and all go on."""
    async with site(tmp_path, hubs=1, officers=2, linked=True) as one:
        link = one.link

        async def cut() -> None:
            await link.cut()
            await pass_by(1.0)
            await link.mend()

        async def hold() -> None:
            link.hold()
            await pass_by(2.0)
            await link.mend()

        async def slow() -> None:
            link.delay_s = SLOW_S
            await pass_by(2.0)
            await link.mend()

        async def half_open() -> None:
            link.forget(chance)

        faults: list[Fault] = [cut, hold, half_open, slow]
        tell(f"the network cut, held up, half-open, slow: {await survives(one, chance, PRESSES, faults)}")


async def test_store_that_is_not_there_at_the_start(tmp_path: Path) -> None:
    """A hub without its store waits, says so once, and is not ready; it takes up its work when the store is there."""
    async with site(tmp_path) as one:
        await one.store.end()
        late = Server(tmp_path / "late.log", "hub", **{**one.environment, "REDIS_URL": by_link(one.redis_url, one.link)})
        async with running(late):
            await late.listens()
            await until(lambda: one.link.attempts >= ATTEMPTS, "the hub asks for its store")
            assert 1 == late.said.count("the store: ") == late.said.count("WARNING"), late.said
            for path, says in (("/readyz", "store"), ("/uji", "store_unreachable")):
                async with one.session.get(late.url + path) as answer:
                    assert 503 == answer.status
                    assert says in await answer.text()
            await one.store.start()
            await one.is_ready(late)
            await late.says("the store: followed again")


async def test_store_away_during_work(tmp_path: Path) -> None:
    """Without the store nothing is accepted, all say so, and screens tell that their data grows old; then all goes on by itself."""
    async with site(tmp_path, linked=True) as one, asyncio.TaskGroup() as tasks:
        hub, officers = one.hubs[0], one.officers[0]
        frames: list[Frame] = []
        screen = Follower(one.home(hub), ["hall"], frames.append)
        following = tasks.create_task(screen.run())
        await until(lambda: bool(frames), "the screen shows something")
        before = await heartbeat(one)
        await one.link.cut()
        for server in one.servers:
            await until(partial(has_lost_its_store, one, server), "the server has noticed")
        status, headers, body = await one.press(officers, 1, command_id="pressed-while-away", do="pause_counter", reason="salat")
        assert (503, "store_unreachable") == (status, body["code"])
        assert headers["Retry-After"].isdecimal()
        await until(lambda: screen.age_s > OLD_S, "the data has grown old")
        first, second = await heartbeat(one), await heartbeat(one)
        assert first == second
        assert first["offset"] == before["offset"]
        await one.link.mend()
        await one.are_ready()
        assert b"pressed-while-away" not in await one.log(1)
        status, _, body = await one.press(officers, 1, command_id="pressed-while-away", do="pause_counter", reason="salat")
        assert (200, before["offset"] + 1) == (status, body["offset"])
        await until(lambda: frames[-1]["offset"] == body["offset"], "the screen shows the press")
        assert (await heartbeat(one))["at"] > first["at"]
        following.cancel()


async def has_lost_its_store(one: Site, server: Server) -> bool:
    """Whether a server says that it is not ready."""
    return not await is_ready(one.session, server.url)


async def heartbeat(one: Site) -> Frame:
    """What a hub says to somebody who comes now and has everything: how far it has read, and when it last knew that to be all."""
    address = one.home(one.hubs[0]).replace("http", "ws", 1)
    async with connect(f"{address}/live?channels=hall") as socket:
        while (frame := json.loads(await socket.recv()))["channel"]:
            pass
    found: Frame = frame
    return found
