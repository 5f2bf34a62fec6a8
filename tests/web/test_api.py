"""What anyone may read, how devices are paired, and the one shape of every error."""

import json
import re
from collections.abc import AsyncIterator, Sequence

import aiohttp
import pytest

from server.store.audit import verify_log
from server.store.codec import digest, split_records
from server.store.errors import StoreUnreachable
from server.store.log import MemoryLog, MemoryStore, News, Submission, Top
from server.web.credentials import COOKIE_PREFIX, Credentials, scope_of
from tests.serving import SECRET, Served, serving


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """A bazaar with one ticket."""
    async with serving() as bazaar:
        await bazaar.submit("issue", services=["ktp"])
        yield bazaar


async def test_view_and_etag(served: Served) -> None:
    """A view is fetched once: while it stands, its ETag is answered with 304, and after a change no more."""
    async with served.session.get(f"{served.home}/views/line/A") as answer:
        etag, frame = answer.headers["ETag"], await answer.json()
    assert f'"{served.room.epoch}:{served.room.offset}"' == etag
    assert "1" == frame["view"]["waiting"]["regular"]
    async with served.session.get(f"{served.home}/views/line/A", headers={"If-None-Match": etag}) as answer:
        assert 304 == answer.status
        assert int(answer.headers["Urut-At"]) >= frame["at"]
    await served.submit("issue", services=["ktp"])
    async with served.session.get(f"{served.home}/views/line/A", headers={"If-None-Match": etag}) as answer:
        assert "1-2" == (await answer.json())["view"]["waiting"]["regular"]


async def test_log_is_the_very_bytes(served: Served) -> None:
    """The log's answer is the records as stored, from any offset on, and it verifies."""
    async with served.session.get(f"{served.home}/log") as answer:
        raw = await answer.read()
    records = list(split_records(raw))
    assert served.room.head == digest(records[-1]).hex()
    assert verify_log(raw).ok
    async with served.session.get(f"{served.home}/log?after=1") as answer:
        assert raw == records[0] + await answer.read()
    async with served.session.get(f"{served.home}/log?after=99") as answer:
        assert b"" == await answer.read()


async def test_log_as_lines(served: Served) -> None:
    """As JSON lines the log says the same, bytes as hex."""
    async with served.session.get(f"{served.home}/log", headers={"Accept": "application/x-ndjson"}) as answer:
        lines = [json.loads(line) for line in (await answer.text()).splitlines()]
    assert [1, 2] == [line["offset"] for line in lines]
    assert "ticket_issued" == lines[1]["events"][0][0]
    assert lines[1]["prev"] == served.room.epoch


async def test_pairing_link(served: Served) -> None:
    """Opening a pairing link sets a signed, HttpOnly cookie that opens the counter's page, and no other counter's."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as tablet:
        async with tablet.get(f"{served.home}/pair/{served.keys.counters[1]}", allow_redirects=False) as answer:
            cookie = answer.headers["Set-Cookie"]
            assert f"/{served.room.plan.bazaar.id}/counter/1" == answer.headers["Location"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        async with tablet.get(f"{served.home}/views/counter/1") as answer:
            assert 200 == answer.status
        async with tablet.get(f"{served.home}/views/counter/2") as answer:
            assert 403 == answer.status


@pytest.mark.parametrize("key", ["counter-1.", "counter-1.AAAAAAAAAAAAAAAAAAAAAAAA", "admin", "x", "counter-99.x", "é.ü", "counter-1.\x00"])
async def test_forged_key(served: Served, key: str) -> None:
    """A key that is nobody's pairs nothing and opens nothing."""
    async with served.session.get(f"{served.home}/pair/{key}", allow_redirects=False) as answer:
        assert 401 == answer.status
        assert "Set-Cookie" not in answer.headers


async def test_key_of_an_older_edition(served: Served) -> None:
    """A key is bound to its edition: one of another epoch opens nothing."""
    old = Credentials(SECRET).key(scope_of("uji", "another-epoch"), "admin")
    async with served.session.get(f"{served.home}/views/desk", headers=served.bearer(old)) as answer:
        assert 401 == answer.status


async def test_forged_cookie(served: Served) -> None:
    """A cookie that this hub did not sign, or signed for another bazaar, counts for nothing."""
    name, foreign = Credentials(SECRET).cookie(scope_of("lain", served.room.epoch), "admin")
    _, forged = Credentials(b"another secret").cookie(scope_of("uji", served.room.epoch), "admin")
    for value in (foreign, forged, "nonsense", ""):
        async with served.session.get(f"{served.home}/views/desk", headers={"Cookie": f"{name}={value}"}) as answer:
            assert 401 == answer.status
    assert name.startswith(COOKIE_PREFIX)


