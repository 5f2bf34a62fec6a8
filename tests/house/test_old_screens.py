"""Pages use only what the oldest promised screen has: Chromium 64, as in televisions of 2018 to 2020.

Words of an old browser are no rule that one can look up in the code, so here is the list. A page that runs on a real one is the proof;
this finds the usual slips at once, and where.
"""

import re
from collections.abc import Iterator

import pytest

from tests.house.tree import sources

JS_COMMENTS_AND_STRINGS = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
JS_TOO_NEW = {
    "?.": r"\?\.(?!\d)",
    "??": r"\?\?",
    "||= &&=": r"(?:\|\||&&)=",
    "class field": r"^(?:export )?class\b[^\n]*\n(?:(?!\}).*\n)*?  (?:static )?#?\w+(?: = [^\n]*)?;$",
    "private name": r"\.#\w",
    "1_000": r"\b\d+_\d",
    "BigInt": r"\b\d+n\b|\bBigInt\b",
    "top-level await": r"^(?:(?:export )?(?:const|let) [^\n]*= )?await\b",
    "catch without a name": r"\bcatch \{",
    "method": r"\.(?:at|findLast|flat|flatMap|matchAll|replaceAll|replaceChildren|toReversed|toSorted|toggleAttribute|trimEnd|trimStart)\(",
    "static method": r"\b(?:Object\.(?:fromEntries|hasOwn)|Promise\.(?:allSettled|any))\b",
    "object": r"\b(?:AbortController|CompressionStream|ListFormat|RelativeTimeFormat|WeakRef|adoptedStyleSheets|globalThis)\b",
    "cookies by themselves (say credentials)": r"\bfetch\((?![^;]*\bcredentials:)",
    "service": r"\b(?:queueMicrotask|structuredClone|randomUUID|wakeLock)\b|\bnavigator\.locks\b",
}

CSS_COMMENTS_AND_STRINGS = re.compile(r"/\*.*?\*/|\"[^\"\n]*\"|'[^'\n]*'", re.DOTALL)
CSS_TOO_NEW = {
    "gap (write grid-gap, or margins)": r"(?<![-\w])(?:row-|column-)?gap\s*:",
    "property": r"(?<![-\w(])(?:accent-color|aspect-ratio|container(?:-type|-name)?|inset(?:-\w+)*)\s*:",
    "function": r"\b(?:clamp|color-mix|conic-gradient|max|min|oklch|oklab)\(",
    "rgb without commas": r"\b(?:rgb|hsl)a?\(\s*[\d.]+(?:deg|%)?\s+[\d.]",
    "selector": r":(?:is|where|has)\b|(?<!^:focus:not\():focus-visible|^\s*&",
    "unit": r"\d(?:[dls]v[hw]|vi|vb|cq\w+)\b",
    "rule": r"@(?:container|layer|property|scope|starting-style)\b|\bsubgrid\b",
}


def test_scripts_run_on_old_screens() -> None:
    """No script uses JavaScript that Chromium 64 does not know: one such word stops the whole page there."""
    faults = [f"{path}:{fault}" for path, text in sources(".js", under="static/") for fault in too_new_js(text)]
    assert [] == faults


def test_styles_hold_on_old_screens() -> None:
    """No style sheet uses CSS that Chromium 64 drops."""
    faults = [f"{path}:{fault}" for path, text in sources(".css", under="static/") for fault in too_new_css(text)]
    assert [] == faults


@pytest.mark.parametrize(
    "line",
    [
        "const a = b?.c;",
        "const a = b ?? c;",
        "a ||= b;",
        "class A {\n  count = 0;\n}",
        "export class A extends B {\n  f() {\n    return 1;\n  }\n\n  static count;\n}",
        "return this.#count;",
        "const LIMIT = 10_000;",
        "const big = 10n;",
        "const page = await load();",
        "try { f(); } catch { g(); }",
        "list.flat();",
        "text.replaceAll('a', 'b');",
        "Object.fromEntries(map);",
        "return Promise.allSettled(all);",
        "globalThis.x = 1;",
        "fetch(home).then(show);",
        "crypto.randomUUID();",
        "navigator.locks.request(name);",
    ],
)
def test_new_javascript_is_seen(line: str) -> None:
    """Each thing on the list is found."""
    assert [1] == [1 for _ in too_new_js(line)]


@pytest.mark.parametrize(
    "line",
    [
        "const a = b ? .5 : 1;",
        "// a ?? b, and a?.b",
        'say("really??");',
        "async function f() {\n  await load();\n  count = 0;\n}",
        "frame.at > (before.at || 0)",
        'fetch(home, { credentials: "same-origin" }).then(show);',
        "promise.then(f).catch((error) => g(error));",
    ],
)
def test_old_javascript_is_left_alone(line: str) -> None:
    """Words in comments and strings are no code, and what looks alike is something else."""
    assert [] == list(too_new_js(line))


@pytest.mark.parametrize(
    "line",
    [
        "a { gap: 1rem; }",
        "a { column-gap: 1rem; }",
        "a { inset: 0; }",
        "a { inset-inline: 0; }",
        "a { aspect-ratio: 1; }",
        "a { width: min(10px, 5vw); }",
        "a { color: rgb(0 0 0 / 50%); }",
        "a:is(b, c) { }",
        "a:focus-visible { }",
        "a {\n  & b { }\n}",
        "a { height: 100dvh; }",
        "@layer base { }",
        "a { grid-template-rows: subgrid; }",
    ],
)
def test_new_css_is_seen(line: str) -> None:
    """Each thing on the list is found."""
    assert [1] == [1 for _ in too_new_css(line)]


@pytest.mark.parametrize(
    "line",
    [
        "a { grid-gap: 1rem; }",
        "@media (min-aspect-ratio: 16/9) { }",
        ":focus:not(:focus-visible) { outline: none; }",
        "/* gap: none */",
        "a { grid-template-columns: minmax(0, 1fr); }",
        "a { color: rgba(0, 0, 0, .5); }",
    ],
)
def test_old_css_is_left_alone(line: str) -> None:
    """What Chromium 64 has goes by other names or stands in other places."""
    assert [] == list(too_new_css(line))


def too_new_js(text: str) -> Iterator[str]:
    """Line and name of each thing in the script that Chromium 64 lacks."""
    return _found(JS_TOO_NEW, JS_COMMENTS_AND_STRINGS, text)


def too_new_css(text: str) -> Iterator[str]:
    """Line and name of each thing in the style sheet that Chromium 64 lacks."""
    return _found(CSS_TOO_NEW, CSS_COMMENTS_AND_STRINGS, text)


def _found(too_new: dict[str, str], silent: re.Pattern[str], text: str) -> Iterator[str]:
    code = silent.sub(lambda match: "\n" * match.group().count("\n"), text)
    for name, pattern in too_new.items():
        for match in re.finditer(pattern, code, re.MULTILINE):
            yield f"{code.count(chr(10), 0, match.end()) + 1} {name}"
