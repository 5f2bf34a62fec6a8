"""Nothing in the project knows the machine that it was written on, nor where a registry keeps its packages."""

import re

import pytest

from tests.house.tree import texts

MACHINE = re.compile(r"(?<![\w.~*$}/-])/(?:work|root|Users|home/\w)[/\w]*/?")
REGISTRY = re.compile(
    r"(?:\bpypi\.org|pythonhosted\.org|\bnpmjs\.(?:org|com)|\bdeb\.debian\.org|\bcrates\.io|\bproxy\.golang\.org|--(?:extra-)?index[-]url|--find[-]links)\b"
)


def test_no_path_of_a_machine() -> None:
    """No file names a home or a work folder: what works only there works nowhere else."""
    assert [] == found(MACHINE)


def test_no_registry_host() -> None:
    """No file names a registry's host, the locks included: which one to ask is for each machine's own settings."""
    assert [] == found(REGISTRY)


@pytest.mark.parametrize("path", ["work", "root/x", "home/ani", "Users/ani/urut"])
def test_a_path_of_a_machine_is_seen(path: str) -> None:
    """In a sentence, in quotes and in code."""
    assert all(MACHINE.search(text) for text in (f"see /{path}", f'"/{path}"', f"open(/{path})"))


@pytest.mark.parametrize(
    "host", ["files.python" + "hosted.org/x", "https://py" + "pi.org/simple", "--index" + "-url x", "registry.npm" + "js.org"]
)
def test_a_registry_is_seen(host: str) -> None:
    """As a host, in an address and as an option."""
    assert REGISTRY.search(f"from {host}")


def found(pattern: re.Pattern[str]) -> list[str]:
    """Where in the project the pattern stands."""
    return [f"{path}: {match.group()}" for path, text in texts().items() for match in pattern.finditer(text)]
