"""Whoever silences a check says why, beside it."""

import io
import re
import tokenize
from collections.abc import Iterator

import pytest

from tests.house.tree import sources, texts

SILENCED = re.compile(r"#\s*(noqa|type:\s*ignore|pragma:|mypy:|pyright:|ruff:|fmt:)")
CODE = r"[A-Za-z]+[\w-]*"
WITH_REASON = re.compile(rf"# (noqa: {CODE}(, {CODE})*|type: ignore\[[\w, -]+\]|pragma: no cover|fmt: (off|on|skip))  # .*[a-z]{{4,}}")
JS_SILENCED = re.compile(r"@ts-(ignore|nocheck)|eslint-disable|@ts-expect-error(?!:? \w+ \w+)")
TURNED_OFF = re.compile(
    r'^(?!(?:extend-)?select\b).*"[A-Z]+\d+"|^(?:ignore_missing_imports|disable_error_code|ignore_imports|exclude|follow_imports)\b'
)


def test_silenced_checks_have_a_reason() -> None:
    """Every noqa and type: ignore names its rule and is followed by a reason, all in one form: `# noqa: S603  # the reason`."""
    assert [] == [f"{path}:{line}" for path, text in sources(".py") for line in silenced_without_reason(text)]


def test_silenced_checks_of_scripts_have_a_reason() -> None:
    """In JavaScript the only way is @ts-expect-error, which complains when it is needed no more, with its reason."""
    assert [] == [path for path, text in sources(".js") if JS_SILENCED.search(text)]


def test_settings_that_ignore_have_a_reason() -> None:
    """Each rule that pyproject.toml turns off has a comment on its line."""
    assert [] == ignored_without_reason(texts()["pyproject.toml"])


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "# noqa: S603",
        "# noqa: S101, S603  # ",
        "# noqa: S603 - the arguments are ours",
        "# type: ignore",
        "# type: ignore[arg-type]",
        "# type: ignore  # stubs are wrong",
    ],
)
def test_a_bare_silencer_is_seen(comment: str) -> None:
    """A silencer without its rule, without a reason, or with one in another form is a fault."""
    assert [1] == list(silenced_without_reason(f"x = 1  {comment}\n"))


@pytest.mark.parametrize(
    "comment",
    ["# noqa: S603  # the arguments are ours", "# noqa: S101, S603  # the arguments are ours", "# type: ignore[misc]  # no stubs exist"],
)
def test_a_reason_is_enough(comment: str) -> None:
    """Rule and reason on the line: nothing to say."""
    assert [] == list(silenced_without_reason(f"x = 1  {comment}\n"))


def test_a_bare_ignore_in_the_settings_is_seen() -> None:
    """Lists of ignored rules, ignores by file and mypy's exceptions are all looked at."""
    bare = 'ignore = [\n    "D104",\n]\n[tool.ruff.lint.per-file-ignores]\n"tests/**" = ["S101"]\n\n[x]\nignore_missing_imports = true\n'
    assert ['"D104",', '"tests/**" = ["S101"]', "ignore_missing_imports = true"] == ignored_without_reason(bare)


def silenced_without_reason(text: str) -> Iterator[int]:
    """The lines whose comment silences a check and gives no reason."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and SILENCED.search(token.string) and not WITH_REASON.search(token.string):
            yield token.start[0]


def ignored_without_reason(text: str) -> list[str]:
    """The lines of pyproject.toml that turn a check off and have no comment."""
    return [line.strip() for line in text.splitlines() if TURNED_OFF.search(line.strip()) and "#" not in line]