async def test_cookie_from_another_site(served: Served) -> None:
    """A page of another site cannot use this device's cookies; a bearer key is nobody's cookie and may."""
    name, value = Credentials(SECRET).cookie(scope_of("uji", served.room.epoch), "admin")
    elsewhere = {"Origin": "https://elsewhere.example"}
    async with served.session.get(f"{served.home}/views/desk", headers={"Cookie": f"{name}={value}", **elsewhere}) as answer:
        assert 403 == answer.status
        assert "cross_origin" == (await answer.json())["code"]
    async with served.session.get(f"{served.home}/views/desk", headers={**served.bearer(served.keys.admin), **elsewhere}) as answer:
        assert 200 == answer.status


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/uji/nowhere", 404, "not_found"),
        ("GET", "/uji/views/nowhere", 404, "not_found"),
        ("DELETE", "/uji/log", 405, "method_not_allowed"),
        ("GET", "/uji/log?after=x", 422, "malformed"),
        ("GET", "/uji/log?after=-1", 422, "malformed"),
        ("GET", f"/uji/log?after={'9' * 30}", 422, "malformed"),
        ("GET", "/uji/%2e%2e/%2e%2e/etc/passwd", 404, "not_found"),
        ("GET", "/static/x/../../pyproject.toml", 404, "not_found"),
    ],
)
async def test_one_shape_of_error(served: Served, method: str, path: str, status: int, code: str) -> None:
    """Every error is {code, sentence, …}, the sentence in the reader's language, and browsers are kept strict."""
    async with served.session.request(method, served.url + path) as answer:
        body = await answer.json()
        assert (status, code) == (answer.status, body["code"])
        assert body["sentence"]
        assert "nosniff" == answer.headers["X-Content-Type-Options"]
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


async def test_error_as_a_page(served: Served) -> None:
    """A browser that opens a page that is not there reads a sentence, not JSON."""
    async with served.session.get(f"{served.home}/nowhere", headers={"Accept": "text/html"}) as answer:
        assert 404 == answer.status
        assert "text/html" == answer.content_type
        assert 'data-error="not_found"' in await answer.text()


async def test_alive_ready_metrics(served: Served) -> None:
    """The three pages for those who run the machine answer."""
    for path, says in (("/healthz", "alive"), ("/readyz", '"ready": true'), ("/metrics", "urut_followers")):
        async with served.session.get(served.url + path) as answer:
            assert 200 == answer.status
            assert says in await answer.text()


async def test_not_ready_while_behind(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that answers its store and yet has not known for too long whether it has read everything is alive, and not ready."""
    monkeypatch.setattr("server.hub.hub.BEHIND_S_MAX", -1.0)
    async with served.session.get(f"{served.url}/readyz") as answer:
        said = await answer.json()
    assert (503, False, True, False) == (answer.status, said["ready"], said["store"], said["bazaars"]["uji"]["ready"])
    assert said["bazaars"]["uji"]["behind_s"] >= 0
    async with served.session.get(f"{served.url}/healthz") as answer:
        assert 200 == answer.status


class MovableLog(MemoryLog):
    """A log that can go away and come back."""

    away = False

    async def append(self, top: Top, records: Sequence[bytes], submission: Submission | None = None) -> None:
        """See EventLog."""
        self._check()
        await super().append(top, records, submission)

    async def publish(self, *commands: bytes, after: str = "") -> str:
        """See EventLog."""
        self._check()
        return await super().publish(*commands, after=after)

    async def follow(self, after: int, cursor: str) -> News:
        """See EventLog."""
        self._check()
        return await super().follow(after, cursor)

    def _check(self) -> None:
        if self.away:
            raise StoreUnreachable("away")


async def test_store_away() -> None:
    """While the store is away a command is answered 503 with Retry-After and stands nowhere; the same id is accepted later, once."""
    store, log = MemoryStore(), MovableLog()
    store._logs["uji"] = log  # type: ignore[index]  # an id as plain text
    async with serving(store=store) as served:
        command = {"command_id": "one-and-the-same", "do": "open_counter"}
        url, headers = f"{served.home}/counter/1/commands", served.bearer(served.keys.counters[1])
        log.away = True
        async with served.session.post(url, json=command, headers=headers) as answer:
            assert (503, "store_unreachable") == (answer.status, (await answer.json())["code"])
            assert answer.headers["Retry-After"].isdecimal()
        log.away = False
        async with served.session.post(url, json=command, headers=headers) as answer:
            assert 200 == answer.status
            offset = (await answer.json())["offset"]
        async with served.session.post(url, json=command, headers=headers) as answer:
            assert offset == (await answer.json())["offset"]
        assert offset == served.room.offset == 2


async def test_a_fault_of_ours(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also a fault in the program is answered in the one shape, without its inside."""
    monkeypatch.setattr(type(served.room), "frame", lambda _room, _name: 1 // 0)
    async with served.session.get(f"{served.home}/views/hall") as answer:
        body = await answer.json()
    assert (500, "fault") == (answer.status, body["code"])
    assert "zero" not in json.dumps(body)


async def test_static_files_keep_for_ever_and_errors_do_not(served: Served) -> None:
    """What a version's path names never changes, so browsers may keep it; that it is not there may change."""
    async with served.session.get(served.home) as answer:
        found = re.search(r'href="(/static/[^"]+base\.css)"', await answer.text())
    assert found is not None
    async with served.session.get(served.url + found[1]) as answer:
        assert "immutable" in answer.headers["Cache-Control"]
    async with served.session.get(f"{served.url}/static/nothing.css") as answer:
        assert (404, "no-store") == (answer.status, answer.headers["Cache-Control"])
