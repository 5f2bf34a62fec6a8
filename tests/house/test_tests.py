"""Tests wait for what happens, never for time to pass."""

import ast
from collections.abc import Iterator

import pytest

from tests.house.tree import sources

SLEEPS = {"sleep", "wait_for_timeout"}


def test_no_test_sleeps() -> None:
    """A sleep in a test is too short on a busy machine and too long on every other; asyncio.sleep(0) only yields."""
    assert [] == [f"{path}:{line}" for path, text in sources(".py", under="tests/") for line in sleeps(text)]


@pytest.mark.parametrize(
    "call", ["time.sleep(1)", "asyncio.sleep(delay)", "sleep(.1)", "page.wait_for_timeout(50)", "asyncio.sleep(delay=1)"]
)
def test_a_sleep_is_seen(call: str) -> None:
    """Every way to sleep is a fault, also under another name of its module."""
    assert [2] == list(sleeps(f"async def test():\n    await {call}"))


def test_a_mere_yield_is_no_sleep() -> None:
    """asyncio.sleep(0) lets other tasks run and waits for no clock."""
    assert [] == list(sleeps("asyncio.sleep(0)"))


def sleeps(text: str) -> Iterator[int]:
    """The lines that sleep."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in SLEEPS and [ast.unparse(argument) for argument in node.args] != ["0"]:
                yield node.lineno
