"""The files of docs/setup as they stand there, with the addresses, ports and folders of a test: what starts, starts for real."""

import asyncio
import json
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from websockets.asyncio.client import connect

from bench.stores import free_port
from tests.faults.processes import ROOT, Server, running, until
from tests.faults.site import Site, bearer, is_ready, site
from tests.store.certificates import papers

pytestmark = [pytest.mark.faults, pytest.mark.store]

SETUP = ROOT / "docs" / "setup"
UNITS = sorted(path.name for path in SETUP.glob("*.service"))
PEOPLE = ("127.0.0.2", "127.0.0.3", "127.0.0.4")
"""Addresses of this machine from which people come."""
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
"""What nginx keeps in folders of the system, if nobody says otherwise."""
EXPOSED_MAX = 25
"""In tenths, of the hundred by which systemd counts what a service may do to a machine; without any hardening it is 96."""
NGINX, ANALYZE = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin"), shutil.which("systemd-analyze")


def adapted(text: str, changes: Mapping[str, str]) -> str:
    """The text with each of these words, which must stand there, replaced."""
    for old, new in changes.items():
        assert old in text, f"{old!r} stands there no more"
        text = text.replace(old, new)
    return text


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", UNITS)
def test_units(unit: str, tmp_path: Path) -> None:
    """systemd says nothing against any unit, and finds little that its process could do to the machine."""
    urut = Path(sys.executable).with_name("urut")
    (tmp_path / unit).write_text(adapted((SETUP / unit).read_text(), {"/opt/urut/.venv/bin/urut": str(urut)}))
    _, said = analyzed("verify", "--man=no", tmp_path / unit)
    assert [] == [line for line in said.splitlines() if unit in line]
    if "--offline" in analyzed("--help")[1]:
        code, said = analyzed("security", "--offline=true", f"--threshold={EXPOSED_MAX}", tmp_path / unit)
        assert 0 == code, said[-500:]


