"""The voice that the command line opens from its flags."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from displays.voice.sound import read_wav
from server.__main__ import main
from server.cli.speech import VOICE_FILE, open_voice
from server.cli.stores import BadUse
from tests.browser.running import SMALL
from tests.displays.voice.beeps import record


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


def urut_voice(*arguments: str) -> Result:
    """`urut voice` over the tests' own small bazaar: lines A, B and C, counters 1 to 4."""
    return CliRunner().invoke(main, ["voice", str(SMALL), *arguments])


def spoken_in(tmp_path: Path, *languages: str) -> tuple[str, str]:
    """The flag for a voice file of these languages and no synthesiser."""
    (tmp_path / "voice.toml").write_text(f"languages = {list(languages)}")
    return "--voice", str(tmp_path / "voice.toml")


def test_who_speaks(tmp_path: Path) -> None:
    """The organiser is told, before the day, who speaks each language and which recordings are missing for this bazaar."""
    pack = tmp_path / "suara"
    pack.mkdir()
    record(pack, "mad", *"0123456789ABCP", "number", "go", "counter", "second")
    told = urut_voice(*spoken_in(tmp_path, "mad", "jv"), "--voice-pack", str(pack))
    assert (1, ["mad: recordings; not recorded: last", "jv: not spoken"]) == (told.exit_code, told.output.splitlines())
    record(pack, "mad", "last")
    told = urut_voice(*spoken_in(tmp_path, "mad"), "--voice-pack", str(pack))
    assert (0, ["mad: recordings"]) == (told.exit_code, told.output.splitlines())


def test_a_call_to_listen_to(tmp_path: Path) -> None:
    """One call is written as a WAV file; what is no ticket or no counter of the bazaar is refused."""
    pack, out = tmp_path / "suara", tmp_path / "call.wav"
    pack.mkdir()
    record(pack, "mad", "A", "0", "5", "1", "number", "go", "counter")
    flags = (*spoken_in(tmp_path, "mad"), "--voice-pack", str(pack))
    assert 0 == urut_voice(*flags, "--say", "A-005", "--out", str(out)).exit_code
    assert 1 < read_wav(out.read_bytes()).seconds < 5
    for wrong in (["--say", "A-005"], ["--say", "005", "--out", str(out)], ["--say", "A-005", "--counter", "99", "--out", str(out)]):
        assert 2 == urut_voice(*flags, *wrong).exit_code
