"""Functions and files stay small enough to be read at once."""

import ast
import re
from collections.abc import Iterator

from tests.house.tree import sources

FUNCTION_LINES_MAX = 40
FILE_LINES_MAX = 300

# A function or method in JavaScript opens at the end of a line and closes with a brace of the same indentation.
JS_FUNCTION = re.compile(
    r"^(?P<indent> *)(?!}|(?:if|for|while|switch|catch|with)\b)[^\n]*\)[^\n]*\{\n.*?\n(?P=indent)\}",
    re.MULTILINE | re.DOTALL,
)


def test_functions_are_short() -> None:
    """No function is longer than 40 lines; measurements in bench/ may tell their steps in one go."""
    python = (fault for path, text in sources(".py") if not path.startswith("bench/") for fault in long_python_functions(path, text))
    javascript = (fault for path, text in sources(".js") for fault in long_js_functions(path, text))
    assert [] == [*python, *javascript]


def test_files_are_short() -> None:
    """No source file is longer than 300 lines."""
    lengths = {path: text.count("\n") for path, text in sources(".py", ".js", ".css")}
    assert {} == {path: lines for path, lines in lengths.items() if lines > FILE_LINES_MAX}


def test_a_long_function_is_seen() -> None:
    """A function of 41 lines is a fault in either language, one of 40 is none."""

    def python(lines: int) -> str:
        return "async def f():\n" + "    x\n" * (lines - 1)

    def javascript(head: str, lines: int) -> str:
        indent = " " * (len(head) - len(head.lstrip()))
        return f"{head}\n{indent}  if (x) {{\n{indent}  }}\n" + "    x;\n" * (lines - 4) + f"{indent}}}\n"

    assert [0, 1] == [len(list(long_python_functions("a.py", python(lines)))) for lines in (40, 41)]
    for head in ("function f(a) {", "  async format(frame) {", "const f = (a) => {"):
        assert [0, 1] == [len(list(long_js_functions("a.js", javascript(head, lines)))) for lines in (40, 41)]


def long_python_functions(path: str, text: str) -> Iterator[str]:
    """Names each function that is too long."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                yield f"{path}:{node.lineno} {node.name} has {lines} lines"


def long_js_functions(path: str, text: str) -> Iterator[str]:
    """Names each function, method or arrow with a body that is too long."""
    for found in JS_FUNCTION.finditer(text):
        lines = found.group().count("\n") + 1
        if lines > FUNCTION_LINES_MAX:
            yield f"{path}:{text.count(chr(10), 0, found.start()) + 1} has {lines} lines"
