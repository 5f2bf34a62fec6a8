"""A wrong bazaar file is refused whole: each fault alone, many at once, and whatever else people may save under that name."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.store.plan_file import FILE_BYTES_MAX, BadPlan, FaultAt, parse_plan
from server.store.plan_shape import EXAMPLES

HERE = Path(__file__).parent
GOOD = (HERE / "good.toml").read_text(encoding="utf-8")
SAMPLE = (HERE.parents[1] / "bazaars" / "mayangan.toml").read_text(encoding="utf-8")
FAULTS = tomllib.loads((HERE / "plan_faults.toml").read_text(encoding="utf-8"))["fault"]
SERVICE = "agencies[0].lines[0].services[0]"
LONG = "A" * 40 + "…"
MANY_SCREENS = "".join(f'[[screens]]\ncode = "s{number}"\nname = "S"\n' for number in range(50))
SENSIBLE = "a number of sensible size"


def refusal(text: str) -> BadPlan:
    """What the text is refused with."""
    with pytest.raises(BadPlan) as refused:
        parse_plan(text, "uji.toml")
    return refused.value


def paths(text: str) -> list[str]:
    """The key paths of the text's faults, by line."""
    return [fault.path for fault in refusal(text).faults]


@pytest.mark.parametrize("case", FAULTS, ids=lambda case: f"{case['path']}: {case['sentence'][:40]}")
def test_fault(case: dict[str, str]) -> None:
    """Each fault is named alone, with key path, line, and a sentence that says what to write."""
    assert case["replace"] in GOOD
    text = GOOD.replace(case["replace"], case["with"], 1)
    marked_line = text[: text.index("# here")].count("\n") + 1
    [fault] = refusal(text).faults
    assert (case["path"], marked_line, case["sentence"]) == (fault.path, fault.line, fault.sentence)


@pytest.mark.parametrize(
    ("text", "path", "sentence"),
    [
        (GOOD.replace("Halaman", "x" * 301), "bazaar.place", "The text has 301 characters. Write at most 300."),
        (GOOD.replace('["KK"]', str(["KK"] * 31)), f"{SERVICE}.requirements", "There are 31 requirements. Write at most 30."),
        (
            GOOD.replace("Asia/Jakarta", "A" * 9_000),
            "bazaar.timezone",
            f'There is no time zone "{LONG}". Write one such as "Asia/Jakarta".',
        ),
        (GOOD.replace("= 10", "= 0x" + "f" * 9_000), f"{SERVICE}.minutes", f"Here must stand {SENSIBLE}. Write it like: minutes = 10"),
        (GOOD + MANY_SCREENS, "screens", "There are 51 screens. Write at most 50."),
        ("agencies = []\n" + GOOD[: GOOD.index("[[agencies]]")], "agencies", "There are no agencies. Add a table [[agencies]]."),
        (GOOD[GOOD.index("[[agencies]]") :], "bazaar", "This is missing. Write it like: [bazaar]"),
    ],
)
def test_too_large_and_not_there(text: str, path: str, sentence: str) -> None:
    """What is too large, or not there at all, is one fault too, told in few words."""
    [fault] = refusal(text).faults
    assert (path, sentence) == (fault.path, fault.sentence)


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("[bazaar]\nid = = 3\n", 2, "This is no TOML: Invalid value."),
        ("[bazaar]\nid = 'x\n", 2, "This is no TOML: "),
        ("[bazaar]\nid = '''x\n\n", 3, "This is no TOML: "),
        ("[bazaar]\nid = 1\nid = 2\n", 3, "This is no TOML: Cannot overwrite a value."),
        ("a = 1\nb = " + "1" * 5000, 0, "This is no TOML: "),
        ("a = " + "[" * 5000, 0, "Lists stand too deep inside each other."),
        ("a = 1\nb = '\ud800'", 2, "This is no UTF-8 text."),
        ("#" * (FILE_BYTES_MAX + 1), 0, "The file is too large"),
    ],
)
def test_no_toml(text: str, line: int, sentence: str) -> None:
    """A text that is no TOML has one fault, at its line where there is one."""
    [fault] = refusal(text).faults
    assert ("", line) == (fault.path, fault.line)
    assert fault.sentence.startswith(sentence)


