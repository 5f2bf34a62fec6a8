"""The bazaar file's model: every table of the file together, and everything in it found by its name.

The same map stands in the file (TOML), in `bazaar_opened` and here; `Plan.from_config` fills in what the file left out, so that the log
says everything that a reader needs. A plan never changes: another file is another bazaar. What can be wrong with one is in `plan_faults`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from typing import Any

from server.core.plan_parts import AbsentAfter, Agency, BazaarInfo, Counter, Line, ProgrammeItem, Screen, Service
from server.core.values import AgencyCode


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The whole bazaar file. Every look-up raises KeyError for what the file does not name.

    No slots here: the look-up tables are built on first use and kept beside the fields.
    """

    bazaar: BazaarInfo
    agencies: tuple[Agency, ...]
    screens: tuple[Screen, ...]

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "Plan":
        """The plan of a map, defaults filled in. The map has right keys and types; whether it makes sense is for `plan_faults`."""
        agencies = tuple(_agency(agency) for agency in config["agencies"])
        everyone = tuple(dict.fromkeys(agency.code for agency in agencies))
        screens = config.get("screens") or [{"code": "utama", "name": "Layar utama"}]
        return cls(
            bazaar=_bazaar(config["bazaar"]),
            agencies=agencies,
            screens=tuple(_screen(screen, everyone) for screen in screens),
        )

    def as_config(self) -> dict[str, object]:
        """The map that stands in `bazaar_opened`: plain dicts, lists, strings, numbers and None. `from_config` reads it back."""
        return {"bazaar": _plain(self.bazaar), "agencies": _plain(self.agencies), "screens": _plain(self.screens)}

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every line, in the file's order."""
        return tuple(line for agency in self.agencies for line in agency.lines)

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """Every service, in the file's order."""
        return tuple(service for line in self.lines for service in line.services)

    @cached_property
    def counters(self) -> tuple[Counter, ...]:
        """Every counter, by number."""
        return tuple(sorted((counter for agency in self.agencies for counter in agency.counters), key=lambda counter: counter.number))

    def line(self, prefix: str) -> Line:
        """The line with this prefix (of its regular lane)."""
        return self._lines[prefix]

    def line_of(self, service: str) -> Line:
        """The line where one waits for this service."""
        return self._line_of_service[service]

    def service(self, code: str) -> Service:
        """The service with this code."""
        return self._services[code]

    def counter(self, number: int) -> Counter:
        """The counter with this number."""
        return self._counters[number]

    def counters_of(self, prefix: str) -> tuple[Counter, ...]:
        """The counters that serve the line, by number."""
        return self._counters_of_line[prefix]

    def agency(self, code: str) -> Agency:
        """The agency with this code."""
        return self._agencies[code]

    def agency_of(self, prefix: str) -> Agency:
        """The agency whose line this is."""
        return self._agency_of_line[prefix]

    def agency_of_counter(self, number: int) -> Agency:
        """The agency whose counter this is."""
        return self._agency_of_counter[number]

    def screen(self, code: str) -> Screen:
        """The screen with this code."""
        return self._screens[code]

    @cached_property
    def _lines(self) -> dict[str, Line]:
        return {line.prefix: line for line in self.lines}

    @cached_property
    def _line_of_service(self) -> dict[str, Line]:
        return {service.code: line for line in self.lines for service in line.services}

    @cached_property
    def _services(self) -> dict[str, Service]:
        return {service.code: service for service in self.services}

    @cached_property
    def _counters(self) -> dict[int, Counter]:
        return {counter.number: counter for counter in self.counters}

    @cached_property
    def _counters_of_line(self) -> dict[str, tuple[Counter, ...]]:
        return {line.prefix: tuple(counter for counter in self.counters if line.prefix in counter.lines) for line in self.lines}

    @cached_property
    def _agencies(self) -> dict[str, Agency]:
        return {agency.code: agency for agency in self.agencies}

    @cached_property
    def _agency_of_line(self) -> dict[str, Agency]:
        return {line.prefix: agency for agency in self.agencies for line in agency.lines}

    @cached_property
    def _agency_of_counter(self) -> dict[int, Agency]:
        return {counter.number: agency for agency in self.agencies for counter in agency.counters}

    @cached_property
    def _screens(self) -> dict[str, Screen]:
        return {screen.code: screen for screen in self.screens}


def _bazaar(config: Mapping[str, Any]) -> BazaarInfo:
    given = _given(BazaarInfo, config)
    if "languages" in given:
        given["languages"] = tuple(given["languages"])
    if "absent_after" in given:
        given["absent_after"] = AbsentAfter(**_given(AbsentAfter, given["absent_after"]))
    given["programme"] = tuple(ProgrammeItem(**_given(ProgrammeItem, item)) for item in config.get("programme", ()))
    return BazaarInfo(**given)


def _agency(config: Mapping[str, Any]) -> Agency:
    lines = tuple(_line(line) for line in config["lines"])
    every_line = tuple(line.prefix for line in lines)
    counters = (Counter(number=counter["number"], lines=tuple(counter.get("lines", every_line))) for counter in config["counters"])
    return Agency(code=config["code"], name=config["name"], lines=lines, counters=tuple(counters))


def _line(config: Mapping[str, Any]) -> Line:
    prefix, priority = config["prefix"], config.get("priority", "1:2")
    return Line(
        prefix=prefix,
        priority=priority,
        priority_prefix=config.get("priority_prefix", "" if priority == "none" else prefix + "P"),
        quota=config.get("quota"),
        paper=config.get("paper", False),
        services=tuple(_service(service) for service in config["services"]),
    )


def _service(config: Mapping[str, Any]) -> Service:
    return Service(**_given(Service, config) | {"requirements": tuple(config.get("requirements", ()))})


def _screen(config: Mapping[str, Any], everyone: tuple[AgencyCode, ...]) -> Screen:
    """A screen that names no zone is one of its own, and speaks there."""
    code, zone = config["code"], config.get("zone")
    return Screen(
        code=code,
        name=config["name"],
        agencies=tuple(config.get("agencies", everyone)),
        zone=code if zone is None else zone,
        speaks=config.get("speaks", zone is None),
    )


def _given(kind: type, config: Mapping[str, Any]) -> dict[str, Any]:
    return {key.name: config[key.name] for key in fields(kind) if key.name in config}


def _plain(value: Any) -> object:
    if is_dataclass(value):
        return {key.name: _plain(getattr(value, key.name)) for key in fields(value) if key.init}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return dict(value)
    return value
