"""What can be wrong with a bazaar file whose keys and types are right.

Rule: every fault is told, with its key path and what to write instead; none ends the search. The empty value of a type (``""``, 0, no
items) is a fault wherever something must stand, and is compared with nothing: a reader may put it in for what it could not read.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypeVar

from server.core.plan import Plan
from server.core.plan_parts import LANGUAGES, RATIO, Agency, BazaarInfo, Line, Screen, Service
from server.core.values import EVERYWHERE, SCREENS_MAX, Text

CODE = re.compile(r"[a-z0-9-]{1,40}")
PREFIX = re.compile(r"[A-Z][A-Z0-9]{0,3}")
PRIORITY_PREFIX = re.compile(r"[A-Z][A-Z0-9]{0,4}")
UNSEEN = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
"""Control characters and halves of characters: they break screens, terminals and bytes on the wire."""
SITE_PATHS = ("healthz", "metrics", "readyz", "static")
"""First segments of the site's own paths; a bazaar of that name could not be reached."""

OPEN_HOURS_MAX = 48
TEXT_CHARS_MAX = 300
QUOTED_CHARS_MAX = 40
ITEMS_MAX = {"agencies": 100, "lines": 50, "services": 100, "counters": 100, "requirements": 30, "screens": SCREENS_MAX, "programme": 50}
"""How many items a list of this name may hold."""
BOUNDS = {
    "return_after": (0, 50),
    "undo_seconds": (0, 300),
    "recalls": (0, 10),
    "seconds": (0, 900),
    "quota": (1, 9999),
    "minutes": (1, 240),
    "number": (1, 999),
}
"""Lowest and highest value of each whole number in the file."""

