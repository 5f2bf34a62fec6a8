"""The processes of a site on a store that lets each of them do its own work only."""

import json
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from bench.stores import Node, alone
from tests.faults.processes import Server, run, running, until
from tests.faults.site import BAZAAR, SECRET, bearer, is_ready
from tests.store.acl import door, url_of

pytestmark = [pytest.mark.faults, pytest.mark.store]


async def denials(node: Node) -> set[tuple[str, str]]:
    """Who was denied what. That a client tells its name is denied to all, for Redis 7.0 has no word for it; nothing needs it."""
    told = [dict(zip(entry[::2], entry[1::2], strict=True)) for entry in await node.tell("ACL", "LOG")]
    return {(entry["username"], entry["object"]) for entry in told if entry["object"] != "client|setinfo"}


async def test_a_site_with_little_rights(tmp_path: Path) -> None:
    """A tablet and a keypad press as users that may not write the log; the hub's user writes it. Nobody is denied anything."""
    async with alone(door=door()) as node:
        await node.tell("ACL", "LOG", "RESET")
        environment = {"URUT_SECRET": SECRET, "URUT_DATA": str(tmp_path / "data")}
        opener = {**environment, "REDIS_URL": url_of(node, "urut-organiser")}
        code, printed, said = await run(tmp_path / "open.log", "open", "--json", BAZAAR, **opener)
        assert 0 == code, said
        key = json.loads(printed)["counter_keys"]["1"]
        hub = Server(tmp_path / "hub.log", "hub", **environment, REDIS_URL=url_of(node, "urut-hub"))
        staff = Server(tmp_path / "counters.log", "counters", "--no-decide", **environment, REDIS_URL=url_of(node, "urut-counters"))
        async with running(hub, staff), aiohttp.ClientSession() as session:
            for server in (hub, staff):
                await server.listens()
                await until(partial(is_ready, session, server.url), f"{server.url} is ready")
            press = {"command_id": "the-officer-opens-it", "do": "open_counter"}
            async with session.post(f"{staff.url}/uji/counter/1/commands", json=press, headers=bearer(key)) as answer:
                assert (200, 2) == (answer.status, (await answer.json())["offset"])
            keypad = {**environment, "REDIS_URL": url_of(node, "urut-keypad")}
            code, printed, said = await run(tmp_path / "press.log", "press", "2", "open", **keypad)
            assert 0 == code, said
            async with session.get(f"{hub.url}/uji/log", headers={"Accept": "application/x-ndjson"}) as answer:
                log = [json.loads(line) for line in (await answer.text()).splitlines()]
        assert ["admin", "counter/1", "counter/2"] == [entry["by"] for entry in log]
        assert set() == await denials(node)


async def test_a_wrong_password_is_said_by_the_command(tmp_path: Path) -> None:
    """A command that the store does not let in ends at once and says which server it was; the password is not told."""
    async with alone(door=door()) as node:
        code, _, said = await run(tmp_path / "open.log", "open", BAZAAR, REDIS_URL=f"redis://urut-organiser:wrong-one@{node.address}/0")
    assert 1 == code
    assert f"urut: {node.address} does not take this user and password" in said
    assert "wrong-one" not in said
