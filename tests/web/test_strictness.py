"""What keeps browsers strict, and what people write from being more than words."""

import asyncio
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import product

import pytest

from server.cli.equipment import Equipment
from server.core.values import VisitId
from server.web.api_table import OPERATIONS
from server.web.credentials import Credentials, scope_of
from server.web.pages import VERSION
from tests.scenarios import CONFIG
from tests.serving import SECRET, Served, serving

PROXY = Equipment(proxies=frozenset({"127.0.0.1"}))
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\" onfocus='alert(3)' {{ 7 * 7 }} javascript:alert(4)//"
VISIT = VisitId("v-of-a-test")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/uji", 200),
        ("GET", "/", 302),
        ("GET", "/uji/desk", 401),
        ("GET", "/nowhere/at/all", 404),
        ("DELETE", "/uji/log", 405),
        ("GET", "/uji/log?after=x", 422),
        ("GET", "/uji/log", 200),
        ("GET", "/uji/views/hall", 200),
        ("GET", "/healthz", 200),
        ("GET", "/metrics", 200),
        ("GET", "/uji/live?channels=hall", 400),
        ("POST", "/uji/tickets", 422),
    ],
)
async def test_every_answer(method: str, path: str, status: int) -> None:
    """Each answer, of whatever kind, says what the browser must not do with it; https is asked for only where it is there."""
    async with serving() as served, served.session.request(method, served.url + path, allow_redirects=False) as answer:
        assert status == answer.status
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'self'" in policy
        assert "unsafe" not in policy
        assert "same-origin" == answer.headers["Referrer-Policy"]
        assert "nosniff" == answer.headers["X-Content-Type-Options"]
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert "Strict-Transport-Security" not in answer.headers


STRICT = ("Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options", "Permissions-Policy", "Cache-Control")


async def test_every_route() -> None:
    """No route answers without the strict headers, whoever asks and however the answer is made."""
    async with serving() as served:
        for method, path in OPERATIONS:
            address = served.url + re.sub(r"{\w+}", "1", path.replace("{bazaar}", "uji"))
            for headers in ({}, served.bearer(served.keys.admin)):
                async with served.session.request(method, address, headers=headers, allow_redirects=False) as answer:
                    assert [] == [name for name in STRICT if name not in answer.headers], (method, path, answer.status)


TRICKS = (
    *(
        "../../pyproject.toml",
        "..%2f..%2fpyproject.toml",
        "%2e%2e/%2e%2e/pyproject.toml",
        "..%5c..%5cpyproject.toml",
        "%252e%252e/pyproject.toml",
    ),
    *(
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "feed.js%00.css",
        "%00",
        "....//pyproject.toml",
        "feed.js/../../pyproject.toml",
        "~root/.profile",
        ".",
    ),
)