def analyzed(*question: str | Path) -> tuple[int, str]:
    """What systemd-analyze says, and its exit code."""
    done = subprocess.run([str(ANALYZE), *question], capture_output=True, text=True, check=False, timeout=60)  # noqa: S603  # systemd's own program
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit != "urut-store.service"])
def test_commands_of_units(unit: str, tmp_path: Path) -> None:
    """The command of each unit, and the variables beside it, are such as urut takes."""
    text = (SETUP / unit).read_text()
    command = re.findall(r"^ExecStart=/opt/urut/.venv/bin/urut (.*)$", text, re.MULTILINE)[0].split()
    variables = dict(re.findall(r"^#?(\w+)=(.+)$", (SETUP / "urut.env").read_text(), re.MULTILINE))
    helped = subprocess.run([sys.executable, "-m", "server", command[0], "--help"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603  # our own program
    known = helped.stdout
    assert all(flag in known for flag in command if flag.startswith("--"))
    assert [] == [name for name in variables if name not in known]


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
async def test_nginx(tmp_path: Path) -> None:
    """Through nginx a page comes, a press is seen live, and people count by their own addresses, whatever they write themselves."""
    async with site(tmp_path) as one:
        behind = {**one.environment, "URUT_PROXY": "127.0.0.1"}
        hub, officers = Server(tmp_path / "behind.log", "hub", **behind), Server(tmp_path / "officers.log", "counters", **behind)
        async with running(hub, officers):
            await asyncio.gather(one.is_ready(hub), one.is_ready(officers))
            async with nginx(tmp_path, hub, officers) as (public, staff, trusted):
                await page_and_press(one, public, staff, trusted)
                await people(one, hub, public, trusted)


async def page_and_press(one: Site, public: str, staff: str, trusted: ssl.SSLContext) -> None:
    """A TV's page and its feed, a tablet's cookie and its press."""
    bazaar, key = one.keys["bazaar"], one.keys["counter_keys"]["1"]
    async with one.session.get(f"{public}/{bazaar}/tv/utama", ssl=trusted) as answer:
        assert 200 == answer.status
        assert answer.headers["Strict-Transport-Security"]
        page = await answer.text()
    for asset in re.findall(r'(?:href|src)="(/[^"]+\.(?:css|js))"', page):
        async with one.session.get(public + asset, ssl=trusted) as answer:
            assert 200 == answer.status
    async with one.session.get(f"{staff}/{bazaar}/pair/{key}", ssl=trusted, allow_redirects=False) as answer:
        assert "Secure" in answer.headers["Set-Cookie"]
    address = public.replace("https", "wss", 1)
    async with connect(f"{address}/{bazaar}/live?channels=hall", ssl=trusted, origin=public) as tv:  # type: ignore[arg-type]  # an address
        while json.loads(await tv.recv())["channel"]:
            pass
        order = {"command_id": "pressed-behind-a-proxy", "do": "pause_counter", "reason": "salat"}
        async with one.session.post(f"{staff}/{bazaar}/counter/1/commands", json=order, headers=bearer(key), ssl=trusted) as answer:
            assert 200 == answer.status
            offset = (await answer.json())["offset"]
        async with asyncio.timeout(30):
            while json.loads(await tv.recv())["offset"] != offset:
                pass


async def people(one: Site, hub: Server, public: str, trusted: ssl.SSLContext) -> None:
    """One of them asks too much, also under made-up addresses; others are not stopped by that."""
    greedy, other, direct = PEOPLE
    made_up = {"X-Forwarded-For": "203.0.113.9"}
    async with coming_from(greedy) as session:
        numbers = iter(range(100))
        while (status := await take(session, f"{public}/{one.keys['bazaar']}", next(numbers), trusted)) == 201:
            pass
        assert 429 == status
        assert 429 == await take(session, f"{public}/{one.keys['bazaar']}", next(numbers), trusted, made_up)
    async with coming_from(other) as session:
        assert 201 == await take(session, f"{public}/{one.keys['bazaar']}", 101, trusted)
    async with coming_from(direct) as session:
        assert 201 == await take(session, one.home(hub), 102, None, {"X-Forwarded-For": greedy})


@asynccontextmanager
async def coming_from(address: str) -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody at this address of the machine, who keeps no cookies."""
    connector = aiohttp.TCPConnector(local_addr=(address, 0))
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


async def take(
    session: aiohttp.ClientSession, home: str, number: int, trusted: ssl.SSLContext | None, headers: Mapping[str, str] | None = None
) -> int:
    """Ask for a number; the status of the answer."""
    body = {"services": ["ktp"], "command_id": f"takes-a-number-{number:04d}"}
    async with session.post(f"{home}/tickets", json=body, headers=headers, ssl=trusted or True) as answer:
        return answer.status


@asynccontextmanager
async def nginx(folder: Path, hub: Server, officers: Server) -> AsyncIterator[tuple[str, str, ssl.SSLContext]]:
    """nginx by docs/setup/nginx.conf; its addresses for the public and for staff, and whom to trust."""
    own, ports = papers(folder / "tls"), [free_port() for _ in range(3)]
    listens = [f"listen 127.0.0.1:{port}" for port in ports]
    changes = {
        "user www-data;\n": "",
        "worker_rlimit_nofile 65536;\n": "",
        "server_tokens off;": "server_tokens off;" + "".join(f"{kind}_temp_path {folder / kind};" for kind in TEMPORARY),
        "worker_connections 30000": "worker_connections 500",
        "/run/nginx.pid": str(folder / "nginx.pid"),
        "/var/log/nginx/error.log crit": f"{folder / 'nginx.log'} warn",
        "/etc/urut/chain.pem": str(own.certificate),
        "/etc/urut/key.pem": str(own.key),
        "127.0.0.1:8000": hub.url.removeprefix("http://"),
        "127.0.0.1:8001": officers.url.removeprefix("http://"),
        **dict(zip(("listen 80", "listen 443", "listen 8443"), listens, strict=True)),
    }
    (folder / "nginx.conf").write_text(adapted((SETUP / "nginx.conf").read_text(), changes))
    command = [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    process = await asyncio.create_subprocess_exec(*command)
    public, staff = (f"https://127.0.0.1:{port}" for port in ports[1:])
    try:
        trusted = ssl.create_default_context(cafile=own.authority)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusted)) as session:
            await until(lambda: is_ready(session, public), "nginx serves")
        yield public, staff, trusted
    finally:
        process.terminate()
        await process.wait()
