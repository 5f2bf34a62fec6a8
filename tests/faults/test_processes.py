"""Several hubs on one port: `urut hub --processes`, with its children killed, its parent killed, and told to stop."""

import os
import signal
from pathlib import Path

import pytest

from tests.faults.processes import run, until
from tests.faults.several import ids_of, serve, several
from tests.faults.wire import upgraded

pytestmark = pytest.mark.faults


def lives(pid: int) -> bool:
    """Whether there is a process of this id that has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_one_is_killed(tmp_path: Path) -> None:
    """Whichever process is killed is started again on the same port, the parent says so, and what one has decided all of them show."""
    async with several(tmp_path) as (one, many):
        first, second = ids_of(many)
        os.kill(first, signal.SIGKILL)
        await many.says(r"process 1 has ended by itself, with -9")
        await until(lambda: ids_of(many)[0] != first, "it is started again")
        await until(lambda: serve(many), "all of them serve")
        assert second == ids_of(many)[1]
        async with upgraded(one.home(many)) as wire:
            await wire.frame()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_stop(tmp_path: Path, how: signal.Signals) -> None:
    """Told to stop, the parent ends all of them, and then itself; followers hear that they shall come again."""
    async with several(tmp_path) as (one, many):
        pids = ids_of(many)
        async with upgraded(one.home(many)) as wire:
            assert 0 == await many.end(how)
            while (frame := await wire.frame())[0] != 0x88:
                pass
        assert 1012 == int.from_bytes(frame[1][:2])
        assert not any(map(lives, pids))


async def test_parent_is_killed(tmp_path: Path) -> None:
    """Without their parent they end too, so that the port is free for the next."""
    async with several(tmp_path) as (_, many):
        pids = ids_of(many)
        await many.end(signal.SIGKILL)
        await until(lambda: not any(map(lives, pids)), "they have ended")
        await many.start()
        await many.listens()


async def test_bad_use_is_not_tried_again(tmp_path: Path) -> None:
    """What none of them can make sense of ends the parent with the same code; printers need a hub that is alone on its port."""
    data = ("--data", tmp_path / "data", "--port", "0", "--processes", "2")
    code, _, said = await run(tmp_path / "url.log", "hub", *data, REDIS_URL="nonsense://")
    assert 2 == code
    assert "ended by itself" not in said
    code, _, said = await run(tmp_path / "printer.log", "hub", *data, "--printer", "1=tcp://192.0.2.1", REDIS_URL="redis://127.0.0.1:1")
    assert 2 == code
    assert said.startswith("urut: --printer: ")
