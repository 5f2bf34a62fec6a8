"""The plan: what a map leaves out is filled in, and everything is found by its name."""

import json
from typing import Any

import pytest

from server.core.plan import Plan
from server.core.plan_faults import BOUNDS, faults
from server.core.plan_parts import LANGUAGES, AbsentAfter, language_of_words, words
from server.core.values import Lane

SMALL: dict[str, Any] = {
    "bazaar": {"id": "uji", "name": "Uji", "opens": "2026-12-04T16:00:00+07:00", "closes": "2026-12-05T00:30:00+07:00"},
    "agencies": [
        {
            "code": "dukcapil",
            "name": {"id": "Dukcapil", "en": "Civil registry"},
            "lines": [
                {"prefix": "A", "services": [{"code": "ktp", "name": "KTP", "minutes": 10}, {"code": "kk", "name": "KK", "minutes": 5}]},
                {"prefix": "B", "priority": "none", "services": [{"code": "kia", "name": "KIA", "minutes": 6}]},
            ],
            "counters": [{"number": 7}, {"number": 2, "lines": ["B"]}],
        },
        {
            "code": "polsek",
            "name": "Polsek",
            "lines": [
                {
                    "prefix": "C",
                    "priority": "1:12",
                    "priority_prefix": "X",
                    "quota": 40,
                    "services": [{"code": "skck", "name": "SKCK", "minutes": 15, "requirements": ["KTP"], "fee": "PNBP"}],
                }
            ],
            "counters": [{"number": 3}],
        },
    ],
}
PLAN = Plan.from_config(SMALL)


def test_it_is_a_good_plan() -> None:
    """The plan of these tests has no fault."""
    assert () == faults(PLAN)


def test_bazaar_defaults() -> None:
    """What the bazaar's table leaves out is filled in."""
    info = PLAN.bazaar
    assert ("", "Asia/Jakarta", LANGUAGES, 2, 20) == (info.place, info.timezone, info.languages, info.return_after, info.undo_seconds)
    assert AbsentAfter(recalls=1, seconds=30) == info.absent_after


def test_line_defaults() -> None:
    """A line that says nothing of priority has a priority lane with the prefix and a P, two regular calls for one, and no quota."""
    line = PLAN.line("A")
    assert ("1:2", "AP", None, 2) == (line.priority, line.priority_prefix, line.quota, line.regular_after_priority)


def test_service_defaults() -> None:
    """A service that says no more needs no papers and is free."""
    service = PLAN.service("ktp")
    assert ((), "gratis", "") == (service.requirements, service.fee, service.note)


def test_counter_and_screen_defaults() -> None:
    """A counter serves every line of its agency, and without screens there is one for all agencies."""
    assert ("A", "B") == PLAN.counter(7).lines
    assert ["dukcapil", "polsek"] == list(PLAN.screen("utama").agencies)


def test_screen_of_some_agencies() -> None:
    """A screen that names agencies shows those alone; one that names none shows all."""
    screens = [{"code": "kiri", "name": "Kiri", "agencies": ["polsek"]}, {"code": "kanan", "name": "Kanan"}]
    plan = Plan.from_config(SMALL | {"screens": screens})
    assert [("polsek",), ("dukcapil", "polsek")] == [screen.agencies for screen in plan.screens]


@pytest.mark.parametrize(
    ("priority", "has_priority", "regular_after_priority"),
    [("none", False, 0), ("first", True, 0), ("1:1", True, 1), ("1:99", True, 99)],
)
def test_lane_rule(priority: str, has_priority: bool, regular_after_priority: int) -> None:
    """The lane rule tells whether there is a priority lane, and how many regular calls follow one of it."""
    line = {"prefix": "A", "priority": priority, "services": []}
    agency = {"code": "a", "name": "A", "lines": [line], "counters": []}
    read = Plan.from_config({"bazaar": SMALL["bazaar"], "agencies": [agency]}).line("A")
    assert (has_priority, regular_after_priority) == (read.has_priority, read.regular_after_priority)


