"""Reads a bazaar file (TOML) into a `Plan`, or refuses it whole with every fault named by file, line and key path.

Three sieves, each finer: is it TOML (tomllib), has it the right keys and types (`plan_shape`), and does it make sense (`plan_faults`).
What the second refuses, it replaces, so that the third still finds what is wrong elsewhere; what is said of the replacement is left out.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from server.core.plan import Plan
from server.core.plan_faults import QUOTED_CHARS_MAX, Fault, faults, plain, quoted
from server.store.plan_shape import is_below, shaped
from server.store.toml_lines import line_of, lines_of

FILE_BYTES_MAX = 500_000
SHOWN_CHARS_MAX = 200
"""Of a key path or of what tomllib says: a file may hold a key as long as itself."""


@dataclass(frozen=True, slots=True)
class FaultAt:
    """A fault and where it stands. ``line`` counts from 1; 0 when the file as a whole is meant, ``path`` is then empty."""

    file: str
    line: int
    path: str
    sentence: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.path}: {self.sentence}" if self.path else f"{place}: {self.sentence}"


class BadPlan(ValueError):
    """A bazaar file of which nothing is used. ``faults`` are all of them, by line; the text has one line for each."""

    def __init__(self, faults: Iterable[FaultAt]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def read_plan(path: Path) -> Plan:
    """The plan in the file. Raises `BadPlan`, also for a file that cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise _bad(str(path), 0, f"The file cannot be read: {error.strerror}.") from error
    return _plan(data, str(path))


def parse_plan(text: str, name: str) -> Plan:
    """The plan in the text; ``name`` is what faults call the file. Raises `BadPlan`."""
    return _plan(text.encode("utf-8", "surrogatepass"), name)


def _plan(data: bytes, name: str) -> Plan:
    text = _text(data, name)
    config, misshapen = shaped(_toml(text, name))
    plan = Plan.from_config(config)
    told = {fault.path for fault in misshapen}
    found = [*misshapen, *(fault for fault in _senseless(plan) if not is_below(fault.path, told))]
    if found:
        lines = lines_of(text)
        placed = [FaultAt(name, line_of(lines, fault.path), plain(fault.path, SHOWN_CHARS_MAX), fault.sentence) for fault in found]
        raise BadPlan(sorted(placed, key=lambda fault: fault.line))
    return plan


def _text(data: bytes, name: str) -> str:
    if len(data) > FILE_BYTES_MAX:
        raise _bad(name, 0, f"The file is too large: a bazaar file has at most {FILE_BYTES_MAX} bytes.")
    try:
        # Some editors begin a file with a byte order mark, which TOML does not know.
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _bad(name, line, "This is no UTF-8 text. Save the file in the encoding UTF-8.") from error


def _toml(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise _bad(name, 0, "Lists stand too deep inside each other.") from error
    except ValueError as error:
        # The line stands only in the message: "… (at line 3, column 5)", "… (at end of document)". A number too long to be read has none.
        message, _, place = str(error).rstrip(")").partition(" (at ")
        line = re.match(r"line (\d+)", place)
        last = text.count("\n") + (not text.endswith("\n")) if place == "end of document" else 0
        raise _bad(name, int(line[1]) if line else last, f"This is no TOML: {plain(message, SHOWN_CHARS_MAX)}.") from error


def _senseless(plan: Plan) -> Iterator[Fault]:
    yield from faults(plan)
    zone, zones = plan.bazaar.timezone, available_timezones()
    if zone not in zones:
        likely = get_close_matches(zone[:QUOTED_CHARS_MAX], zones, n=1) or ["Asia/Jakarta"]
        yield Fault("bazaar.timezone", f"There is no time zone {quoted(zone)}. Write one such as {quoted(likely[0])}.")


def _bad(file: str, line: int, sentence: str) -> BadPlan:
    return BadPlan([FaultAt(file, line, "", sentence)])
