"""What the documents and the locks say is so."""

import re
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import packages_distributions
from pathlib import PurePosixPath

import pytest

from tests.house.tree import ROOT, imports, sources, texts

LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")
PACKAGED, BESIDE = ("server", "displays", "counters"), ("bench", "tools", "tests")
NAME = re.compile(r"[A-Za-z0-9._-]+")


def project() -> dict[str, list[str]]:
    """The dependencies of pyproject.toml: for running, and by group."""
    settings = tomllib.loads(texts()["pyproject.toml"])
    return {"run": settings["project"]["dependencies"], **settings["dependency-groups"]}


def names(requirements: Iterable[str]) -> set[str]:
    """The packages that requirements name, without extras and versions."""
    return {match.group() for requirement in requirements if (match := NAME.match(requirement))}


def test_every_dependency_earns_its_line() -> None:
    """ARCHITECTURE.md has a line for each package in pyproject.toml that begins a list entry or a row of a table."""
    lines = [line for line in texts()["ARCHITECTURE.md"].splitlines() if line.startswith(("- ", "* ", "|"))]
    wanted = names(package for group in project().values() for package in group)
    assert [] == sorted(name for name in wanted if not any(re.search(rf"(?<![\w-]){name}(?![\w-])", line, re.IGNORECASE) for line in lines))


@pytest.mark.parametrize(
    ("lock", "groups"),
    [
        ("requirements.lock", ["run", "build"]),
        ("requirements-dev.lock", ["run", "build", "dev"]),
        ("requirements-fuzz.lock", ["run", "build", "fuzz"]),
    ],
)
def test_the_locks_follow_the_project(lock: str, groups: list[str]) -> None:
    """Every dependency is locked; after a change of pyproject.toml `make lock` was run."""
    locked = {line.split("==")[0] for line in texts()[lock].splitlines() if "==" in line}
    assert [] == sorted(names(package for group in groups for package in project()[group]) - locked)


def test_the_locks_agree() -> None:
    """What is tested is what runs: the second lock holds the first one's versions."""
    run, dev = (
        {line.rstrip(" \\") for line in texts()[lock].splitlines() if "==" in line}
        for lock in ("requirements.lock", "requirements-dev.lock")
    )
    assert [] == sorted(run - dev)


@pytest.mark.parametrize(("folders", "groups"), [(PACKAGED, ["run"]), (BESIDE, ["run", "build", "dev", "fuzz"])])
def test_what_is_imported_is_declared(folders: tuple[str, ...], groups: list[str]) -> None:
    """No module lives by what another package happens to bring along."""
    makers = packages_distributions()
    declared = {plain(name) for name in names(package for group in groups for package in project()[group])}
    imported = {name.partition(".")[0] for folder in folders for _, text in sources(".py", under=f"{folder}/") for name in imports(text)}
    others = imported - set(sys.stdlib_module_names) - set(PACKAGED + BESIDE)
    assert [] == sorted(name for name in others if not declared & {plain(maker) for maker in makers.get(name, [name])})


def plain(name: str) -> str:
    """A package's name in one of its spellings."""
    return name.lower().replace("_", "-")


def test_the_changelog_has_a_place_for_what_comes() -> None:
    """A change finds its heading."""
    assert re.search(r"^## \[?Unreleased\]?$", texts()["CHANGELOG.md"], re.MULTILINE)


@pytest.mark.parametrize("command", ["make demo", "make test"])
def test_the_readme_shows_the_two_commands(command: str) -> None:
    """Who has just cloned the project sees how to start and how to check it."""
    assert command in texts()["README.md"]


def test_the_build_server_runs_the_same_command() -> None:
    """CI checks what everybody checks, by the same command."""
    assert re.search(r"^exec make .*\btest$", texts()[".ci/run"], re.MULTILINE)


def test_links_lead_somewhere() -> None:
    """A link from one document to another file of the project finds it."""
    links = [(path, link) for path, text in sources(".md") for link in LINK.findall(text)]
    assert [] == [f"{path}: {link}" for path, link in links if not (ROOT / PurePosixPath(path).parent / link).exists()]


def test_what_is_said_to_hold_is_tested() -> None:
    """Every test that docs/security.md names is there."""
    named = re.findall(r"`((?:\w+/)+test_\w+)(?:::(test_\w+))?`", texts()["docs/security.md"])
    files = {path.removeprefix("tests/").removesuffix(".py"): text for path, text in sources(".py", under="tests/")}
    assert len(named) > 20
    assert [] == [(file, test) for file, test in named if file not in files or (test and f"def {test}(" not in files[file])]
