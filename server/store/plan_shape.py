"""The keys and types of a bazaar file, table by table, and what is said about a file that has others.

A value of the wrong type is replaced by the empty value of the right one, so that a reader can go on and find what else is wrong.
"""

from collections.abc import Collection
from datetime import datetime
from difflib import get_close_matches
from typing import Annotated, Any, NotRequired

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, with_config
from pydantic_core import ErrorDetails, PydanticCustomError
from typing_extensions import TypedDict

from server.core.plan_faults import QUOTED_CHARS_MAX, Fault, quoted
from server.store.toml_lines import around

WHOLE_NUMBER_MAX = 2**31 - 1
"""Far above every bound; a greater number is a slip, and would not fit into the log's bytes."""

EXAMPLES = {
    "bazaar": "[bazaar]",
    "bazaar.id": 'id = "mayangan"',
    "bazaar.name": 'name = "Bazar Pelayanan Kecamatan Mayangan"',
    "bazaar.place": 'place = "Halaman Kantor Kecamatan Mayangan"',
    "bazaar.opens": "opens = 2026-12-04T16:00:00+07:00",
    "bazaar.closes": "closes = 2026-12-04T21:00:00+07:00",
    "bazaar.timezone": 'timezone = "Asia/Jakarta"',
    "bazaar.languages": 'languages = ["id", "en"]',
    "bazaar.return_after": "return_after = 2",
    "bazaar.undo_seconds": "undo_seconds = 20",
    "bazaar.absent_after": "absent_after = { recalls = 1, seconds = 30 }",
    "bazaar.absent_after.recalls": "recalls = 1",
    "bazaar.absent_after.seconds": "seconds = 30",
    "bazaar.day_code": "day_code = true",
    "bazaar.precheck": 'precheck = "berkas"',
    "bazaar.maklumat": 'maklumat = "Kami siap melayani sesuai standar pelayanan"',
    "bazaar.programme": "[[bazaar.programme]]",
    "bazaar.programme.at": "at = 2026-12-04T18:30:00+07:00",
    "bazaar.programme.text": 'text = "Musik patrol"',
    "agencies": "[[agencies]]",
    "agencies.code": 'code = "dispendukcapil"',
    "agencies.name": 'name = "Dispendukcapil"',
    "agencies.lines": "[[agencies.lines]]",
    "agencies.lines.prefix": 'prefix = "A"',
    "agencies.lines.priority": 'priority = "1:2"',
    "agencies.lines.priority_prefix": 'priority_prefix = "AP"',
    "agencies.lines.quota": "quota = 120",
    "agencies.lines.paper": "paper = true",
    "agencies.lines.services": "[[agencies.lines.services]]",
    "agencies.lines.services.code": 'code = "ktp"',
    "agencies.lines.services.name": 'name = { id = "Perekaman KTP-el", en = "ID card enrolment" }',
    "agencies.lines.services.minutes": "minutes = 10",
    "agencies.lines.services.requirements": 'requirements = ["Fotokopi KK"]',
    "agencies.lines.services.fee": 'fee = "gratis"',
    "agencies.lines.services.note": 'note = "Kartu diambil hari berikutnya"',
    "agencies.counters": "[[agencies.counters]]",
    "agencies.counters.number": "number = 1",
    "agencies.counters.lines": 'lines = ["A"]',
    "screens": "[[screens]]",
    "screens.code": 'code = "utama"',
    "screens.name": 'name = "Layar utama"',
    "screens.agencies": 'agencies = ["dispendukcapil"]',
    "screens.zone": 'zone = "halaman"',
    "screens.speaks": "speaks = true",
}
"""How each key of the file is written, by its path without places in lists."""


def _iso(value: object) -> str:
    """The time as text. Empty text stands for a time that could not be read."""
    if value == "":
        return ""
    if not isinstance(value, datetime):
        raise PydanticCustomError("time", "no time")
    return value.isoformat()


def _words(value: object) -> object:
    texts = value.values() if isinstance(value, dict) else [value]
    if not all(isinstance(text, str) for text in texts):
        raise PydanticCustomError("words", "no words")
    return value


_Time = Annotated[str, BeforeValidator(_iso)]
_Words = Annotated[Any, BeforeValidator(_words)]
_Whole = Annotated[int, Field(ge=-WHOLE_NUMBER_MAX, le=WHOLE_NUMBER_MAX)]
_table = with_config(ConfigDict(extra="forbid", strict=True))


@_table
class _AbsentAfter(TypedDict):
    recalls: NotRequired[_Whole]
    seconds: NotRequired[_Whole]


