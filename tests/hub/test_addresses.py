"""How many connections one address may have, and who is not counted."""

import asyncio

import pytest

from server.cli import wiring
from server.cli.equipment import Equipment
from server.hub.door import OWN_FILES
from server.web.keys import HUB
from tests.hub.test_door import GOOD, nobody, said, until
from tests.serving import serving


@pytest.mark.parametrize("way", ["front door", "aiohttp"])
async def test_an_address_that_has_all_its_connections(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """Whoever comes from it to follow more is told to come later; pages, tablets and other addresses are served as before."""
    if way == "aiohttp":
        monkeypatch.setattr(wiring, "front_door", nobody)
    async with serving(equipment=Equipment(followers_per_address=2)) as served:
        hub, port = served.app[HUB], int(served.url.rpartition(":")[2])
        staying = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        for reader, writer in staying:
            writer.write(GOOD)
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
        answer = await said(served, GOOD)
        assert answer.startswith(b"HTTP/1.1 429 ")
        assert b"\r\nRetry-After: 5" in answer
        assert (await said(served, b"GET /uji/views/hall HTTP/1.1\r\nHost: x\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        key = b"Authorization: Bearer " + served.keys.counters[1].encode() + b"\r\n"
        tablet = GOOD.replace(b"=hall", b"=counter/1").replace(b"Host: x\r\n", b"Host: x\r\n" + key)
        assert (await said(served, tablet)).startswith(b"HTTP/1.1 101 ")
        assert hub.has_place_for("127.0.0.2")
        staying[0][1].close()
        await until(lambda: hub.has_place_for("127.0.0.1"))
        assert (await said(served, GOOD)).startswith(b"HTTP/1.1 101 ")
        staying[1][1].close()
        await until(lambda: not hub.counts.followers_at)


async def test_no_address_has_all_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody has said how many, a quarter of the places are left to other addresses; whoever comes by a proxy counts for none."""
    async with serving() as served:
        hub = served.app[HUB]
        monkeypatch.setattr("server.hub.hub.files_max", lambda: OWN_FILES + 8)
        hub.counts.followers_at["192.0.2.7"] = 5
        assert hub.has_place_for("192.0.2.7")
        hub.counts.followers_at["192.0.2.7"] = 6
        assert not hub.has_place_for("192.0.2.7")
        assert hub.has_place_for("192.0.2.8")
        assert hub.has_place_for("")