def test_all_faults_at_once() -> None:
    """Faults of keys, types and sense are told together, by line."""
    text = (
        GOOD.replace('"uji"', "3").replace("minutes = 10", "minuten = 10").replace("number = 2", "number = 1").replace("Jakarta", "Jakrata")
    )
    assert ["bazaar.id", "bazaar.timezone", f"{SERVICE}.minutes", f"{SERVICE}.minuten", "agencies[1].counters[0].number"] == paths(text)


def test_empty_file() -> None:
    """An empty file lacks its two tables, and nothing is said about what would stand in them."""
    assert ["bazaar", "agencies"] == paths("")


def test_misread_values_beget_no_faults() -> None:
    """A value of the wrong type is one fault; what it would have clashed with is not held against it."""
    text = GOOD.replace('prefix = "B"', "prefix = 1").replace('code = "polsek"', "code = 1").replace("number = 2", "number = []")
    assert ["agencies[1].code", "agencies[1].lines[0].prefix", "agencies[1].counters[0].number"] == paths(text)


def test_text_of_the_refusal() -> None:
    """The refusal reads as one line for each fault: file, line, key path, sentence."""
    assert [
        'uji.toml:4: bazaar.id: "U" cannot stand in an address. Write 1 to 40 of the letters a-z, digits and hyphens.',
        "uji.toml:27: agencies[0].lines[0].quota: 0 is out of bounds. Write a whole number from 1 to 9999.",
    ] == str(refusal(GOOD.replace('"uji"', '"U"').replace("quota = 120", "quota = 0"))).splitlines()


@pytest.mark.parametrize(
    "text",
    [
        GOOD + '"\\u001b[31m\\nweather" = 1\n',
        GOOD + '"' + "weather" * 1000 + '" = 1\n',
        GOOD.replace('"uji"', '"\\u001b[31m\\nuji"'),
        "[bazaar]\n[bazaar." + "x" * 9_000 + "]\n[bazaar." + "x" * 9_000 + "]\n",
    ],
    ids=["key", "long key", "value", "long table"],
)
def test_refusal_is_fit_for_a_terminal(text: str) -> None:
    """Whatever stands in the file, each fault is one line of moderate length, with nothing that a terminal would obey."""
    lines = str(refusal(text)).split("\n")
    assert len(refusal(text).faults) == len(lines)
    assert [] == [line for line in lines if len(line) > 600 or "\x1b" in line]


SCRAPS = st.sampled_from([*"[]{}\"'=,.#\n\\0é", "", "[[", "]]", '"""', "-1", "true", "[]", "{}", "1979-05-27", "[[agencies]]"])


def faults_of(text: str) -> tuple[FaultAt, ...]:
    """The text's faults, none when it is a plan. Anything but a plan or a refusal passes through."""
    try:
        parse_plan(text, "uji.toml")
    except BadPlan as refused:
        return refused.faults
    return ()


def check(text: str) -> None:
    """The text is a plan, or refused with faults of one line each that lie within it."""
    last = text.count("\n") + 1
    assert [] == [fault for fault in faults_of(text) if not 0 <= fault.line <= last or "\n" in str(fault)]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.data())
def test_mutations_of_the_sample(data: st.DataObject) -> None:
    """The sample with some pieces cut out, doubled or overwritten is a plan or a `BadPlan`."""
    text = SAMPLE[: data.draw(st.integers(1000, 6000))]
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.integers(0, 60))
        text = text[:start] + data.draw(SCRAPS | st.just(text[start:end] * 2)) + text[end:]
    check(text)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.text(max_size=60) | st.lists(SCRAPS | st.sampled_from(sorted(EXAMPLES.values())), max_size=20).map("".join))
def test_any_text(text: str) -> None:
    """Any text whatever is a plan or a `BadPlan`."""
    check(text)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.permutations([line for line in GOOD.splitlines() if line]), st.integers(0, 40))
def test_shuffled_lines(lines: list[str], dropped: int) -> None:
    """The good file's lines in any order, some left out, are a plan or a `BadPlan`."""
    check("\n".join(lines[dropped:]))
