"""The servers that are measured side by side: the hub, the floor, and the peers that somebody names."""

import os
import shutil
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.audience import SUBPROTOCOL, Address
from bench.peers.nchan import MODULES
from bench.processes import cpu_s, line_of, on_a_core_of_its_own, program, resident_bytes, running, tell, told

HUB, FLOOR = "urut", "floor"
FRAME_BYTES = 370
"""A frame of line A with some sixty people waiting."""
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "urut-bench"
NPM_PACKAGES = {"ws": "ws@8", "socketio": "socket.io@4"}
"""By kind."""
VENV, PYTHON_PACKAGE = CACHE / "python", "socketify==0.0.31"
DEBIAN_PACKAGES = ("nginx-light", "libnginx-mod-nchan")

Say = Callable[[str], None]
Command = Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of server: its name on the command line and in tables, how it is started (the bytes of a frame go behind), and what phones
    say to it."""

    name: str
    title: str
    command: Command
    path: str = "/live"
    subprotocol: str = ""
    greeting: str = ""


def _module(name: str, *more: str) -> Command:
    return (sys.executable, "-m", f"bench.peers.{name}", *more)


def _node(name: str) -> Command:
    return ("node", str(Path(__file__).parent / "peers" / f"{name}.mjs"))


def hub_command(way: str) -> Command:
    """How the hub is started: see `bench.lone_hub`."""
    return (sys.executable, "-m", "bench.lone_hub", way)


def _hub(name: str, title: str, way: str) -> Kind:
    return Kind(name=name, title=title, command=hub_command(way), path="/mayangan/live?channels=line/A", subprotocol=SUBPROTOCOL)


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        _hub(HUB, "urut", "plain"),
        _hub("transports", "urut on transports, as with TLS", "transports"),
        Kind(name=FLOOR, title="floor", command=_module("floor")),
        Kind(name="aiohttp", title="aiohttp, send_str to each", command=_module("naive")),
        Kind(name="websockets", title="websockets, broadcast()", command=_module("broadcast")),
        Kind(name="nchan", title="Nchan on nginx", command=_module("nchan")),
        Kind(name="socketio", title="Socket.IO", command=_node("socketio"), path="/socket.io/?EIO=4&transport=websocket", greeting="40"),
        Kind(name="ws", title="Node ws", command=_node("ws")),
        Kind(name="uwebsockets", title="uWebSockets", command=(str(VENV / "bin" / "python"), "-m", "bench.peers.micro")),
    )
}
PEERS = tuple(name for name in KINDS if name not in (HUB, "transports"))
"""Whoever is measured beside the hub when all are."""


class Server:
    """A server that runs, and publishes when told to."""

    def __init__(self, kind: Kind, process: Process, port: int, pid: int) -> None:
        self.kind = kind
        self.address = Address(port=port, path=kind.path, subprotocol=kind.subprotocol, greeting=kind.greeting)
        self._process = process
        self._pid = pid

    def go(self, *, events: int = 1, every_ms: int = 0) -> None:
        """Publish so many events in each turn, a turn every so many ms; 0: as soon as the kernel has all of the one before."""
        tell(self._process, f"go {events} {every_ms}")

    async def stop(self) -> tuple[int, int]:
        """Publish no more; the last event's offset, and when it was due, in ns."""
        answer = await told(self._process, "stop")
        return answer["offset"], answer["due_ns"]

    @property
    def resident_bytes(self) -> int:
        """What the process that writes to phones holds."""
        return resident_bytes(self._pid)

    @property
    def cpu_s(self) -> float:
        """What that process has computed."""
        return cpu_s(self._pid)


@asynccontextmanager
async def serving(kind: Kind, frame_bytes: int = FRAME_BYTES) -> AsyncIterator[Server]:
    """A server of this kind, on a core of its own."""
    floor = await program("floor") if kind.name == FLOOR else None
    command = [str(floor)] if floor else [*kind.command]
    async with running([*command, str(frame_bytes)], quiet=True, more={"BENCH_PEERS": str(CACHE)}) as process:
        ready = await line_of(process)
        pid = ready.get("pid", process.pid)
        with on_a_core_of_its_own(pid):
            yield Server(kind, process, ready["port"], pid)


async def present(names: Sequence[str], *, install: bool, say: Say) -> tuple[list[Kind], dict[str, str]]:
    """The kinds that can be measured here, of these names, and why the others cannot. What npm and pip have is put into `CACHE`."""
    lacks: dict[str, str] = {}
    of_npm = [name for name in names if name in NPM_PACKAGES]
    if of_npm:
        lacks |= dict.fromkeys(of_npm, await _lack_of_node([NPM_PACKAGES[name] for name in of_npm], say))
    if "uwebsockets" in names:
        lacks["uwebsockets"] = await _lack_of_socketify(say)
    if "nchan" in names:
        lacks["nchan"] = await _lack_of_nchan(install, say)
    if shutil.which("cc") is None:
        without = "there is no C compiler, and a crowd in Python would be the slower part"
        lacks |= dict.fromkeys((name for name in names if name not in (HUB, "transports", FLOOR)), without)
    missing = {name: lacks[name] for name in names if lacks.get(name)}
    return [KINDS[name] for name in names if name not in missing], missing


async def _lack_of_node(packages: Sequence[str], say: Say) -> str:
    if not shutil.which("node") or not shutil.which("npm"):
        return "node and npm are not here"
    if all((CACHE / "node_modules" / package.rpartition("@")[0]).exists() for package in packages):
        return ""
    say(f"installing {', '.join(packages)} into {CACHE}")
    CACHE.mkdir(parents=True, exist_ok=True)
    return await _fails(["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(CACHE), *packages])


async def _lack_of_socketify(say: Say) -> str:
    if any(VENV.glob("lib/python*/site-packages/socketify")):
        return ""
    say(f"installing {PYTHON_PACKAGE} into {VENV}")
    pip = str(VENV / "bin" / "pip")
    return await _fails([sys.executable, "-m", "venv", str(VENV)]) or await _fails([pip, "install", "--quiet", PYTHON_PACKAGE])


async def _lack_of_nchan(install: bool, say: Say) -> str:
    def here() -> bool:
        return bool(shutil.which("nginx")) and any((folder / "ngx_nchan_module.so").exists() for folder in MODULES)

    if not here() and install:
        say(f"installing {', '.join(DEBIAN_PACKAGES)}")
        await _fails(["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *DEBIAN_PACKAGES])
    return "" if here() else f"nginx with Nchan is not here (Debian: apt-get install {' '.join(DEBIAN_PACKAGES)}, or --install as root)"


async def _fails(command: list[str]) -> str:
    """Run a command that installs; why it could not, empty when it could."""
    async with running(command, quiet=True) as process:
        code = await process.wait()
    return f"`{' '.join(command[:3])} …` failed ({code})" if code else ""
