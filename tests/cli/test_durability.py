"""What ``--durability`` asks of the store, by the commands that write."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli.press import press
from server.cli.serving import counters, hub, open_
from server.cli.stores import Settings, open_store
from server.core.values import BazaarId
from server.store.errors import StoreUnreachable
from server.store.log import Top


@pytest.mark.store
async def test_store_without_a_replica(tmp_path: Path) -> None:
    """A store that has no replica cannot promise one: nothing is acknowledged, and it says how many have it."""
    async with open_store(Settings(redis_url=None, data=tmp_path)) as (store, url):
        promised = Settings(redis_url=url, data=tmp_path, durability="replica")
        async with open_store(promised) as (strict, _):
            with pytest.raises(StoreUnreachable, match="0 of 1 replicas"):
                await strict.log(BazaarId("uji")).append(Top(), [b"one"])
            with pytest.raises(StoreUnreachable, match="0 of 1 replicas"):
                await strict.log(BazaarId("uji")).read(0, 1)
        assert [b"one"] == await store.log(BazaarId("uji")).read(0, 1)


@pytest.mark.parametrize("command", [hub, counters, open_, press])
def test_every_command_that_writes_has_the_flag(command: object) -> None:
    """Whoever writes can be told to wait for a replica; another word is refused."""
    ran = CliRunner().invoke(command, ["--durability", "hope"])  # type: ignore[arg-type]  # click types its commands loosely
    assert 2 == ran.exit_code
    assert "'hope' is not one of 'fsync', 'replica'" in ran.output
