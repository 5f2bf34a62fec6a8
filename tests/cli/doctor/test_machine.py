"""The machine under the doctor's eyes: its disk, its clock, its files."""

import shutil
import stat
from collections import namedtuple
from pathlib import Path

import pytest

from server.cli.doctor import machine
from server.cli.doctor.finding import State
from tests.cli.doctor.told import told

MEMORY = Path("/dev/shm")  # noqa: S108  # looked at, not written to


def test_a_good_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real disk is tried for real, nothing is left on it, and the folder need not be there yet."""
    monkeypatch.setattr(machine, "file_system", lambda _folder: "ext4")
    monkeypatch.setattr(machine, "SYNC_MS_WARN", 10_000.0)  # of a machine of tests that has much to do nothing is asked
    monkeypatch.setattr(machine, "SYNC_MS_BAD", 10_000.0)
    room, speed = machine.disk(tmp_path / "not" / "yet")
    assert "free for" in room.says
    assert (State.OK, f"({machine.SYNCS} tries)") == (speed.state, speed.says[-len(f"({machine.SYNCS} tries)") :])
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(("free", "state"), [(100, State.BAD), (1000, State.WARN), (5000, State.OK)])
def test_a_disk_that_fills_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, state: State) -> None:
    """Little room is a warning, hardly any is bad."""
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(0, 0, free * machine.MB))
    assert state is next(machine.disk(tmp_path)).state


@pytest.mark.parametrize(("ms", "state"), [(3.0, State.OK), (30.0, State.WARN), (80.0, State.BAD)])
def test_a_slow_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ms: float, state: State) -> None:
    """A disk that keeps every press waiting is told, with the time that it takes."""
    monkeypatch.setattr(machine, "file_system", lambda _folder: "ext4")
    monkeypatch.setattr(machine, "sync_times", lambda _folder: [1.0] * 5 + [ms] * (machine.SYNCS - 5))
    *_, speed = machine.disk(tmp_path)
    assert (state, True) == (speed.state, f"after {ms:.1f} ms" in speed.says)


@pytest.mark.skipif(machine.file_system(MEMORY) != "tmpfs", reason="the machine has no folder in memory")
def test_a_disk_that_is_none() -> None:
    """A folder in memory keeps nothing."""
    assert "lies in memory" in told(machine.disk(MEMORY / "urut"), State.BAD)


def test_a_folder_that_takes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be written, no store can run."""

    def full(_folder: Path) -> list[float]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(machine, "file_system", lambda _folder: "ext4")
    monkeypatch.setattr(machine, "sync_times", full)
    assert "cannot be written to: No space left on device" in told(machine.disk(tmp_path), State.BAD)


@pytest.mark.parametrize(
    ("step", "state", "words"), [(True, State.OK, "kept in step"), (False, State.WARN, "nothing keeps it"), (None, State.WARN, "not known")]
)
def test_the_clock(monkeypatch: pytest.MonkeyPatch, step: bool | None, state: State, words: str) -> None:
    """A clock that nothing keeps in step is told, and so is one of which nobody knows."""
    monkeypatch.setattr(machine, "is_in_step", lambda: step)
    found = machine.clock()
    assert (state, True) == (found.state, words in found.says)


def test_the_clock_of_this_machine() -> None:
    """The system is asked without an error, whatever it says."""
    assert machine.is_in_step() in (True, False, None)


def test_a_secret_that_others_can_read(tmp_path: Path) -> None:
    """Whoever can read the secret has every key."""
    path = tmp_path / "secret"
    path.touch(mode=0o600)
    assert [] == list(machine.secret(tmp_path))
    path.chmod(0o644)
    assert 0o644 == stat.S_IMODE(path.stat().st_mode)
    assert f"chmod 600 {path}" in told(machine.secret(tmp_path), State.BAD)
