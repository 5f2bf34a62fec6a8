"""The voice that the command line opens from its flags."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from server.cli.speech import VOICE_FILE, open_voice
from server.cli.stores import BadUse


@pytest.fixture
def no_espeak(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without espeak-ng."""
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("no_espeak")
def test_a_machine_without_a_synthesiser(caplog: pytest.LogCaptureFixture) -> None:
    """The voice is silent, and it is said once what is missing and how to get it."""
    with caplog.at_level(logging.WARNING):
        voice = open_voice(VOICE_FILE, None)
    assert () == voice.languages
    assert 1 == sum("apt-get install --no-install-recommends espeak-ng" in line for line in caplog.messages)


@pytest.mark.usefixtures("no_espeak")
def test_silent_by_wish(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever wants no voice is told nothing."""
    (tmp_path / "voice.toml").write_text("languages = []")
    assert () == open_voice(tmp_path / "voice.toml", None).languages
    assert [] == caplog.messages


def test_bad_files_are_refused(tmp_path: Path) -> None:
    """A file or a pack with a fault is wrong usage, told with its place."""
    with pytest.raises(BadUse, match=r"none\.toml"):
        open_voice(tmp_path / "none.toml", None)
    with pytest.raises(BadUse, match="There is no such folder"):
        open_voice(VOICE_FILE, tmp_path / "none")


def test_a_hub_with_a_bad_file_does_not_start(tmp_path: Path) -> None:
    """It names the file and the key and exits with 2."""
    (tmp_path / "voice.toml").write_text("[id]\nvoice = 1\nrate = 140\n")
    command = [sys.executable, "-m", "server", "hub", "--data", str(tmp_path), "--voice", str(tmp_path / "voice.toml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603  # our own program
    assert 2 == done.returncode
    assert "voice.toml:2: id.voice: " in done.stderr