async def test_no_path_leads_out() -> None:
    """However an address is written, it leads to no file but those that are meant, and to no list of files."""
    async with serving() as served:
        port, version = int(served.url.rpartition(":")[2]), served.app[VERSION]
        folders = (f"/static/{version}/", "/static/", "/uji/slides/0/", "/uji/voice/000000000000/", "/uji/tv/", "/")
        for folder, trick in product(folders, TRICKS):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)  # no client's library tidies the path up
            writer.write(f"GET {folder}{trick} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            async with asyncio.timeout(20):
                answer = await reader.read()
            writer.close()
            assert answer[9:10] == b"4" or answer[9:12] == b"302", (folder, trick, answer[:200])
            assert b"[project]" not in answer
            assert b"root:" not in answer


@pytest.mark.parametrize(
    ("equipment", "forwarded", "secure"),
    [(PROXY, "https", True), (PROXY, "http", False), (PROXY, "https, http", False), (PROXY, "", False), (Equipment(), "https", False)],
    ids=["https", "http", "made up before the proxy's word", "nothing said", "no proxy is trusted"],
)
async def test_behind_a_proxy_for_https(equipment: Equipment, forwarded: str, secure: bool) -> None:
    """Behind a proxy that ends TLS, cookies go over https only and the browser stays there; a stranger's word counts for nothing."""
    async with serving(equipment=equipment) as served:
        link, headers = f"{served.home}/pair/{served.keys.counters[1]}", {"X-Forwarded-Proto": forwarded}
        async with served.session.get(link, headers=headers, allow_redirects=False) as answer:
            assert secure == ("Secure" in answer.headers["Set-Cookie"])
            assert secure == ("Strict-Transport-Security" in answer.headers)


class Reader(HTMLParser):
    """A page as a browser reads it: its elements, and the text of its blocks of data."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.data: list[str] = []
        self._in_data = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        self.elements.append((tag, dict(attrs)))
        self._in_data = tag == "script" and dict(attrs).get("type") == "application/json"
        if self._in_data:
            self.data.append("")

    def handle_endtag(self, tag: str) -> None:
        """A block of data ends with its element."""
        self._in_data = False

    def handle_data(self, data: str) -> None:
        """Keep what stands in a block of data."""
        if self._in_data:
            self.data[-1] += data

    def faults(self) -> Iterator[str]:
        """What would run, or lead to what runs."""
        for tag, attributes in self.elements:
            yield from (f"{tag} {name}" for name in attributes if name.startswith("on"))
            yield from (f"{tag} {name}" for name in ("href", "src", "action") if "javascript:" in (attributes.get(name) or "").lower()[:11])
            if tag == "script" and not attributes.get("src") and attributes.get("type") != "application/json":
                yield "script"


def evil_config() -> dict[str, object]:
    """Every name that the bazaar file gives is an attack."""
    agencies = [
        {
            **agency,
            "name": EVIL,
            "lines": [
                {**line, "services": [{**service, "name": EVIL, "requirements": [EVIL], "fee": EVIL} for service in line["services"]]}
                for line in agency["lines"]
            ],
        }
        for agency in CONFIG["agencies"]
    ]
    return {**CONFIG, "bazaar": {**CONFIG["bazaar"], "name": EVIL, "place": EVIL}, "agencies": agencies}


async def attacked(served: Served) -> None:
    """Staff write the same wherever they may write."""
    await served.submit("issue", services=["ktp"], visit=VISIT)
    await served.submit("open_counter", counter=1)
    await served.submit("pause_counter", counter=1, reason=EVIL[:60])
    await served.submit("set_screen", screen="utama", name=EVIL[:60], agencies=["dukcapil"])
    for urgent in (False, True):
        await served.submit("announce", text=EVIL, scope="bazaar", minutes=5, urgent=urgent)


async def test_words_stay_words() -> None:
    """Names and announcements that are markup, scripts or templates run on no page, break out of no attribute and no block of data."""
    async with serving(config=evil_config()) as served:
        await attacked(served)
        token = Credentials(SECRET).visit_token(scope_of("uji", served.room.epoch), VISIT)
        public = ("", "/tv/utama", "/tv/utama?turn=1", "/join", "/order", f"/visit/{token}", "/kiosk/1")
        for path in (*public, "/counter/1", "/desk", "/pair", "/rolls"):
            async with served.session.get(served.home + path, headers=served.bearer(served.keys.admin)) as answer:
                page = await answer.text()
            reader = Reader()
            reader.feed(page)
            assert 200 == answer.status
            assert [] == list(reader.faults()), path
            assert "alert(1)" in page, path
            assert " 49 " not in page, path
            assert all(json.loads(block) is not None for block in reader.data), path


async def test_a_query_stays_a_query() -> None:
    """What an address says is no part of a page."""
    async with serving() as served:
        for path in ("/desk/printing?sent=", "/rolls?given=", "/desk/screen?code=", "/join?lang=", "/tv/utama?turn="):
            address = served.home + path + "%3Cscript%3Ealert(1)%3C/script%3E%22%20onfocus=x"
            async with served.session.get(address, headers=served.bearer(served.keys.admin)) as answer:
                reader = Reader()
                reader.feed(await answer.text())
            assert [] == list(reader.faults()), path


async def test_visits_are_not_counted_out() -> None:
    """A token for a visit that there is and one for none are answered alike: nothing tells that a visit read from the log is there."""
    async with serving() as served:
        await served.submit("issue", services=["ktp"], visit=VISIT)
        heard = set()
        for token in (f"{VISIT}.AAAAAAAAAAAAAAAAAAAAAAAA", f"{VISIT}.", str(VISIT), "v-of-nobody.AAAAAAAAAAAAAAAAAAAAAAAA", "A-001"):
            async with served.session.get(f"{served.home}/visit/{token}") as answer:
                heard.add((answer.status, await answer.text()))
        assert [404] == [status for status, _ in heard]
