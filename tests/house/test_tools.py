"""The tools of `make` say what is missing and how to get it, and take what is there."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.tree import ROOT

SECONDS_MAX = 60


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder for PATH as on a machine of a plain user that has a shell and hardly anything else."""
    for program in ("bash", "cat", "dirname"):
        (tmp_path / program).symlink_to(shutil.which(program) or program)
    program_at(tmp_path / "id", "echo 1000")
    return tmp_path


def program_at(path: Path, script: str) -> None:
    """A small shell script that stands for a program."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def run(tool: str, path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """One of the tools, with nothing in its environment but these."""
    return subprocess.run(  # noqa: S603  # our own script
        [path / "bash", ROOT / "tools" / tool],
        env={"PATH": os.fspath(path), **environment},
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )


def test_a_user_without_chromium_is_told(bare: Path) -> None:
    """What to install stands in the message, and nothing goes on as if it were there."""
    ran = run("chromium.sh", bare)
    assert (1, "") == (ran.returncode, ran.stdout)
    assert "apt-get install --no-install-recommends chromium chromium-headless-shell libatomic1" in ran.stderr


def test_a_chrome_that_is_there_is_used(bare: Path) -> None:
    """Google's Chrome serves as well as Debian's Chromium; a pointer to a snap that is not installed is no browser."""
    program_at(bare / "chromium-browser", "exit 10")
    program_at(bare / "google-chrome", "echo Google Chrome 156")
    assert f"{bare}/google-chrome\n" == run("chromium.sh", bare).stdout


def test_the_named_chromium_comes_first(bare: Path) -> None:
    """CHROMIUM names the browser; when that is none, another is not taken in its place."""
    program_at(bare / "google-chrome", "echo Google Chrome 156")
    program_at(bare / "mine", "echo Chromium 64")
    assert f"{bare}/mine\n" == run("chromium.sh", bare, CHROMIUM=f"{bare}/mine").stdout
    refused = run("chromium.sh", bare, CHROMIUM="/no/such/browser")
    assert (1, "", True) == (refused.returncode, refused.stdout, "/no/such/browser" in refused.stderr)


def test_a_demo_goes_on_without_a_voice(bare: Path) -> None:
    """A user without espeak-ng is told how to get it, and the demo starts all the same."""
    ran = run("voice.sh", bare)
    assert 0 == ran.returncode
    assert "apt-get install --no-install-recommends espeak-ng" in ran.stderr
    program_at(bare / "espeak-ng", "exit 0")
    assert "" == run("voice.sh", bare).stderr
