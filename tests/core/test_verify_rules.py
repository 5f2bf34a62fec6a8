"""One log for every rule: all of it holds but the last entry, which breaks that rule and no other."""

from typing import Any

import pytest

from server.core.verify import verify
from tests.core.logs import (
    CONFIG,
    START_MS,
    EventPair,
    Step,
    at_counter,
    called,
    chained,
    issued,
    log,
    of_ticket,
    opened,
    passed,
    served,
    transferred,
)

TWO_IN_A = [*opened(1, 2, 3), [issued("A", 1)], [issued("A", 2)]]
A1_AT_1 = [*TWO_IN_A, [called("A-001", 1)]]
BUSY_A1 = [*opened(1, 2, 3), [issued("A", 1, "dua"), issued("B", 1, "dua")], [issued("B", 2)], [called("A-001", 1)]]
A1_ABSENT = [*A1_AT_1, Step([at_counter("ticket_recalled", "A-001", 1)], after=30), [at_counter("ticket_absent", "A-001", 1)]]
CLOSED_BAZAAR = [*opened(1), [["bazaar_closed", {}]]]
QUOTA_GIVEN_OUT = [*opened(1), [issued("B", 1)], [issued("B", 2)], [issued("B", 3)]]


def announced(scope: str = "bazaar") -> EventPair:
    """Words for people."""
    return ["announced", {"id": "a", "text": "Hujan", "scope": scope, "until": START_MS}]


