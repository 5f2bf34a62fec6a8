"""From the ``config`` of ``bazaar_opened`` to the ground on which the day is checked. Defaults must be filled in, as the protocol says."""

import re

from server.core.verify.ground import Counter, Ground, Lane, Line
from server.core.verify.shapes import COUNT, MAP, MAPS, NUMBER, TEXT, TEXTS, Map, take
from server.core.verify.verdict import Broken

RULE = "config"
_RATIO = re.compile("1:([1-9][0-9]{0,5})")


def ground_of(config: Map) -> Ground:
    """The ground before anything happened: nobody waits, every counter is closed."""
    bazaar = take(config, "bazaar", MAP, of="config", rule=RULE)
    absent_after = take(bazaar, "absent_after", MAP, of="bazaar", rule=RULE)
    ground = Ground(
        lines={},
        counters={},
        agencies=set(),
        screens={take(screen, "code", TEXT, of="a screen", rule=RULE) for screen in take(config, "screens", MAPS, of="config", rule=RULE)},
        scopes={"bazaar"},
        return_after=take(bazaar, "return_after", COUNT, of="bazaar", rule=RULE),
        undo_seconds=take(bazaar, "undo_seconds", COUNT, of="bazaar", rule=RULE),
        absent_recalls=take(absent_after, "recalls", COUNT, of="absent_after", rule=RULE),
        absent_seconds=take(absent_after, "seconds", COUNT, of="absent_after", rule=RULE),
    )
    for agency in take(config, "agencies", MAPS, of="config", rule=RULE):
        _add_agency(ground, agency)
    _check_single_owner(ground)
    return ground


def _add_agency(ground: Ground, agency: Map) -> None:
    code = take(agency, "code", TEXT, of="an agency", rule=RULE)
    lines: dict[str, Line] = {}
    for line in (_line(item, code) for item in take(agency, "lines", MAPS, of=code, rule=RULE)):
        if line.prefix in ground.lines:
            raise Broken(RULE, f"Two lines have the prefix {line.prefix}.")
        ground.lines[line.prefix] = lines[line.prefix] = line
    ground.agencies.add(code)
    ground.scopes |= {code, *lines}
    for item in take(agency, "counters", MAPS, of=code, rule=RULE):
        number = take(item, "number", NUMBER, of=f"a counter of {code}", rule=RULE)
        prefixes = take(item, "lines", TEXTS, of=f"counter {number}", rule=RULE)
        if number in ground.counters:
            raise Broken(RULE, f"Two counters have the number {number}.")
        if not lines.keys() >= set(prefixes):
            raise Broken(RULE, f"Counter {number} serves a line that {code} does not have.")
        ground.counters[number] = Counter(number=number, agency=code, lines=[lines[prefix] for prefix in prefixes])


def _line(item: Map, agency: str) -> Line:
    prefix = take(item, "prefix", TEXT, of="a line", rule=RULE)
    of = f"line {prefix}"
    priority = take(item, "priority", TEXT, of=of, rule=RULE)
    ratio = _RATIO.fullmatch(priority)
    if ratio is None and priority not in ("none", "first"):
        raise Broken(RULE, f"priority of {of} is not none, first or 1:n.")
    lane = None if priority == "none" else Lane(name="priority", prefix=take(item, "priority_prefix", TEXT, of=of, rule=RULE))
    services = take(item, "services", MAPS, of=of, rule=RULE)
    return Line(
        prefix=prefix,
        agency=agency,
        services=frozenset(take(service, "code", TEXT, of=f"a service of {of}", rule=RULE) for service in services),
        paper=item.get("paper") is True,
        quota=None if item.get("quota") is None else take(item, "quota", COUNT, of=of, rule=RULE),
        regular=Lane(name="regular", prefix=prefix),
        priority=lane,
        regular_between=int(ratio[1]) if ratio else 0,
    )


def _check_single_owner(ground: Ground) -> None:
    """A label must lead to one lane, and a service to one line."""
    prefixes = [lane.prefix for line in ground.lines.values() for lane in (line.regular, line.priority) if lane is not None]
    services = [service for line in ground.lines.values() for service in line.services]
    for name, owned in (("prefix", prefixes), ("service", services)):
        if len(owned) != len(set(owned)):
            raise Broken(RULE, f"Two lines share a {name}.")
