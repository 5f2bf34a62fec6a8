"""The log of real processes after a small day: what it tells, and what must never stand in it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.displays.alerts.post import GATEWAY_SECRET, Post, post
from tests.faults.processes import Server, Urut, running, until
from tests.faults.site import SECRET, Site, bearer, is_ready, site
from tests.faults.wire import connected

pytestmark = [pytest.mark.faults, pytest.mark.store]

PHONE = "+6281298765432"
RESIDENT, OTHER = "203.0.113.77", "2001:db8::77"
"""Where residents come from, as a proxy tells it."""
FORGED = "1999-12-31 INFO server: forged"
EVIL = f"x\r\n{FORGED}"
WISH = "takes-a-number-for-itself-0001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A site's own hub and officers, whose log is looked at, and the push service and gateway of its residents."""

    one: Site
    hub: Server
    officers: Server
    office: Post

    async def post(self, server: Server, path: str, body: object, headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
        """Send JSON; status and answer."""
        async with self.one.session.post(f"{self.one.home(server)}/{path}", json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def press(self, do: object, number: int, key: str = "", **order: object) -> int:
        """A press at counter 1; the status of its answer."""
        body = {"command_id": f"pressed-on-the-day-{number:04d}", "do": do, **order}
        headers = bearer(key or self.one.keys["counter_keys"]["1"])
        return (await self.post(self.officers, "counter/1/commands", body, headers))[0]

    async def look(self, server: Server, path: str, headers: Mapping[str, str] | None = None) -> None:
        """Ask for something, whatever is answered."""
        async with self.one.session.get(server.url + path, headers=headers, allow_redirects=False) as answer:
            await answer.read()


async def test_a_small_day(tmp_path: Path) -> None:
    """In both forms each command has one line: who, what, which entry, how long. No key, token or address stands there, no forged line."""
    async with site(tmp_path) as one, post() as office:
        own = {"URUT_LOG": "text", "URUT_PROXY": "127.0.0.1", "URUT_PUSH_SERVICE": office.netloc}
        messages = {"URUT_GATEWAY": f"{office.url}/messages", "URUT_GATEWAY_SECRET": GATEWAY_SECRET}
        hub = Server(tmp_path / "day-hub.log", "hub", **{**one.environment, **own, **messages})
        officers = Server(tmp_path / "day-officers.log", "counters", **one.environment, URUT_LOG="json")
        async with running(hub, officers):
            for server in (hub, officers):
                await listens(one, server)
            day = Day(one=one, hub=hub, officers=officers, office=office)
            secrets = [*await residents(day), *await staff(day), *await strangers(day)]
            await one.store.end()
            await hub.says("the store: ")
            await one.store.start()
            await hub.says("the store: followed again")
        said = hub.said + officers.said
    secrets += [SECRET, str(one.environment["REDIS_URL"]).rpartition("@")[0].rpartition(":")[2], office.url, GATEWAY_SECRET]
    assert [] == [secret for secret in secrets if secret in said]
    assert [] == [line for line in said.splitlines() if line.startswith(FORGED) or not line.isprintable()]
    told = [*of_text(hub.said), *of_json(officers.said)]
    assert [
        ("phone", "issue", "done"),
        ("counter/1", "next", "done"),
        ("counter/1", "next", "stale"),
        ("counter/1", "unknown", "malformed"),
        ("desk", "announce", "done"),
    ] == [(line["by"], line["do"], line["outcome"]) for line in told]
    assert [True, True, True, False, True] == ["offset" in line for line in told]
    assert all(float(line["ms"]) > 0 for line in told)
    assert 2 == said.count("stopped")


async def residents(day: Day) -> list[str]:
    """A resident takes a number, asks to be told in both ways, and is called; what is theirs alone."""
    forwarded = {"X-Forwarded-For": RESIDENT}
    _, taken = await day.post(day.hub, "tickets", {"services": ["ktp"], "command_id": WISH}, forwarded)
    token, push = taken["visit"], day.office.subscription()
    day.office.answers = [503, 503]
    for wish in ({"ahead": 0, "push": push}, {"ahead": 0, "phone": PHONE}):
        status, _ = await day.post(day.hub, f"visit/{token}/alerts", wish, {"X-Forwarded-For": OTHER})
        assert 201 == status
    await day.look(day.hub, f"/uji/visit/{token}", forwarded)
    assert 200 == await day.press("next", 1, seen=None)
    await day.office.until(tries=3)
    return [token, WISH, PHONE.removeprefix("+62"), str(push["endpoint"]), RESIDENT, OTHER]


async def staff(day: Day) -> list[str]:
    """Devices are paired, presses refused, the organiser announces; their keys."""
    keys = day.one.keys
    for key in (keys["admin_key"], keys["counter_keys"]["2"]):
        await day.look(day.officers, f"/uji/pair/{key}")
    assert 409 == await day.press("next", 2, seen="A-099")
    announce = {"command_id": "announced-on-the-day", "do": "announce", "text": "Parkir di utara", "scope": "bazaar", "minutes": 5}
    assert 422 == await day.press(EVIL, 3)
    assert 200 == (await day.post(day.officers, "desk/commands", announce, bearer(keys["admin_key"])))[0]
    return [keys["admin_key"], keys["supervisor_key"], *keys["counter_keys"].values(), *keys["kiosk_keys"].values()]


async def strangers(day: Day) -> list[str]:
    """Somebody tries wrong keys, odd addresses and headers; what they sent."""
    guess = "a-key-that-somebody-has-guessed"
    assert 401 == await day.press("next", 4, key=guess, seen=None)
    for path in (
        f"/uji/visit/{guess}",
        f"/uji/pair/{guess}",
        f"/{quote(EVIL)}",
        f"/uji/views/{quote(EVIL, safe='')}",
        f"/uji/live?channels={guess}",
    ):
        await day.look(day.hub, path, {"Accept": "text/html", "X-Forwarded-For": f"{guess}, {RESIDENT}"})
    async with connected(day.hub.url) as wire:
        await wire.send(f"GET /{guess}\x00 HTTP/9.9\r\n{guess}\r\n\r\n".encode())
        await wire.rest()
    return [guess]


async def listens(one: Site, server: Server) -> None:
    """Wait until a server, which says so in its own form, and serves."""
    server.url = await server.says(r"listening on (http://[0-9.:]+)")
    await until(lambda: is_ready(one.session, server.url), f"{server.url} is ready")


def of_text(said: str) -> Sequence[Mapping[str, Any]]:
    """The facts of the lines about commands that came over HTTP."""
    lines = [line.partition(": command ")[2] for line in said.splitlines()]
    return [dict(fact.partition("=")[::2] for fact in line.split()) for line in lines if line.startswith("bazaar=")]


def of_json(said: str) -> Sequence[Mapping[str, Any]]:
    """The same of a log whose lines are JSON."""
    return [line for line in map(json.loads, said.splitlines()) if line["said"] == "command"]


@pytest.mark.parametrize("asked", [False, True])
async def test_a_demo_tells_in_words(tmp_path: Path, asked: bool) -> None:
    """What simulated people do stands once on the terminal, below the addresses; lines for machines come when somebody asks for them."""
    flags = ("--log", "text") if asked else ()
    demo = Urut(tmp_path / "demo.log", "demo", "--port", "0", "--data", tmp_path / "data", *flags)
    async with running(demo):
        while "→ counter" not in await demo.line():
            pass
        await demo.end()
    assert asked == (" INFO " in demo.ever_said)
