"""The folder of a bundled store keeps other users of the machine out, and its settings on a full disk."""

import os
import resource
import stat
from pathlib import Path

import pytest

from server.cli.stores import Settings
from server.store.embedded import start_embedded
from server.store.errors import EmbeddedFailed
from server.store.folder import CONF, SERVER_DATA, SERVER_LOG, SERVER_PID, DataFolder

pytestmark = pytest.mark.store


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
async def test_nothing_for_other_users(tmp_path: Path, mask: int) -> None:
    """Data, log, settings and locks are their owner's alone, whatever the umask; also in a folder that was open to all before."""
    folder = tmp_path / "data"
    before = os.umask(mask)
    try:
        (folder / SERVER_DATA).mkdir(parents=True)
        (folder / SERVER_LOG).touch()
        Settings(redis_url=None, data=folder).secret_bytes()
        store = await start_embedded(folder)
        modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}
        await store.close()
    finally:
        os.umask(before)
    names = {str(path.relative_to(folder)) for path in modes}
    assert {".", CONF, SERVER_LOG, SERVER_PID, "secret", "holder.lock", "server.lock", SERVER_DATA} <= names
    assert any(name.endswith(".aof") for name in names)
    assert {} == {path: oct(mode) for path, mode in modes.items() if mode != (0o700 if path.is_dir() else 0o600)}


def test_settings_on_a_full_disk(tmp_path: Path) -> None:
    """Settings that cannot be written are refused, and the old ones stay: the password stands nowhere else."""
    folder, (soft, hard) = DataFolder(tmp_path), resource.getrlimit(resource.RLIMIT_FSIZE)
    first = folder.write_address()
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with pytest.raises(EmbeddedFailed, match=f"{CONF} cannot be written"):
            folder.write_address()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert first == folder.read_address()
    assert first == folder.write_address()
    folder.release()
