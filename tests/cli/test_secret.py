"""The secret that all keys come from."""

import stat
from pathlib import Path

from server.cli.stores import Settings


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    """The secret is made once, and nobody else on the machine can read it, nor what else the data folder will hold."""
    settings = Settings(redis_url=None, data=tmp_path / "data")
    secret = settings.secret_bytes()
    assert 32 <= len(secret)
    assert secret == settings.secret_bytes()
    assert 0o700 == stat.S_IMODE((tmp_path / "data").stat().st_mode)
    assert 0o600 == stat.S_IMODE((tmp_path / "data" / "secret").stat().st_mode)