BREAKS: list[tuple[str, list[Any], Any]] = [
    # Issuing
    ("unknown", [], [issued("A", 1, line="Z")]),
    ("lane", [], [issued("BP", 1)]),
    ("number", [], [issued("A", 2)]),
    ("number", [[issued("A", 1)]], [issued("A", 1, "another")]),
    ("number", [[issued("A", 1)], [of_ticket("ticket_cancelled", "A-001")]], [issued("A", 1, "another")]),
    ("label", [], [issued("A", 1, ticket="A-01")]),
    ("label", [], [issued("A", 1, ticket="AP-001")]),
    ("services", [], [issued("A", 1, services=["skck"])]),
    ("services", [], [issued("A", 1, services=["ktp", "ktp"])]),
    ("service_closed", [[["service_closed", {"service": "ktp"}]]], [issued("A", 1, services=["kk", "ktp"])]),
    ("quota", QUOTA_GIVEN_OUT, [issued("B", 4)]),
    ("one_live", [[issued("A", 1, "satu")]], [issued("A", 2, "satu")]),
    ("one_live", [[issued("A", 1, "satu")]], [issued("AP", 1, "satu")]),
    ("one_live", A1_ABSENT, [issued("A", 3, "visit-A-001")]),
    ("one_live", [], [issued("A", 1, "satu"), issued("A", 2, "satu")]),
    ("paper", [], [issued("V", 1)]),
    # Screens
    ("unknown", [], [["screen_set", {"screen": "timur", "name": "Timur", "agencies": ["kua"], "zone": "timur", "speaks": True}]]),
    ("unknown", [[["screen_removed", {"screen": "utama"}]]], [["screen_removed", {"screen": "utama"}]]),
    # Life of a ticket
    ("unknown", opened(1), [called("A-001", 1)]),
    ("lifecycle", A1_AT_1, [of_ticket("ticket_returned", "A-001")]),
    ("lifecycle", A1_AT_1, [of_ticket("ticket_cancelled", "A-001")]),
    ("lifecycle", A1_ABSENT, [called("A-001", 1)]),
    ("lifecycle", TWO_IN_A, [served("A-001", 1)]),
    ("lifecycle", [*A1_AT_1, [served("A-001", 1)]], [called("A-001", 1)]),
    ("one_end", [*A1_AT_1, [served("A-001", 1)]], [served("A-001", 1)]),
    ("one_end", [*TWO_IN_A, [of_ticket("ticket_cancelled", "A-001")]], [of_ticket("ticket_cancelled", "A-001")]),
    ("at_counter", A1_AT_1, [served("A-001", 2)]),
    ("at_counter", A1_AT_1, [of_ticket("ticket_held", "A-001")]),
    ("at_counter", TWO_IN_A, [at_counter("ticket_held", "A-001", 1)]),
    ("one_ticket", A1_AT_1, [called("A-002", 1)]),
    ("one_ticket", A1_AT_1, [called("A-002", 1, "medical")]),
    ("one_counter", BUSY_A1, [called("B-001", 3)]),
    ("one_counter", BUSY_A1, [called("B-001", 3, "medical")]),
    ("absent", A1_AT_1, Step([at_counter("ticket_absent", "A-001", 1)], after=99)),
    (
        "absent",
        [*A1_AT_1, Step([at_counter("ticket_recalled", "A-001", 1)], after=9)],
        Step([at_counter("ticket_absent", "A-001", 1)], after=20.999),
    ),
    ("undo", A1_AT_1, Step([at_counter("call_undone", "A-001", 1)], after=20.001)),
    (
        "undo",
        [*A1_AT_1, Step([at_counter("ticket_recalled", "A-001", 1)], after=19)],
        Step([at_counter("call_undone", "A-001", 1)], after=2),
    ),
    # Transfer
    ("transfer", A1_AT_1, [issued("B", 1, "visit-A-001"), transferred("A-001", "B-002", 1)]),
    ("transfer", A1_AT_1, [issued("B", 1, "another"), transferred("A-001", "B-001", 1)]),
    ("transfer", A1_AT_1, [issued("CP", 1, "visit-A-001"), transferred("A-001", "CP-001", 1)]),
    ("transfer", A1_AT_1, [issued("A", 3, "visit-A-001", services=["ktp", "kk"]), transferred("A-001", "A-003", 1)]),
    ("lifecycle", TWO_IN_A, [issued("B", 1, "visit-A-001"), transferred("A-001", "B-001", 1)]),
    (
        "quota",
        [*QUOTA_GIVEN_OUT, [issued("A", 1)], [called("A-001", 1)]],
        [issued("B", 4, "visit-A-001"), transferred("A-001", "B-004", 1)],
    ),
    ("one_live", BUSY_A1, [issued("B", 3, "dua"), transferred("A-001", "B-003", 1)]),
    # Counters
    ("unknown", [], [["counter_opened", {"counter": 9}]]),
    ("counter_line", TWO_IN_A, [called("A-001", 3)]),
    ("counter_line", TWO_IN_A, [called("A-001", 3, "medical")]),
    ("counter_open", [[issued("A", 1)]], [called("A-001", 1)]),
    ("counter_open", [*TWO_IN_A, [["counter_paused", {"counter": 1, "reason": "salat"}]]], [called("A-001", 1)]),
    ("counter_open", [*TWO_IN_A, [["counter_closed", {"counter": 1}]]], [called("A-001", 1, "medical")]),
    ("counter_open", [*A1_AT_1, [["counter_closed", {"counter": 1}]]], [at_counter("ticket_recalled", "A-001", 1)]),
    ("counter_open", [], [["counter_paused", {"counter": 1, "reason": "salat"}]]),
    # Calls; who is next is told below
    ("order", TWO_IN_A, [called("A-002", 1)]),
    ("passed", TWO_IN_A, [passed("A-002", 2), called("A-001", 1)]),
    ("passed", BUSY_A1, [called("B-002", 3)]),
    ("passed", BUSY_A1, [passed("B-001", 2), called("B-002", 3)]),
    ("passed", BUSY_A1, [passed("B-001", 1), passed("B-001", 1), called("B-002", 3)]),
    ("out_of_order", TWO_IN_A, [called("A-002", 1, "friend")]),
    ("out_of_order", A1_AT_1, [served("A-001", 1), called("A-002", 1, "medical")]),
    # What stands together in one entry
    ("together", TWO_IN_A, [called("A-001", 1), called("A-002", 2)]),
    ("together", A1_AT_1, [called("A-002", 2), served("A-001", 1)]),
    ("together", BUSY_A1, [passed("B-001", 1)]),
    ("together", A1_AT_1, [transferred("A-001", "A-002", 1)]),
    ("together", A1_AT_1, [issued("A", 3), issued("B", 1, "visit-A-001"), transferred("A-001", "B-001", 1)]),
    ("together", TWO_IN_A, [of_ticket("ticket_expired", "A-001")]),
    ("together", [], [["counter_opened", {"counter": 1}], ["counter_opened", {"counter": 2}]]),
    # Services and words
    ("unknown", [], [["service_closed", {"service": "pajak"}]]),
    ("unknown", [], [["service_reopened", {"service": "pajak"}]]),
    ("unknown", [], [announced("Z")]),
    ("unknown", [], [["announcement_ended", {"id": "a"}]]),
    ("unknown", [[announced()], [["announcement_ended", {"id": "a"}]]], [["announcement_ended", {"id": "a"}]]),
    ("unknown", [], [["rated", {"ticket": "A-001", "answers": {"biaya": 4}}]]),
    ("shape", TWO_IN_A, [["rated", {"ticket": "A-001", "answers": {"biaya": 5}}]]),
    # Beginning and end
    ("opening", [], [["bazaar_opened", {"config": CONFIG}]]),
    ("expire", TWO_IN_A, [of_ticket("ticket_expired", "A-001"), ["bazaar_closed", {}]]),
    ("expire", TWO_IN_A, [of_ticket("ticket_expired", "A-002"), of_ticket("ticket_expired", "A-001"), ["bazaar_closed", {}]]),
    ("at_counter", A1_AT_1, [of_ticket("ticket_expired", "A-001"), of_ticket("ticket_expired", "A-002"), ["bazaar_closed", {}]]),
    ("closed", CLOSED_BAZAAR, [issued("A", 1)]),
    ("closed", CLOSED_BAZAAR, [["counter_closed", {"counter": 1}]]),
    ("closed", CLOSED_BAZAAR, [["bazaar_closed", {}]]),
    # Who may
    ("role", [], Step([["counter_opened", {"counter": 1}]], by="kiosk/1")),
    ("role", [], Step([["counter_opened", {"counter": 1}]], by="counter/2")),
    ("role", [], Step([issued("A", 1)], by="somebody")),
    ("role", TWO_IN_A, Step([called("A-001", 1)], by="phone")),
    ("role", TWO_IN_A, Step([of_ticket("ticket_held", "A-001")], by="counter/1")),
    ("role", TWO_IN_A, Step([called("A-002", 1, "medical")], by="counter/1")),
    ("role", TWO_IN_A, Step([called("A-002", 1, "medical")], by="system")),
    ("role", [], Step([["service_closed", {"service": "ktp"}]], by="counter/1")),
    ("role", TWO_IN_A, Step([of_ticket("ticket_cancelled", "A-001")], by="counter/3")),
    ("role", A1_ABSENT, Step([of_ticket("ticket_returned", "A-001")], by="counter/3")),
    ("role", TWO_IN_A, Step([issued("B", 1, "visit-A-001")], by="counter/3")),
    ("role", [], Step([issued("B", 1)], by="counter/9")),
    ("role", [], Step([["key_renewed", {"device": "counter/1"}]], by="counter/1")),
    ("role", [], Step([["key_renewed", {"device": "admin"}]], by="supervisor")),
]


