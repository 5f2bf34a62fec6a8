"""A good bazaar file becomes a plan, whatever editor saved it; the sample bazaar is one."""

import re
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.plan import Plan
from server.core.plan_parts import words
from server.store.plan_file import FILE_BYTES_MAX, BadPlan, parse_plan, read_plan
from server.store.plan_shape import EXAMPLES

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
GOOD = (HERE / "good.toml").read_text(encoding="utf-8")
SAMPLE = ROOT / "bazaars" / "mayangan.toml"


def test_good_file() -> None:
    """A good file's values stand in the plan, times as ISO text with their offset."""
    plan = parse_plan(GOOD, "uji.toml")
    assert ("uji", 120, ("A",)) == (plan.bazaar.id, plan.line("A").quota, plan.counter(1).lines)
    assert ("2026-12-04T16:00:00+07:00", "2026-12-05T00:30:00+07:00") == (plan.bazaar.opens, plan.bazaar.closes)


PUT_IN = st.text(max_size=20) | st.sampled_from(["[[", "=", "\x00", "{}", "9" * 5000, "[" * 3000])


@given(st.integers(0, len(GOOD)), st.integers(0, 40), PUT_IN)
def test_no_change_breaks_the_reader(at: int, cut: int, put: str) -> None:
    """A good file in which anything was cut out and anything put in is a plan, or refused."""
    with suppress(BadPlan):
        assert "uji.toml" not in parse_plan(GOOD[:at] + put + GOOD[at + cut :], "uji.toml").bazaar.id


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf" + GOOD.encode(), GOOD.replace("\n", "\r\n").encode()], ids=["mark", "windows"])
def test_files_of_other_editors(tmp_path: Path, data: bytes) -> None:
    """A byte order mark and Windows line ends make no difference."""
    path = tmp_path / "uji.toml"
    path.write_bytes(data)
    assert parse_plan(GOOD, "uji.toml") == read_plan(path)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (GOOD.encode("utf-16"), ":1: This is no UTF-8 text. Save the file in the encoding UTF-8."),
        (b"[bazaar]\nname = 'caf\xe9'\n", ":2: This is no UTF-8 text. Save the file in the encoding UTF-8."),
        (b"\xe9" * (FILE_BYTES_MAX + 1), f": The file is too large: a bazaar file has at most {FILE_BYTES_MAX} bytes."),
    ],
    ids=["utf-16", "latin-1", "large"],
)
def test_unreadable_bytes(tmp_path: Path, data: bytes, expected: str) -> None:
    """Bytes that are no text of a sensible size are refused in one sentence."""
    path = tmp_path / "uji.toml"
    path.write_bytes(data)
    with pytest.raises(BadPlan) as refused:
        read_plan(path)
    assert f"{path}{expected}" == str(refused.value)


@pytest.mark.parametrize(("name", "why"), [("none.toml", "No such file or directory"), ("", "Is a directory")])
def test_unreadable_file(tmp_path: Path, name: str, why: str) -> None:
    """A file that is not there, or is none, is refused by its name."""
    with pytest.raises(BadPlan) as refused:
        read_plan(tmp_path / name)
    assert f"{tmp_path / name}: The file cannot be read: {why}." == str(refused.value)


def test_sample_counts() -> None:
    """The sample bazaar has 21 agencies with a line each, 53 services and the counters 1 to 33."""
    plan = read_plan(SAMPLE)
    assert (21, 21, 53) == (len(plan.agencies), len(plan.lines), len(plan.services))
    assert list(range(1, 34)) == [counter.number for counter in plan.counters]
    assert set("ABCDEFGHJKLMNPRSTUVWZ") == {line.prefix for line in plan.lines}


def test_sample_hours() -> None:
    """The sample bazaar is open for one evening, with the usual waits."""
    bazaar = read_plan(SAMPLE).bazaar
    assert ("2026-12-04T16:00:00+07:00", "2026-12-04T21:00:00+07:00", "Asia/Jakarta") == (bazaar.opens, bazaar.closes, bazaar.timezone)
    assert (2, 20) == (bazaar.return_after, bazaar.undo_seconds)


def test_sample_words() -> None:
    """Each service of the sample has an English name beside the Indonesian one."""
    plan = read_plan(SAMPLE)
    assert [] == [service.code for service in plan.services if words(service.name, "id") == words(service.name, "en")]


def test_sample_screens() -> None:
    """Of the sample's screens one shows everybody, and the zones show each agency once."""
    everybody, *zones = read_plan(SAMPLE).screens
    assert sorted(everybody.agencies) == sorted(code for zone in zones for code in zone.agencies)


@pytest.mark.parametrize("text", [GOOD, SAMPLE.read_text(encoding="utf-8")], ids=["good", "sample"])
def test_round_trip(text: str) -> None:
    """What the log keeps of a file gives the same plan again."""
    plan = parse_plan(text, "uji.toml")
    assert plan == Plan.from_config(plan.as_config())


def keys_of(value: Any, path: str = "") -> set[str]:
    """Every key path of a config, without places in lists; the languages of a text are no keys."""
    if isinstance(value, list):
        return {path}.union(*(keys_of(item, path) for item in value))
    if not isinstance(value, dict) or path.endswith(".name"):
        return {path}
    return {path}.union(*(keys_of(item, f"{path}.{name}".removeprefix(".")) for name, item in value.items()))


def test_every_key_has_an_example() -> None:
    """The keys that faults know how to write are exactly those of a plan, and each example is that key in TOML."""
    assert keys_of(parse_plan(GOOD, "uji.toml").as_config()) - {""} == EXAMPLES.keys()
    written = {path: example.strip("[]").split(" =")[0] for path, example in EXAMPLES.items()}
    assert [] == [path for path, key in written.items() if key not in (path, path.rpartition(".")[2])]
    assert all(tomllib.loads(example) for example in EXAMPLES.values())


HANDBOOK = (ROOT / "docs" / "bazaar-file.md").read_text(encoding="utf-8")
[EXAMPLE] = re.findall(r"```toml\n(\[bazaar\].*?)```", HANDBOOK, re.DOTALL)


def test_handbook_example() -> None:
    """The example in the handbook is a whole bazaar file, and a good one."""
    plan = parse_plan(EXAMPLE, "sukapura.toml")
    assert ("sukapura", 2, [1, 2, 3]) == (plan.bazaar.id, len(plan.agencies), [counter.number for counter in plan.counters])


def test_handbook_faults() -> None:
    """The faults that the handbook shows are what its example, written wrongly, is refused with."""
    with pytest.raises(BadPlan) as refused:
        parse_plan(EXAMPLE.replace('"A"', '"a"').replace("number = 3", "number = 2"), "sukapura.toml")
    assert f"```\n{refused.value}\n```" in HANDBOOK