@_table
class _ProgrammeItem(TypedDict):
    at: _Time
    text: _Words


@_table
class _Bazaar(TypedDict):
    id: str
    name: _Words
    place: NotRequired[_Words]
    opens: _Time
    closes: _Time
    timezone: NotRequired[str]
    languages: NotRequired[list[str]]
    return_after: NotRequired[_Whole]
    undo_seconds: NotRequired[_Whole]
    absent_after: NotRequired[_AbsentAfter]
    day_code: NotRequired[bool]
    precheck: NotRequired[str]
    maklumat: NotRequired[_Words]
    programme: NotRequired[list[_ProgrammeItem]]


@_table
class _Service(TypedDict):
    code: str
    name: _Words
    minutes: _Whole
    requirements: NotRequired[list[_Words]]
    fee: NotRequired[_Words]
    note: NotRequired[_Words]


@_table
class _Line(TypedDict):
    prefix: str
    priority: NotRequired[str]
    priority_prefix: NotRequired[str]
    quota: NotRequired[_Whole]
    paper: NotRequired[bool]
    services: list[_Service]


@_table
class _Counter(TypedDict):
    number: _Whole
    lines: NotRequired[list[str]]


@_table
class _Agency(TypedDict):
    code: str
    name: _Words
    lines: list[_Line]
    counters: list[_Counter]


@_table
class _Screen(TypedDict):
    code: str
    name: _Words
    agencies: NotRequired[list[str]]
    zone: NotRequired[str]
    speaks: NotRequired[bool]


@_table
class _File(TypedDict):
    bazaar: _Bazaar
    agencies: list[_Agency]
    screens: NotRequired[list[_Screen]]


WRONG_TYPES: dict[str, tuple[str, type]] = {
    "dict_type": ("a table", dict),
    "list_type": ("a list", list),
    "string_type": ("text in quotes", str),
    "int_type": ("a whole number", int),
    "bool_type": ("true or false", bool),
    "less_than_equal": ("a number of sensible size", int),
    "greater_than_equal": ("a number of sensible size", int),
    "time": ("a time without quotes", str),
    "words": ("text in quotes, or a table with one such text for each language", str),
}
"""By pydantic's name for the error: what must stand there, and the type whose empty value may stand in for it."""
_FILE = TypeAdapter(_File)


def shaped(config: dict[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """The map with right keys and types throughout, times as ISO text, and what had to be put right for it. Changes the map it is given."""
    found: dict[str, Fault] = {}
    while True:
        try:
            return dict(_FILE.validate_python(config)), list(found.values())
        except ValidationError as error:
            problems = error.errors(include_url=False, include_input=False)
        for problem in problems:
            path = _path(problem["loc"])
            if not is_below(path, found):
                found[path] = Fault(path, _sentence(problem))
            _put_right(config, problem)


def is_below(path: str, paths: Collection[str]) -> bool:
    """Whether the path, or anything around it, is one of the paths."""
    while path and path not in paths:
        path = around(path)
    return bool(path)


def _put_right(config: Any, problem: ErrorDetails) -> None:
    *steps, last = problem["loc"]
    for step in steps:
        config = config[step]
    match problem["type"]:
        case "extra_forbidden":
            del config[last]
        case "missing":
            # Of no type at all: the next round finds out which one is wanted.
            config[last] = None
        case wrong_type:
            config[last] = WRONG_TYPES[wrong_type][1]()


def _sentence(problem: ErrorDetails) -> str:
    key = ".".join(step for step in problem["loc"] if isinstance(step, str))
    match problem["type"]:
        case "extra_forbidden":
            return _unknown(key)
        case "missing":
            return f"This is missing. Write it like: {EXAMPLES[key]}"
        case wrong_type:
            return f"Here must stand {WRONG_TYPES[wrong_type][0]}. Write it like: {EXAMPLES[key]}"


def _unknown(key: str) -> str:
    table, _, name = key.rpartition(".")
    names = [known.rpartition(".")[2] for known in EXAMPLES if known.rpartition(".")[0] == table]
    homes = [EXAMPLES[known.rpartition(".")[0]] for known in EXAMPLES if known.endswith(f".{name}")]
    if close := get_close_matches(name[:QUOTED_CHARS_MAX], names, n=1):
        return f"There is no key {quoted(name)} here. Did you mean {quoted(close[0])}?"
    if homes:
        return f"The key {quoted(name)} does not belong here. It is a key of {' and of '.join(homes)}: write it right below that."
    return f"There is no key {quoted(name)} here. Take it out; this table knows {', '.join(names)}."


def _path(loc: tuple[int | str, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc).removeprefix(".")
