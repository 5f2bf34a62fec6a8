"""``urut paper``: a sheet of numbers as one file that prints by itself."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.__main__ import main
from server.web.credentials import Credentials, scope_of
from server.web.rolls import SHEET_MAX

SMALL = Path(__file__).parents[1] / "browser" / "bazaar.toml"
HUB = "https://antrean.example"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with the store of an open bazaar, whose line B has its numbers on paper."""
    file = tmp_path / "uji.toml"
    file.write_text(SMALL.read_text(encoding="utf-8").replace('prefix = "B"', 'prefix = "B"\npaper = true'), encoding="utf-8")
    opened = CliRunner().invoke(main, ["open", str(file), "--json", "--data", str(tmp_path / "data")], catch_exceptions=False)
    assert 0 == opened.exit_code
    assert "uji" == json.loads(opened.stdout)["bazaar"]
    return tmp_path / "data"


def test_a_sheet(data: Path) -> None:
    """The sheet has each number once with a code, and needs nothing but itself."""
    sheet = data.parent / "sheet.html"
    made = CliRunner().invoke(main, ["paper", "B", "1-12", "--data", str(data), "--hub-url", HUB, "--file", str(sheet)])
    assert (0, "") == (made.exit_code, made.output)
    page = sheet.read_text(encoding="utf-8")
    assert [f"B-{number:03d}" for number in range(1, 13)] == re.findall(r'data-paper="([^"]+)"', page)
    assert 12 == page.count("<svg")
    assert "@page { size: A4" in page
    assert not re.search(r"(?:href|src)=", page)


def test_a_receipt_printer(data: Path) -> None:
    """For a receipt printer each number is a page of 80 mm."""
    made = CliRunner().invoke(main, ["paper", "B", "7-7", "--format", "80mm", "--language", "en", "--data", str(data)])
    assert "@page { size: 80mm" in made.stdout
    assert '<html lang="en">' in made.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("A", "1-10"), "paper = true"),
        (("Z", "1-10"), "paper = true"),
        (("B", "1-10", "--lane", "priority"), "paper = true"),
        (("B", "10-1"), "10-1"),
        (("B", "0-9"), "0-9"),
        (("B", f"1-{SHEET_MAX + 1}"), str(SHEET_MAX)),
        (("B", "all"), "all"),
    ],
)
def test_what_cannot_be_printed(data: Path, arguments: tuple[str, ...], said: str) -> None:
    """What makes no sense is told in one sentence, with exit code 2."""
    made = CliRunner().invoke(main, ["paper", *arguments, "--data", str(data)])
    assert 2 == made.exit_code
    assert said in made.stderr


def test_the_secret_is_the_hubs(data: Path) -> None:
    """Sheets of another secret lead nowhere: the command takes the one that the hub has in its folder."""
    assert (data / "secret").exists()
    ours, others = Credentials((data / "secret").read_bytes()), Credentials(b"another")
    assert ours.paper_code(scope_of("uji", "x"), "B-001") != others.paper_code(scope_of("uji", "x"), "B-001")
