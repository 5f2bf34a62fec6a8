"""What somebody on the hall's Wi-Fi may send without any credential: it is answered, it costs little, and it is turned against nobody."""

import asyncio
import gzip
import json
import logging
from collections.abc import AsyncIterator

import pytest

from server.cli import wiring
from server.web.credentials import Credentials
from server.web.requests import FORM
from tests.faults.wire import connected
from tests.scenarios import config_with
from tests.serving import Served, serving


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """A bazaar to which nobody has come yet."""
    async with serving() as bazaar:
        yield bazaar


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "no-such-coding"])
async def test_compressed_body(served: Served, encoding: str) -> None:
    """A compressed body is refused and never unpacked: a few bytes of it may hold gigabytes, over which the hub would stand still."""
    wish = gzip.compress(json.dumps({"command_id": "a-compressed-wish", "services": ["ktp"]}).encode())
    headers = {"Content-Encoding": encoding, "Content-Type": "application/json"}
    async with served.session.post(f"{served.home}/tickets", data=wish, headers=headers) as answer:
        said = await answer.json()
    assert (422, "body", "must not be compressed") == (answer.status, said["field"], said["fault"])


@pytest.mark.parametrize("charset", ["punycode", "raw_unicode_escape", "utf-16", "rot13", "no-such-charset"])
async def test_form_in_another_charset(served: Served, charset: str) -> None:
    """Forms are read as UTF-8, as every browser sends ours: some of Python's codecs take seconds for a form, or bring half characters."""
    headers = {"Content-Type": f"{FORM}; charset={charset}"}
    async with served.session.post(f"{served.home}/tickets", data=b"services=\\ud800", headers=headers) as answer:
        said = await answer.json()
    assert (422, "body", "no form in UTF-8") == (answer.status, said["field"], said["fault"])


async def test_form_in_utf8(served: Served) -> None:
    """A form that says that it is UTF-8 is read."""
    form = b"command_id=a-form-in-utf-8-1&services=ktp"
    headers = {"Content-Type": f"{FORM}; charset=UTF-8"}
    async with served.session.post(f"{served.home}/tickets", data=form, headers=headers, allow_redirects=False) as answer:
        assert 303 == answer.status


async def test_head_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A head that comes drop by drop is hung up on after the time that an idle connection has."""
    monkeypatch.setattr(wiring, "KEEP_ALIVE_S", 0.05)
    async with serving() as served, connected(served.url) as wire:
        await wire.send(b"GET /uji HTTP/1.1\r\nHost: x\r\n")
        assert b"" == await wire.rest()


@pytest.mark.parametrize("path", ["/%2Felsewhere.example", "/%5Celsewhere.example/tv/x", "/%2Felsewhere.example/order"])
async def test_error_page_leads_home(served: Served, path: str) -> None:
    """The way out of an error page leads to a bazaar that there is, or to the start: no link makes our page lead to another site."""
    async with served.session.get(served.url + path, headers={"Accept": "text/html"}) as answer:
        page = await answer.text()
    assert 404 == answer.status
    assert 'href="/"' in page
    assert "elsewhere.example" not in page


async def test_bazaar_named_like_the_static_files() -> None:
    """Only static files may be kept by browsers and caches: not the pages of a bazaar whose id begins like their path."""
    async with serving(config=config_with(id="static-hall")) as served, served.session.get(served.home) as answer:
        assert (200, "no-store") == (answer.status, answer.headers["Cache-Control"])


async def test_log_and_sockets_are_strict_too(served: Served) -> None:
    """Answers that are written piece by piece carry the headers that keep browsers strict, like all others."""
    for accept in ("*/*", "application/x-ndjson"):
        async with served.session.get(f"{served.home}/log", headers={"Accept": accept}) as answer:
            assert "nosniff" == answer.headers["X-Content-Type-Options"]
            assert "no-store" == answer.headers["Cache-Control"]
            assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("host", ["[", "", "a:99999", "a:b"])
async def test_host_that_is_none(served: Served, host: str) -> None:
    """A request to a host that is none is malformed where the page must name its own address."""
    async with served.session.get(f"{served.home}/order", headers={"Host": host}) as answer:
        assert (422, "Host") == (answer.status, (await answer.json())["field"])


async def test_program_log_tells_no_secret(served: Served, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours is logged by the route that was asked for; the address may hold keys, tokens, and lines of somebody's own."""
    monkeypatch.setattr(Credentials, "visit_of_token", lambda *_: 1 // 0)
    with caplog.at_level(logging.ERROR):
        async with served.session.get(f"{served.home}/visit/v-secret.token%0AERROR forged") as answer:
            assert 500 == answer.status
    (line,) = (record.getMessage() for record in caplog.records)
    assert "GET /{bazaar}/visit/{token}" == line


@pytest.mark.parametrize("kind", ["application/json", FORM])
async def test_body_that_never_comes(served: Served, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Whoever announces a body and sends none is answered, and does not keep a connection and a request for ever."""
    monkeypatch.setattr("server.web.requests.BODY_S_MAX", 0.01)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(served.url.rpartition(":")[2]))
    writer.write(f"POST /uji/tickets HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: 9\r\n\r\n".encode())
    async with asyncio.timeout(30):
        head = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    assert head.startswith(b"HTTP/1.1 422 ")
