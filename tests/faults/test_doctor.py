"""`urut doctor` as an operator runs it: beside a site at work, and beside a store that would lose the evening."""

import json
from pathlib import Path

import pytest

from bench.stores import alone
from tests.faults.processes import run
from tests.faults.site import site

pytestmark = [pytest.mark.faults, pytest.mark.store]


async def test_a_site_at_work(tmp_path: Path) -> None:
    """Beside the bundled store, a hub and counters it finds each of them, and nothing that is bad with them; it writes no entry."""
    async with site(tmp_path) as one:
        environment = {"URUT_DATA": str(tmp_path / "data"), "URUT_HUB_URL": one.hubs[0].url, "URUT_COUNTERS_URL": one.officers[0].url}
        log = await one.log(0)
        code, printed, said = await run(tmp_path / "doctor.log", "doctor", "--json", **environment)
        assert log == await one.log(0)
    found = json.loads(printed)
    about_urut = [line for line in found if line["about"] in ("store", "hub", "counters", "uji", "files")]
    assert [] == [line for line in about_urut if line["state"] == "bad"], said
    assert {"store", "hub", "counters", "uji"} == {line["about"] for line in about_urut if line["state"] == "ok"}
    assert {"disk", "clock", "connections"} <= {line["about"] for line in found}
    assert all(line["do"] for line in found if line["state"] != "ok")
    assert int(any(line["state"] == "bad" for line in found)) == code


async def test_a_store_that_forgets(tmp_path: Path) -> None:
    """A store that would lose the evening is bad, in words and by the exit code; a printer that is not there too."""
    async with alone() as node:
        await node.tell("CONFIG", "SET", "appendonly", "no")
        arguments = ("doctor", "--printer", "1=tcp://127.0.0.1:1")
        code, printed, _ = await run(tmp_path / "doctor.log", *arguments, REDIS_URL=f"redis://{node.address}")
    assert 1 == code
    assert f"bad   store          appendonly is off at {node.address}: a restart forgets the evening\n" in printed
    assert "→ set appendonly yes\n" in printed
    assert "bad   printer/1      tcp://127.0.0.1:1: it does not answer\n" in printed
    assert "disk" not in printed


async def test_before_anything_runs(tmp_path: Path) -> None:
    """In the morning nothing runs yet: that is told, and no fault; no folder and no secret is made."""
    code, printed, _ = await run(tmp_path / "doctor.log", "doctor", "--data", tmp_path / "data")
    assert "is there; it does not run on" in printed
    assert not (tmp_path / "data").exists()
    assert code == int("\nbad " in f"\n{printed}")