def test_lanes_and_prefixes() -> None:
    """A line knows its lanes and the prefix of each; without a priority lane there is no prefix for it."""
    assert [("regular", "C"), ("priority", "X")] == [(lane.value, PLAN.line("C").prefix_of(lane)) for lane in PLAN.line("C").lanes]
    assert ((Lane.REGULAR,), "") == (PLAN.line("B").lanes, PLAN.line("B").priority_prefix)


def test_everything_is_found() -> None:
    """Each look-up leads from a name to the thing or to what it belongs to."""
    assert "SKCK" == PLAN.service("skck").name
    assert "B" == PLAN.line_of("kia").prefix
    assert "dukcapil" == PLAN.agency_of("B").code == PLAN.agency_of_counter(2).code
    assert "Polsek" == PLAN.agency("polsek").name
    assert [2, 7] == [counter.number for counter in PLAN.counters_of("B")]


def test_orders() -> None:
    """Lines and services keep the file's order; counters go by number."""
    assert ["A", "B", "C"] == [line.prefix for line in PLAN.lines]
    assert ["ktp", "kk", "kia", "skck"] == [service.code for service in PLAN.services]
    assert [2, 3, 7] == [counter.number for counter in PLAN.counters]


@pytest.mark.parametrize(
    ("look_up", "name"),
    [
        (PLAN.line, "AP"),
        (PLAN.line_of, "nikah"),
        (PLAN.service, "nikah"),
        (PLAN.counter, 99),
        (PLAN.counters_of, "Z"),
        (PLAN.agency, "kua"),
        (PLAN.agency_of, "Z"),
        (PLAN.agency_of_counter, 99),
        (PLAN.screen, "kiri"),
    ],
)
def test_unknown_names(look_up: Any, name: object) -> None:
    """What the plan does not name is a KeyError."""
    with pytest.raises(KeyError):
        look_up(name)


def test_round_trip() -> None:
    """The map of a plan is plain JSON, holds every default, and gives the same plan again."""
    config = PLAN.as_config()
    assert PLAN == Plan.from_config(json.loads(json.dumps(config)))
    assert config == Plan.from_config(config).as_config()
    assert {"prefix": "B", "priority": "none", "priority_prefix": "", "quota": None, "paper": False} == {
        key: value
        for key, value in config["agencies"][0]["lines"][1].items()  # type: ignore[index]  # a map of maps, as JSON is
        if key != "services"
    }


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("Loket", "en", "id"),
        ({"id": "Loket", "en": "Counter"}, "en", "en"),
        ({"id": "Loket", "en": "Counter"}, "jv", "id"),
        ({"id": "", "en": "Counter"}, "jv", "id"),
        ({"en": "Counter"}, "mad", "en"),
        ({}, "jv", "jv"),
    ],
)
def test_language_of_words(text: Any, lang: str, expected: str) -> None:
    """Whoever shows words can say in which language they are."""
    assert expected == language_of_words(text, lang)


def test_later_keys_are_passed_over() -> None:
    """A log of a later edition of the program, with keys that this one does not know, is still read."""
    later = json.loads(json.dumps(PLAN.as_config()))
    later["bazaar"]["weather"] = "hujan"
    later["bazaar"]["absent_after"]["shouts"] = 3
    later["agencies"][0]["lines"][0]["services"][0]["colour"] = "biru"
    assert PLAN == Plan.from_config(later)


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("Loket", "en", "Loket"),
        ({"id": "Loket", "en": "Counter"}, "en", "Counter"),
        ({"en": "Counter", "id": "Loket"}, "mad", "Loket"),
        ({"en": "Counter"}, "mad", "Counter"),
        ({"en": "", "id": "Loket"}, "en", "Loket"),
        ({}, "id", ""),
    ],
)
def test_words(text: Any, lang: str, expected: str) -> None:
    """Words are in the reader's language, else in Indonesian, else in any."""
    assert expected == words(text, lang)


def test_bounds_have_room() -> None:
    """The defaults and the contract's example lie within the bounds."""
    usual = {"return_after": 2, "undo_seconds": 20, "recalls": 1, "seconds": 30, "quota": 120, "minutes": 10, "number": 1}
    assert usual.keys() == BOUNDS.keys()
    assert all(low <= usual[key] <= high for key, (low, high) in BOUNDS.items())
