"""Residents with their phones, for tests over HTTP."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.serving import Served

COMMAND_ID = "phone-command-000001"


@asynccontextmanager
async def phone(served: Served | None = None) -> AsyncIterator[aiohttp.ClientSession]:
    """A phone of its own, which keeps its cookies; it has opened the join page of ``served``."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        if served is not None:
            async with session.get(f"{served.home}/join") as page:
                page.raise_for_status()
        yield session


@asynccontextmanager
async def program(address: str = "127.0.0.1") -> AsyncIterator[aiohttp.ClientSession]:
    """A program at this address that keeps no cookies."""
    connector = aiohttp.TCPConnector(local_addr=(address, 0))
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


async def take(session: aiohttp.ClientSession, served: Served, **wish: object) -> tuple[int, dict[str, Any]]:
    """Ask for numbers; status and answer."""
    body = {"command_id": COMMAND_ID, "services": ["ktp"], **wish}
    headers = {"Authorization": f"Bearer {key}"} if (key := body.pop("key", None)) else {}
    async with session.post(f"{served.home}/tickets", json=body, headers=headers) as answer:
        return answer.status, await answer.json()


async def command_id_on(session: aiohttp.ClientSession, url: str) -> str:
    """The first hidden command_id of a page."""
    async with session.get(url) as page:
        found = re.search(r'name="command_id" value="([^"]+)"', await page.text())
    assert found is not None
    return found[1]
