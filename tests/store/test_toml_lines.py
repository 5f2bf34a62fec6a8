"""Line numbers of key paths in TOML text, in every notation that an organiser may use."""

import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.store.toml_lines import around, line_of, lines_of

TEXT = """\
# comment with [brackets] = "and quotes
title = "a # no comment [x]"

[one]
a.b.c = 1  # dotted
'quoted key' = 'C:\\'
list = [ "x",   # 7
  "y]",

  { deep = [1,
     2], more = '''
three '' quotes''''' }, # 12
]
text = \"\"\"
[not.a.table]
k = 1 \\\"\"\" still
\"\"\"
after = 2026-12-04 16:00:00+07:00

[[many]]
x = 1
  [[many.inner]]
  y = 1
  [[many.inner]]
  y = 2
  [many.inner.table]
  z = { p = 1, q = { r = "}" } }
[[many]]
x = 2
  [[many.inner]]
  y = 3
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("title", 2),
        ("one", 4),
        ("one.a", 5),
        ("one.a.b.c", 5),
        ("one.quoted key", 6),
        ("one.list", 7),
        ("one.list[0]", 7),
        ("one.list[1]", 8),
        ("one.list[2].deep[0]", 10),
        ("one.list[2].deep[1]", 11),
        ("one.list[2].more", 11),
        ("one.text", 14),
        ("one.after", 18),
        ("many", 20),
        ("many[0]", 20),
        ("many[0].x", 21),
        ("many[0].inner[0].y", 23),
        ("many[0].inner[1].y", 25),
        ("many[0].inner[1].table.z.q.r", 27),
        ("many[1]", 28),
        ("many[1].inner[0].y", 31),
    ],
)
def test_known_paths(path: str, line: int) -> None:
    """Each key, table and list item has the line where it begins."""
    tomllib.loads(TEXT)
    assert line == lines_of(TEXT)[path]
    assert line == lines_of(TEXT.replace("\n", "\r\n"))[path]


@pytest.mark.parametrize(
    ("path", "line"),
    [("one.missing", 4), ("many[1].inner[0].missing.deeper", 30), ("many[0].inner[9]", 22), ("nowhere", 1), ("", 1), ("one.odd[key", 4)],
)
def test_missing_paths(path: str, line: int) -> None:
    """What the text does not hold has the line of the nearest thing around it, at last the first."""
    assert line == line_of(lines_of(TEXT), path)


def test_around() -> None:
    """A path's surroundings are the list or the table that it stands in."""
    assert ["a[2].b", "a[2]", "a", ""] == [around("a[2].b[0]"), around("a[2].b"), around("a[2]"), around("a")]


def test_deep_nesting_ends_the_walk() -> None:
    """Nesting that is too deep for Python costs line numbers, not the program."""
    assert 1 == lines_of("a = 1\nb = " + "[" * 100_000)["a"]


def array(items: list[str]) -> str:
    """The items as an array over several lines, with a comment that looks like one more."""
    return "[ # [\n" + ",\n".join(items) + "]"


def inline_table(items: dict[str, str]) -> str:
    """The items as an inline table."""
    return "{" + ", ".join(f"{key} = {item}" for key, item in items.items()) + "}"


NAMES = st.text("abc", min_size=1, max_size=3)
STRINGS = st.sampled_from(['"s"', "'l'", '""', "''", '"a\\"]}#"', '"""\nm"q""\n"""', "'''\nx'''", '""""a"""""'])
SCALARS = STRINGS | st.sampled_from(["1", "true", "2026-12-04T16:00:00+07:00", "2026-12-04 16:00:00", "1e3", "-inf"])
VALUES = st.recursive(
    SCALARS,
    lambda values: st.lists(values, max_size=3).map(array) | st.dictionaries(NAMES, values, max_size=3).map(inline_table),
    max_leaves=6,
)
TABLES = st.dictionaries(NAMES, VALUES, max_size=3).map(lambda items: "".join(f"{key} = {item} # {{\n" for key, item in items.items()))


def paths(value: object, path: str) -> Iterator[str]:
    """Every key path of what tomllib read."""
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, f"{path}.{key}")
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from paths(item, f"{path}[{index}]")


@settings(max_examples=100, deadline=None)
@given(st.lists(TABLES, min_size=1, max_size=3), st.lists(TABLES, max_size=2))
def test_every_path_is_found(tables: list[str], inner: list[str]) -> None:
    """The walk finds exactly the paths that tomllib read, each on a line of the text that lies between its neighbours'."""
    text = "".join(f"[[t]]\n{table}" + "".join(f" [[t.inner]]\n{more}" for more in inner) for table in tables)
    expected = list(paths(tomllib.loads(text)["t"], "t"))
    found = lines_of(text)
    assert set(expected) == found.keys()
    assert [found[path] for path in expected] == sorted(found[path] for path in expected)
