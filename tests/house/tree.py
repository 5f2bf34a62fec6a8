"""The files of the project as they lie on the disk: it may be an unpacked archive, so Git is not asked."""

import ast
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
HIDDEN_BUT_OURS = {".ci", ".editorconfig", ".gitignore"}
MADE = {"__pycache__", "node_modules", "var"}


@cache
def texts() -> dict[str, str]:
    """Every text file: path from the root, with slashes, to content. Binary files are left out."""
    found = {}
    for path in _files():
        try:
            found[path.relative_to(ROOT).as_posix()] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


def sources(*endings: str, under: str = "") -> Iterator[tuple[str, str]]:
    """The text files with one of the endings (``.py``), as (path, content)."""
    return ((path, text) for path, text in texts().items() if path.endswith(endings) and path.startswith(under))


def imports(text: str) -> Iterator[str]:
    """What a Python source imports, at its top or inside a function: `from a import b` gives a.b, a module or a name in one."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _files() -> Iterator[Path]:
    for folder, inner, names in os.walk(ROOT):
        inner[:] = sorted(filter(_is_ours, inner))
        yield from (Path(folder, name) for name in sorted(filter(_is_ours, names)))


def _is_ours(name: str) -> bool:
    return name in HIDDEN_BUT_OURS or not (name.startswith(".") or name in MADE or name.endswith(".egg-info"))
