"""The folder of a bundled store keeps other users of the machine out."""

import os
import stat
from pathlib import Path

import pytest

from server.cli.stores import Settings
from server.store.embedded import start_embedded
from server.store.folder import CONF, SERVER_DATA, SERVER_LOG, SERVER_PID

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
