"""Where each key of a TOML text stands: the line numbers that tomllib does not keep.

The text has been read by tomllib before, so this walks over valid TOML and checks nothing. Key paths are written as in faults:
``agencies[2].lines[0].prefix``. A path that the text does not hold has the line of the nearest table or list around it.
"""

import re
from bisect import bisect_left
from contextlib import suppress

BLANK = re.compile(r"(?:[ \t\n,]|#[^\n]*)*")
KEY = re.compile(r"""[ \t]*("(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)[ \t]*""")
STRING = re.compile(r"""\"{3}(?:[^\\]|\\.)*?"{3,5}|'{3}.*?'{3,5}|"(?:[^"\\]|\\.)*"|'[^']*'""", re.DOTALL)
OTHER_VALUE = re.compile(r"[^,\]}#\n]*")


def lines_of(text: str) -> dict[str, int]:
    """The line, from 1, of every key path in the text."""
    walk = _Walk(text.replace("\r\n", "\n"))
    # Values nested as deep as Python can go are refused elsewhere; here they only lose their line numbers.
    with suppress(RecursionError):
        walk.document()
    return walk.lines


def line_of(lines: dict[str, int], path: str) -> int:
    """The line of the path, or of the nearest thing around it that has one."""
    while path and path not in lines:
        path = around(path)
    return lines.get(path, 1)


def around(path: str) -> str:
    """The path of the table or list around the path; empty for the file itself."""
    return path[: max(path.rfind("."), path.rfind("["), 0)]


class _Walk:
    """One pass over the text; ``at`` is the place reached, ``sizes`` counts the tables of each array of tables."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[str, int] = {}
        self.sizes: dict[str, int] = {}
        self.line_ends = [place.start() for place in re.finditer("\n", text)]

    def document(self) -> None:
        table = ""
        self.skip(BLANK)
        while self.at < len(self.text):
            if self.text.startswith("[", self.at):
                table = self.header()
            else:
                self.pair(table)
            self.skip(BLANK)

    def header(self) -> str:
        brackets = 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        path = self.key("")
        self.at += brackets
        if brackets == 1:
            return path
        self.sizes[path] = self.sizes.get(path, 0) + 1
        return self.found(self.last_of(path))

    def pair(self, table: str) -> None:
        path = self.key(table)
        self.at += len("=")
        self.value(path)

    def key(self, path: str) -> str:
        while True:
            start = self.at
            self.skip(KEY)
            name = self.text[start : self.at].strip(" \t").strip("\"'")
            path = self.found(f"{path}.{name}" if path else name)
            if not self.text.startswith(".", self.at):
                return path
            self.at += len(".")
            path = self.last_of(path)

    def value(self, path: str) -> None:
        self.skip(BLANK)
        match self.text[self.at : self.at + 1]:
            case '"' | "'":
                self.skip(STRING)
            case "[":
                self.array(path)
            case "{":
                self.inline_table(path)
            case _:
                self.skip(OTHER_VALUE)

    def array(self, path: str) -> None:
        self.at += len("[")
        self.skip(BLANK)
        index = 0
        while self.at < len(self.text) and self.text[self.at] != "]":
            self.value(self.found(f"{path}[{index}]"))
            self.skip(BLANK)
            index += 1
        self.at += len("]")

    def inline_table(self, path: str) -> None:
        self.at += len("{")
        self.skip(BLANK)
        while self.at < len(self.text) and self.text[self.at] != "}":
            self.pair(path)
            self.skip(BLANK)
        self.at += len("}")

    def last_of(self, path: str) -> str:
        """The path itself, or the newest table of the array of tables at it."""
        return f"{path}[{self.sizes[path] - 1}]" if path in self.sizes else path

    def found(self, path: str) -> str:
        self.lines.setdefault(path, bisect_left(self.line_ends, self.at) + 1)
        return path

    def skip(self, pattern: re.Pattern[str]) -> None:
        if match := pattern.match(self.text, self.at):
            self.at = match.end()
