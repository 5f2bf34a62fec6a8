"""What goes out is packed, for whoever can unpack it, and is the same in the end."""

import gzip
import re
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.serving import Served, serving

PACKED, PLAIN = {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "identity"}


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """The bazaar of the stories."""
    async with serving() as bazaar:
        yield bazaar


async def fetched(url: str, headers: dict[str, str]) -> tuple[str | None, str | None, bytes]:
    """Encoding, Vary and the bytes as they came."""
    async with aiohttp.ClientSession(auto_decompress=False) as session, session.get(url, headers=headers) as answer:
        assert 200 == answer.status
        return answer.headers.get("Content-Encoding"), answer.headers.get("Vary"), await answer.read()


async def test_files_are_packed(served: Served) -> None:
    """A script is packed for who can unpack it and plain for who cannot; caches are told that there are two."""
    page = (await fetched(served.home, PLAIN))[2].decode()
    url = served.url + next(path for path in re.findall(r'(?:href|src)="([^"]+)"', page) if path.endswith("base.css"))
    encoding, vary, packed = await fetched(url, PACKED)
    assert ("gzip", "Accept-Encoding") == (encoding, vary)
    encoding, vary, plain = await fetched(url, PLAIN)
    assert (None, "Accept-Encoding") == (encoding, vary)
    assert plain == gzip.decompress(packed)
    assert len(packed) < len(plain) / 2


async def test_pages_are_packed(served: Served) -> None:
    """A page is packed for who can unpack it and plain for who cannot."""
    encoding, _, packed = await fetched(f"{served.home}/order", PACKED)
    assert "gzip" == encoding
    assert (None, gzip.decompress(packed)) == (await fetched(f"{served.home}/order", PLAIN))[::2]


async def test_no_such_file(served: Served) -> None:
    """A script that is not there is not found, also above the folder."""
    page = (await fetched(served.home, PLAIN))[2].decode()
    folder = (re.findall(r'href="([^"]+)/base\.css"', page) or [""])[0]
    for name in ("nothing.js", "..%2Fpyproject.js", "base.cssx"):
        async with served.session.get(f"{served.url}{folder}/{name}") as answer:
            assert 404 == answer.status