@pytest.mark.parametrize(("rule", "before", "last"), BREAKS)
def test_a_broken_rule(rule: str, before: list[Any], last: Any) -> None:
    """The entry that breaks the rule is found, and nothing before it."""
    records = log(*before, last)
    assert verify(records[:-1]).fault is None
    fault = verify(records).fault
    assert fault is not None
    assert (len(records), rule) == (fault.offset, fault.rule), fault


def test_a_new_visit_of_several_agencies() -> None:
    """An officer begins a visit with errands at other agencies and the own one, in whatever order they stand in the entry."""
    assert verify(log(Step([issued("A", 1, "baru"), issued("B", 1, "baru")], by="counter/3"))).fault is None


@pytest.mark.parametrize(
    "entry",
    [
        {"events": [["counter_opened", {"counter": 1}]]},
        {"refused": {"code": "stale", "sentence": "No."}},
        {"events": [["bazaar_opened", {"config": CONFIG}]], "cursor": "1-1"},
    ],
)
def test_the_first_entry_opens_the_bazaar(entry: dict[str, Any]) -> None:
    """A log that begins with anything but the opening is faulty at its first entry."""
    head = {"offset": 1, "at": START_MS, "command_id": "opening-00000000", "cursor": "", "by": "admin"}
    fault = verify(chained([{**head, **entry}])).fault
    assert fault is not None
    assert (1, "opening") == (fault.offset, fault.rule)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("bazaar", "return_after"), -1),
        (("bazaar", "absent_after"), 30),
        (("agencies", 0, "lines", 0, "priority"), "1:0"),
        (("agencies", 0, "lines", 0, "priority_prefix"), "B"),
        (("agencies", 1, "lines"), [*CONFIG["agencies"][1]["lines"], *CONFIG["agencies"][0]["lines"]]),
        (("agencies", 1, "lines"), [*CONFIG["agencies"][1]["lines"], *CONFIG["agencies"][1]["lines"]]),
        (("agencies", 1, "lines", 0, "quota"), "3"),
        (("agencies", 1, "lines", 0, "services", 0, "code"), "ktp"),
        (("agencies", 1, "counters", 0, "number"), 1),
        (("agencies", 1, "counters", 0, "lines"), ["A"]),
    ],
)
def test_a_config_that_cannot_be(path: tuple[Any, ...], value: object) -> None:
    """An opening whose config names something twice, or something that does not exist, is faulty."""
    records = log()
    place = records[0][0]["events"][0][1]["config"]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    fault = verify(records).fault
    assert fault is not None
    assert (1, "config") == (fault.offset, fault.rule)
