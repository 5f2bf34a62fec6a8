"""A process that is behind its store says so: whoever sends people to hubs sends them to another."""

import os
import re
import signal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from server.hub.hub import BEHIND_S_MAX
from tests.faults.processes import Server, until
from tests.faults.site import Site, site

pytestmark = [pytest.mark.faults, pytest.mark.store]


async def test_a_store_that_stands_still(tmp_path: Path) -> None:
    """While the store is stopped or gone a hub is alive and not ready, its lag grows, and metrics tell it; afterwards it is ready again."""
    async with site(tmp_path) as one:
        hub, pid = one.hubs[0], await one.store_pid()
        assert (200, True) == await ready(one, hub)
        os.kill(pid, signal.SIGSTOP)
        try:
            await until(partial(says, one, hub, 503), "the hub is not ready")
            await until(partial(is_behind, one, hub, BEHIND_S_MAX), "the lag shows")
            async with one.session.get(f"{hub.url}/healthz") as answer:
                assert 200 == answer.status
        finally:
            os.kill(pid, signal.SIGCONT)
        await until(partial(says, one, hub, 200), "the hub is ready again")
        assert not await is_behind(one, hub, BEHIND_S_MAX)
        await one.store.end()
        await until(partial(says, one, hub, 503), "the hub has lost its store")
        await one.store.start()
        await until(partial(says, one, hub, 200), "the hub has found its store")


async def ready(one: Site, server: Server) -> tuple[int, Any]:
    """What ``/readyz`` says: status, and whether it is ready."""
    async with one.session.get(f"{server.url}/readyz") as answer:
        return answer.status, (await answer.json())["ready"]


async def says(one: Site, server: Server, status: int) -> bool:
    """Whether ``/readyz`` has this status."""
    return (await ready(one, server))[0] == status


async def is_behind(one: Site, server: Server, seconds: float) -> bool:
    """Whether the metrics tell that the server is so far behind its log."""
    async with one.session.get(f"{server.url}/metrics") as answer:
        found = re.search(r'urut_behind_seconds{bazaar="uji"} (\S+)', await answer.text())
    assert found
    return float(found.group(1)) > seconds