NOBODY: Mapping[str, str] = MappingProxyType({})
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. ``path`` is a key path such as ``agencies[2].lines[0].prefix``."""

    path: str
    sentence: str


def faults(plan: Plan) -> tuple[Fault, ...]:
    """Every fault of the plan, in no order to rely on; empty when it may be opened."""
    agencies = _each("agencies", plan.agencies)
    lines = [item for path, agency in agencies for item in _each(f"{path}.lines", agency.lines)]
    services = [item for path, line in lines for item in _each(f"{path}.services", line.services)]
    counters = [item for path, agency in agencies for item in _each(f"{path}.counters", agency.counters)]
    screens = _each("screens", plan.screens)
    codes = [agency.code for agency in plan.agencies]
    owners: dict[str, str] = {line.prefix: agency.code for agency in plan.agencies for line in agency.lines}
    return (
        *_in_bazaar(plan.bazaar),
        *_known_precheck(plan.bazaar.precheck, [service.code for _, service in services]),
        *_amount("agencies", plan.agencies, "Add a table [[agencies]]."),
        *_amount("screens", plan.screens),
        *(fault for path, agency in agencies for fault in _in_agency(path, agency, owners)),
        *(fault for path, line in lines for fault in _in_line(path, line)),
        *(fault for path, service in services for fault in _in_service(path, service)),
        *(fault for path, screen in screens for fault in _in_screen(path, screen, codes)),
        *_doubles(((f"{path}.code", agency.code) for path, agency in agencies), "a code that no other agency has"),
        *_doubles(_prefixes(lines), "letters that no other line or priority lane has (priority_prefix is by default the prefix and a P)"),
        *_doubles(((f"{path}.code", service.code) for path, service in services), "a code that no other service of the whole bazaar has"),
        *_doubles(
            ((f"{path}.number", counter.number) for path, counter in counters), "a number that no other counter of the whole bazaar has"
        ),
        *_doubles(((f"{path}.code", screen.code) for path, screen in screens), "a code that no other screen has"),
        *_doubles(
            (
                (f"{path}.zone", screen.zone)
                for path, screen in {screen.code: (path, screen) for path, screen in screens}.values()
                if screen.speaks
            ),
            "speaks = true at one screen of a zone only (one that names no zone is its own, and speaks)",
        ),
    )


def plain(text: str, chars_max: int) -> str:
    """The text as it can stand in a sentence: shortened, and one line whatever it holds."""
    return UNSEEN.sub("�", text if len(text) <= chars_max else text[:chars_max] + "…")


def quoted(text: str) -> str:
    """What somebody wrote, in quotes, for a sentence."""
    return f'"{plain(text, QUOTED_CHARS_MAX)}"'


# What each table may hold


def _in_bazaar(bazaar: BazaarInfo) -> Iterator[Fault]:
    yield from _code("bazaar.id", bazaar.id)
    if bazaar.id in SITE_PATHS:
        yield Fault("bazaar.id", f"{quoted(bazaar.id)} is a path of the site itself. Write another id.")
    yield from _words("bazaar.name", bazaar.name)
    yield from _words("bazaar.place", bazaar.place, may_be_empty=True)
    yield from _hours(bazaar.opens, bazaar.closes)
    yield from _choice("bazaar.languages", bazaar.languages, LANGUAGES, "language")
    yield from _bounds("bazaar", return_after=bazaar.return_after, undo_seconds=bazaar.undo_seconds)
    yield from _words("bazaar.maklumat", bazaar.maklumat, may_be_empty=True)
    yield from _amount("bazaar.programme", bazaar.programme)
    for here, item in _each("bazaar.programme", bazaar.programme):
        yield from _time(f"{here}.at", item.at)
        yield from _words(f"{here}.text", item.text)
    yield from _bounds("bazaar.absent_after", recalls=bazaar.absent_after.recalls, seconds=bazaar.absent_after.seconds)


def _known_precheck(code: str | None, known: Sequence[str]) -> Iterator[Fault]:
    if code and known and code not in known:
        yield Fault("bazaar.precheck", f"There is no service {quoted(code)}. Write the code of one, or leave this out.")


def _in_agency(path: str, agency: Agency, owners: Mapping[str, str]) -> Iterator[Fault]:
    yield from _code(f"{path}.code", agency.code)
    if agency.code == EVERYWHERE:
        yield Fault(f"{path}.code", f"{quoted(agency.code)} stands for all agencies in announcements. Write another code.")
    yield from _words(f"{path}.name", agency.name)
    yield from _amount(f"{path}.lines", agency.lines, "Add a table [[agencies.lines]] below the agency.")
    yield from _amount(f"{path}.counters", agency.counters, "Add a table [[agencies.counters]] below the agency.")
    own = [line.prefix for line in agency.lines]
    for here, counter in _each(f"{path}.counters", agency.counters):
        yield from _bounds(here, number=counter.number)
        if own:
            yield from _choice(f"{here}.lines", counter.lines, own, "line", owners)
    # A counter without lines is a fault already; what it was meant to serve is not told again.
    complete = agency.counters and all(counter.lines for counter in agency.counters)
    served = {prefix for counter in agency.counters for prefix in counter.lines}
    for here, line in _each(f"{path}.lines", agency.lines):
        if complete and line.prefix and line.prefix not in served:
            yield Fault(here, f"No counter serves line {quoted(line.prefix)}. Name it in the lines of a counter of this agency.")


def _in_line(path: str, line: Line) -> Iterator[Fault]:
    if not PREFIX.fullmatch(line.prefix):
        yield Fault(f"{path}.prefix", f"{quoted(line.prefix)} is no prefix. Write 1 to 4 capital letters or digits, a letter first.")
    if line.priority not in ("none", "first") and not RATIO.fullmatch(line.priority):
        yield Fault(f"{path}.priority", f'{quoted(line.priority)} is no lane rule. Write "none", "first" or "1:n" with n from 1 to 99.')
    if line.priority_prefix and not line.has_priority:
        yield Fault(f"{path}.priority_prefix", "The line has no priority lane. Take this key out, or write another priority.")
    if line.has_priority and line.priority_prefix != line.prefix + "P" and not PRIORITY_PREFIX.fullmatch(line.priority_prefix):
        sentence = f"{quoted(line.priority_prefix)} is no prefix. Write 1 to 5 capital letters or digits, a letter first."
        yield Fault(f"{path}.priority_prefix", sentence)
    if line.quota is not None:
        yield from _bounds(path, quota=line.quota)
    yield from _amount(f"{path}.services", line.services, "Add a table [[agencies.lines.services]] below the line.")


def _in_service(path: str, service: Service) -> Iterator[Fault]:
    yield from _code(f"{path}.code", service.code)
    yield from _words(f"{path}.name", service.name)
    yield from _bounds(path, minutes=service.minutes)
    yield from _amount(f"{path}.requirements", service.requirements)
    for here, requirement in _each(f"{path}.requirements", service.requirements):
        yield from _words(here, requirement)
    yield from _words(f"{path}.fee", service.fee)
    yield from _words(f"{path}.note", service.note, may_be_empty=True)


def _in_screen(path: str, screen: Screen, agencies: Sequence[str]) -> Iterator[Fault]:
    yield from _code(f"{path}.code", screen.code)
    yield from _words(f"{path}.name", screen.name)
    if agencies:
        yield from _choice(f"{path}.agencies", screen.agencies, agencies, "agency")
    if screen.zone != screen.code:
        yield from _code(f"{path}.zone", screen.zone)


# What each value may be


def _code(path: str, code: str) -> Iterator[Fault]:
    if not CODE.fullmatch(code):
        yield Fault(path, f"{quoted(code)} cannot stand in an address. Write 1 to 40 of the letters a-z, digits and hyphens.")


def _words(path: str, text: Text, *, may_be_empty: bool = False) -> Iterator[Fault]:
    if isinstance(text, str):
        if not text.strip() and not may_be_empty:
            yield Fault(path, "There is no text. Write what people shall read.")
        if len(text) > TEXT_CHARS_MAX:
            yield Fault(path, f"The text has {len(text)} characters. Write at most {TEXT_CHARS_MAX}.")
        if UNSEEN.search(text):
            yield Fault(path, "The text holds a line break or a control character. Write one line of plain text.")
        return
    if not text:
        yield Fault(path, f"There is no text. Write what people shall read, in some of {_listed(LANGUAGES)}.")
    for language, one in text.items():
        if language not in LANGUAGES:
            yield Fault(f"{path}.{language}", f"There is no language {quoted(language)}. Write some of {_listed(LANGUAGES)}.")
        yield from _words(f"{path}.{language}", one)


def _hours(opens: str, closes: str) -> Iterator[Fault]:
    yield from _time("bazaar.opens", opens)
    yield from _time("bazaar.closes", closes)
    first, last = _moment(opens), _moment(closes)
    if first is None or last is None:
        return
    if last <= first:
        yield Fault("bazaar.closes", f"The bazaar closes at {closes} but opens at {opens}. Write a later time, if need be of the next day.")
    elif last - first > timedelta(hours=OPEN_HOURS_MAX):
        yield Fault(
            "bazaar.closes", f"The bazaar is open for {(last - first).days} days. Write a time within {OPEN_HOURS_MAX} hours after opening."
        )


def _time(path: str, text: str) -> Iterator[Fault]:
    if _moment(text) is None:
        yield Fault(path, f"{quoted(text)} is no time with its offset from UTC. Write it like 2026-12-04T16:00:00+07:00, without quotes.")


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _bounds(path: str, **numbers: int) -> Iterator[Fault]:
    for key, number in numbers.items():
        low, high = BOUNDS[key]
        if not low <= number <= high:
            yield Fault(f"{path}.{key}", f"{number} is out of bounds. Write a whole number from {low} to {high}.")


def _amount(path: str, items: Sequence[object], if_none: str = "") -> Iterator[Fault]:
    name = path.rpartition(".")[2]
    if not items and if_none:
        yield Fault(path, f"There are no {name}. {if_none}")
    if len(items) > ITEMS_MAX[name]:
        yield Fault(path, f"There are {len(items)} {name}. Write at most {ITEMS_MAX[name]}.")


# How values stand to each other


def _choice(path: str, names: Sequence[str], known: Sequence[str], what: str, owners: Mapping[str, str] = NOBODY) -> Iterator[Fault]:
    if not names:
        yield Fault(path, f"There is no {what} here. Write some of {_listed(known)}.")
    seen = set()
    for place, name in _each(path, names):
        if name in seen:
            yield Fault(place, f"{quoted(name)} stands here twice. Take one out.")
        elif name not in known:
            reason = f"{quoted(name)} belongs to agency {quoted(owners[name])}" if name in owners else f"There is no {what} {quoted(name)}"
            yield Fault(place, f"{reason}. Write some of {_listed(known)}.")
        seen.add(name)


def _doubles(names: Iterable[tuple[str, str | int]], write: str) -> Iterator[Fault]:
    first: dict[str | int, str] = {}
    for path, name in names:
        if name and name in first:
            yield Fault(path, f"{quoted(str(name))} stands at {first[name]} already. Write {write}.")
        first.setdefault(name, path)


def _prefixes(lines: Iterable[tuple[str, Line]]) -> Iterator[tuple[str, str]]:
    for path, line in lines:
        yield f"{path}.prefix", line.prefix
        if line.prefix:
            yield f"{path}.priority_prefix", line.priority_prefix


def _each(path: str, items: Iterable[Item]) -> list[tuple[str, Item]]:
    return [(f"{path}[{index}]", item) for index, item in enumerate(items)]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(quoted(name) for name in dict.fromkeys(names) if name)
