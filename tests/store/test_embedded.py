"""The bundled store: which program it runs, who may hold its folder, and what is left when either side is killed."""

import fcntl
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from server.core.values import BazaarId
from server.store import embedded
from server.store.embedded import EmbeddedStore, start_embedded
from server.store.errors import EmbeddedFailed, FolderInUse, StoreUnreachable
from server.store.folder import CONF, SERVER_PID, DataFolder
from server.store.log import Top
from server.store.redis import connect
from server.store.redis_url import SETTINGS
from tests.store.proxy import until
from tests.store.samples import program

pytestmark = pytest.mark.store

PARENT = """
import asyncio, sys
from pathlib import Path
from server.store.embedded import start_embedded

async def main():
    store = await start_embedded(Path(sys.argv[1]), ends_with_parent=sys.argv[2] == "yes")
    print(store.url, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.fixture(autouse=True)
def folder_left_empty(tmp_path: Path) -> Iterator[None]:
    """A test that fails halfway leaves no server behind."""
    yield
    left = _server_pid(tmp_path)
    if left is not None and _is_locked(tmp_path / "server.lock"):
        os.kill(left, signal.SIGKILL)


@pytest.fixture
async def running(tmp_path: Path, folder_left_empty: None) -> AsyncIterator[EmbeddedStore]:
    """A store on a folder of its own."""
    store = await start_embedded(tmp_path, ends_with_parent=True)
    yield store
    await store.close()


# Running


async def test_settings(running: EmbeddedStore, tmp_path: Path) -> None:
    """Each append is on the disk before it is answered, nothing is thrown out, and only this machine and its user can come in."""
    client = Redis.from_url(running.url, **SETTINGS)
    wanted = {
        "appendonly": "yes",
        "appendfsync": "always",
        "save": "",
        "maxmemory-policy": "noeviction",
        "bind": "127.0.0.1",
        "protected-mode": "yes",
    }
    assert wanted == await client.config_get(*wanted)
    await client.aclose()
    assert 0o600 == stat.S_IMODE((tmp_path / CONF).stat().st_mode)
    with pytest.raises(StoreUnreachable, match="Authentication required"):
        await connect(running.url.replace(running.url.partition("@")[0] + "@", "redis://")).bazaars()


async def test_only_on_this_machine(running: EmbeddedStore) -> None:
    """It listens at one address of the loopback interface, so that no network leads to it."""
    port = int(running.url.rpartition(":")[2].partition("/")[0])
    with socket.create_connection(("127.0.0.1", port), timeout=10):
        pass
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", port), timeout=10)


async def test_session_of_its_own(running: EmbeddedStore, tmp_path: Path) -> None:
    """Ctrl-C in a terminal does not reach the server, which must outlast those who still write to it."""
    server = _server_pid(tmp_path)
    assert server is not None
    assert os.getsid(0) != os.getsid(server)


async def test_started_again(tmp_path: Path) -> None:
    """A store that was closed has ended; the next one on its folder has all that it held, at the same address."""
    first = await start_embedded(tmp_path)
    await _append(first.url)
    await first.close()
    assert not (tmp_path / SERVER_PID).exists()
    second = await start_embedded(tmp_path)
    assert first.url == second.url
    assert [b"one"] == await _read(second.url)
    await second.close()


async def test_port_taken_meanwhile(tmp_path: Path) -> None:
    """When something else listens where the store was, it comes up elsewhere."""
    first = await start_embedded(tmp_path)
    await first.close()
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(first.url.rpartition(":")[2].partition("/")[0])))
        other.listen()
        second = await start_embedded(tmp_path)
        assert first.url != second.url
        await second.close()


async def test_second_start_on_a_folder(running: EmbeddedStore, tmp_path: Path) -> None:
    """A folder that is in use is refused, with the process that holds it; the store there is not harmed."""
    with pytest.raises(FolderInUse, match=f"{tmp_path} is in use by process {os.getpid()};"):
        await start_embedded(tmp_path)
    await _append(running.url)


async def test_killed_server_comes_back(running: EmbeddedStore, tmp_path: Path) -> None:
    """A server that was killed is started again with all that it held, at the same address."""
    await _append(running.url)
    killed = _server_pid(tmp_path)
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    await until(lambda: _server_pid(tmp_path) not in (killed, None))
    store = connect(running.url)
    while True:
        try:
            assert [b"one"] == await store.log(BazaarId("uji")).read(0, 10)
            break
        except StoreUnreachable:
            continue
    await store.close()


async def test_server_that_does_not_end(running: EmbeddedStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that hangs is killed in the end, so that closing ends."""
    monkeypatch.setattr(embedded, "STOP_S_MAX", 0.2)
    await _append(running.url)
    stopped = _server_pid(tmp_path)
    assert stopped is not None
    os.kill(stopped, signal.SIGSTOP)
    await running.close()
    again = await start_embedded(tmp_path)
    assert [b"one"] == await _read(again.url)
    await again.close()


