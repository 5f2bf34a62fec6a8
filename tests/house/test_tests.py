"""Tests wait for what happens, never for time to pass."""

import ast
from collections.abc import Iterator
from typing import TypeGuard

import pytest

from tests.house.tree import sources

SLEEPS = {"sleep", "wait_for_timeout"}


def test_no_test_sleeps() -> None:
    """A sleep in a test is too short on a busy machine and too long on every other.

    asyncio.sleep(0) only yields. What stands alone in `while not …:` or below `except …:` is the pace of asking again, not the answer.
    """
    assert [] == [f"{path}:{line}" for path, text in sources(".py", under="tests/") for line in sleeps(text)]


@pytest.mark.parametrize(
    "call", ["time.sleep(1)", "asyncio.sleep(delay)", "sleep(.1)", "page.wait_for_timeout(50)", "asyncio.sleep(delay=1)"]
)
def test_a_sleep_is_seen(call: str) -> None:
    """Every way to sleep is a fault, also under another name of its module."""
    assert [2] == list(sleeps(f"async def test():\n    await {call}"))


@pytest.mark.parametrize(
    "text",
    ["asyncio.sleep(0)", "while not there():\n    sleep(.01)", "while True:\n    try:\n        f()\n    except OSError:\n        sleep(1)"],
)
def test_a_yield_and_a_question_are_no_sleep(text: str) -> None:
    """Both wait for what happens."""
    assert [] == list(sleeps(text))


def sleeps(text: str) -> Iterator[int]:
    """The lines that sleep."""
    tree = ast.parse(text)
    paces = {node for question in ast.walk(tree) if asks_again(question) for node in ast.walk(question.body[0])}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node not in paces:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in SLEEPS and [ast.unparse(argument) for argument in node.args] != ["0"]:
                yield node.lineno


def asks_again(node: ast.AST) -> TypeGuard[ast.While | ast.ExceptHandler]:
    """Whether this only waits a moment before it asks, or tries, once more."""
    if isinstance(node, ast.While):
        return not isinstance(node.test, ast.Constant) and len(node.body) == 1
    return isinstance(node, ast.ExceptHandler) and len(node.body) == 1
