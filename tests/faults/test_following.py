"""A hub beside a replica of the store, for screens and phones far away."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bench.stores import replica_of
from displays.follower import Follower, Frame
from tests.faults.processes import Server, running, until
from tests.faults.site import site

pytestmark = [pytest.mark.faults, pytest.mark.store]


async def test_hub_that_only_follows(tmp_path: Path) -> None:
    """It shows what is pressed elsewhere, also while the primary is away; whoever wants to take or call a number is sent elsewhere."""
    async with site(tmp_path) as one:
        primary = urlsplit(one.redis_url)
        async with replica_of(int(primary.port or 0), str(primary.password)) as url:
            far = Server(tmp_path / "far.log", "hub", "--follow", **{**one.environment, "REDIS_URL": url})
            async with running(far):
                await one.is_ready(far)
                frames: list[Frame] = []
                screen = Follower(one.home(far), ["hall"], frames.append)
                async with asyncio.TaskGroup() as tasks:
                    following = tasks.create_task(screen.run())
                    _, _, body = await one.press(one.officers[0], 1, command_id="pressed-at-the-hall", do="pause_counter", reason="salat")
                    await until(lambda: bool(frames) and body["offset"] == frames[-1]["offset"], "the far screen shows the press")
                    following.cancel()
                async with one.session.post(f"{one.home(far)}/tickets", json={"services": ["ktp"]}) as answer:
                    assert (503, "only_followed") == (answer.status, (await answer.json())["code"])
                await one.store.end()
                async with one.session.get(f"{one.home(far)}/views/hall") as answer:
                    assert 200 == answer.status
                    assert body["offset"] == (await answer.json())["offset"]