# When the parent is killed


@pytest.mark.faults
async def test_parent_killed(tmp_path: Path) -> None:
    """The server outlives a parent that was killed; the next one takes it over, and ends it when it is closed itself."""
    parent, url = _parent(tmp_path, "no")
    await _append(url)
    server = _server_pid(tmp_path)
    parent.kill()
    parent.wait()
    store = await start_embedded(tmp_path)
    assert url == store.url
    assert server == _server_pid(tmp_path)
    assert [b"one"] == await _read(store.url)
    await store.close()
    folder = DataFolder(tmp_path)
    assert not folder.has_server
    folder.release()


@pytest.mark.faults
async def test_leashed_server_of_a_killed_parent(tmp_path: Path) -> None:
    """A server that was asked to ends with its parent, also when the parent is killed."""
    parent, url = _parent(tmp_path, "yes")
    await _append(url)
    parent.kill()
    parent.wait()
    folder = DataFolder(tmp_path)
    await until(lambda: not folder.has_server)
    folder.release()
    store = await start_embedded(tmp_path)
    assert [b"one"] == await _read(store.url)
    await store.close()


@pytest.mark.faults
async def test_hanging_server_of_a_killed_parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that was left behind and does not answer is named, and left to whoever knows what it is."""
    parent, _ = _parent(tmp_path, "no")
    server = _server_pid(tmp_path)
    assert server is not None
    os.kill(server, signal.SIGSTOP)
    parent.kill()
    parent.wait()
    monkeypatch.setattr(embedded, "START_S_MAX", 0.2)
    with pytest.raises(EmbeddedFailed, match=rf"does not answer \(process {server}\)"):
        await start_embedded(tmp_path)
    monkeypatch.undo()
    os.kill(server, signal.SIGCONT)
    store = await start_embedded(tmp_path)
    await store.close()


@pytest.mark.faults
async def test_left_server_without_its_settings(tmp_path: Path) -> None:
    """A server that was left behind and cannot be reached is named."""
    parent, _ = _parent(tmp_path, "no")
    server = _server_pid(tmp_path)
    assert server is not None
    parent.kill()
    parent.wait()
    settings = (tmp_path / CONF).read_text()
    (tmp_path / CONF).unlink()
    with pytest.raises(EmbeddedFailed, match=rf"process {server}\), but its store.conf is gone"):
        await start_embedded(tmp_path)
    (tmp_path / CONF).write_text(settings)
    await (await start_embedded(tmp_path)).close()


# Starts that fail


async def test_server_that_does_not_start(programs: Path, tmp_path: Path) -> None:
    """A server that ends at once is quoted, with what to do, and its folder is free again."""
    program(programs / "valkey-server", 'if [ "$1" = --version ]; then echo "Valkey server v=9.1.2"; else echo "no space left"; exit 1; fi')
    with pytest.raises(EmbeddedFailed, match=r"does not start in .*data; it says:\nno space left\nIf its files are damaged, "):
        await start_embedded(tmp_path / "data")
    DataFolder(tmp_path / "data").release()


async def test_damaged_data(tmp_path: Path) -> None:
    """A server that cannot read its data says so in the error."""
    first = await start_embedded(tmp_path)
    await _append(first.url)
    await first.close()
    (tmp_path / "appendonlydir" / "appendonly.aof.manifest").write_text("nonsense\n")
    with pytest.raises(EmbeddedFailed, match=r"(?s)does not start in .*manifest"):
        await start_embedded(tmp_path)


async def test_folder_that_cannot_be_used(tmp_path: Path) -> None:
    """A path that is no folder is refused before anything is started."""
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedFailed, match=r"file cannot be used: File exists"):
        await start_embedded(tmp_path / "file")


def _parent(folder: Path, ends_with_parent: str) -> tuple["subprocess.Popen[str]", str]:
    """Another process with a store on the folder, and the store's URL."""
    program = [sys.executable, "-c", PARENT, str(folder), ends_with_parent]
    parent = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)  # noqa: S603  # our own words
    assert parent.stdout is not None
    return parent, parent.stdout.readline().strip()


def _is_locked(path: Path) -> bool:
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _server_pid(folder: Path) -> int | None:
    try:
        return int((folder / SERVER_PID).read_text())
    except (OSError, ValueError):
        return None


async def _append(url: str) -> None:
    store = connect(url)
    await store.log(BazaarId("uji")).append(Top(), [b"one"])
    await store.close()


async def _read(url: str) -> list[bytes]:
    store = connect(url)
    records = await store.log(BazaarId("uji")).read(0, 10)
    await store.close()
    return records
