"""No file stays behind when nothing uses it any more."""

import re
from pathlib import PurePosixPath

from tests.house.tree import imports, sources, texts

PRODUCT = ("server/", "displays/", "counters/")
QUOTED = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|`[^`]*`")
CLASS = re.compile(r"\.([A-Za-z][\w-]*)(?=[^{}]*\{)")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def test_every_module_is_reached_from_the_command_line() -> None:
    """A module of the product that `urut` cannot reach, or only a test can, is dead."""
    modules = {module_of(path) for path, _ in sources(".py") if path.startswith(PRODUCT)}
    assert [] == sorted(modules - reached_from({"server.__main__"}))


def test_every_helper_of_the_tests_is_used() -> None:
    """A module under tests/ or bench/ that no test and no script imports is dead."""
    paths = {path for path, _ in sources(".py") if path.startswith(("tests/", "bench/"))}
    starts = {path for path in paths if is_start(path)}
    helpers = {module_of(path) for path in paths - starts if not path.endswith("__init__.py")}
    assert [] == sorted(helpers - reached_from({module_of(path) for path in starts} | {"server.__main__"}))


def test_every_page_part_is_named_somewhere() -> None:
    """Each template, script, style sheet and picture is named by a source file other than itself."""
    parts = [path for path in texts() if path.startswith("static/") or "/templates/" in path]
    everything = dict(sources(".py", ".js", ".css", ".html", ".webmanifest"))
    faults = [path for path in parts if not any(PurePosixPath(path).name in text for other, text in everything.items() if other != path)]
    assert [] == faults


def test_every_class_of_the_styles_is_used() -> None:
    """A class that a style sheet knows stands in quotes in a template or a script, alone or among others."""
    quoted = [words for _, text in sources(".html", ".js") for words in QUOTED.findall(text)]
    used = {word for words in quoted for word in words.strip("\"'`").split()}
    styles = {name for path, text in sources(".css", under="static/") for name in CLASS.findall(COMMENT.sub("", text))}
    assert [] == sorted(styles - used)


def test_every_tool_is_called() -> None:
    """Each script in tools/ is called by the Makefile or by another tool."""
    callers = {path: text for path, text in texts().items() if path == "Makefile" or path.startswith("tools/")}
    tools = [path for path in texts() if path.startswith("tools/")]
    assert [] == [tool for tool in tools if not any(tool in text for path, text in callers.items() if path != tool)]


def is_start(path: str) -> bool:
    """Whether pytest or a person starts this file, so that nothing needs to import it."""
    return PurePosixPath(path).name.startswith(("test_", "conftest")) or '\nif __name__ == "__main__":' in texts()[path]


def module_of(path: str) -> str:
    """The dotted name of a source file; a package goes by the name of its folder."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def reached_from(starts: set[str]) -> set[str]:
    """All modules that these import, directly or through others, and they themselves."""
    known = {module_of(path): text for path, text in sources(".py")}
    reached: set[str] = set()
    waiting = list(starts & known.keys())
    while waiting:
        module = waiting.pop()
        if module not in reached:
            reached.add(module)
            waiting += known.keys() & {part for name in imports(known[module]) for part in with_packages(name)}
    return reached


def with_packages(name: str) -> list[str]:
    """a.b.c → a, a.b, a.b.c: importing a module runs the packages around it too."""
    parts = name.split(".")
    return [".".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
