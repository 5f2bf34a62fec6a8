"""Tests wait for what happens, never for time to pass."""

import ast
from collections.abc import Iterator

import pytest

from tests.house.tree import sources

SLEEPS = {"sleep", "wait_for_timeout"}


def test_no_test_sleeps() -> None:
    """A sleep in a test is too short on a busy machine and too long on every other.

    asyncio.sleep(0) only yields, and what stands alone in `while not …:` is the pace of a question, not the answer.
    """
    assert [] == [f"{path}:{line}" for path, text in sources(".py", under="tests/") for line in sleeps(text)]


@pytest.mark.parametrize(
    "call", ["time.sleep(1)", "asyncio.sleep(delay)", "sleep(.1)", "page.wait_for_timeout(50)", "asyncio.sleep(delay=1)"]
)
def test_a_sleep_is_seen(call: str) -> None:
    """Every way to sleep is a fault, also under another name of its module."""
    assert [2] == list(sleeps(f"async def test():\n    await {call}"))


@pytest.mark.parametrize("text", ["asyncio.sleep(0)", "async def f():\n    while not there():\n        await asyncio.sleep(.01)"])
def test_a_yield_and_a_question_are_no_sleep(text: str) -> None:
    """Both wait for what happens."""
    assert [] == list(sleeps(text))


def sleeps(text: str) -> Iterator[int]:
    """The lines that sleep."""
    tree = ast.parse(text)
    questions = [loop for loop in ast.walk(tree) if isinstance(loop, ast.While) and not isinstance(loop.test, ast.Constant)]
    paces = {node for question in questions if len(question.body) == 1 for node in ast.walk(question.body[0])}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node not in paces:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in SLEEPS and [ast.unparse(argument) for argument in node.args] != ["0"]:
                yield node.lineno
