"""Checking a log: a good day holds, and what is not even a log is named."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.verify import Verdict, verify
from tests.core.logs import (
    CONFIG,
    START_MS,
    Record,
    Step,
    at_counter,
    called,
    chained,
    digest_of,
    issued,
    log,
    of_ticket,
    opened,
    passed,
    places_in,
    served,
    transferred,
)

EVENT_NAMES = {
    *("bazaar_opened", "ticket_issued", "ticket_called", "ticket_passed", "ticket_recalled", "ticket_absent", "ticket_held"),
    *("ticket_returned", "call_undone", "ticket_served", "ticket_transferred", "ticket_cancelled", "ticket_expired", "counter_opened"),
    *(
        "counter_paused",
        "counter_closed",
        "service_closed",
        "service_reopened",
        "announced",
        "announcement_ended",
        "rated",
        "bazaar_closed",
    ),
}
NO_COMMAND = Step(
    refused={"code": "malformed", "sentence": "do: missing", "field": "do"}, replaced={"command_id": f"malformed-{START_MS}-14"}
)

GOOD_DAY: list[Step | list[list[Any]]] = [
    *opened(1, 3, 4),
    Step([issued("A", 1, "tiga"), issued("B", 1, "tiga"), issued("C", 1, "tiga")], by="phone"),
    Step([issued("A", 2)], by="kiosk/1"),
    [issued("A", 3)],
    Step([issued("B", 2)], after=5),
    [called("A-001", 1)],
    [passed("B-001", 1), called("B-002", 3)],
    Step(refused={"code": "stale", "sentence": "Counter 1 has moved on."}, by="counter/1"),
    Step([served("A-001", 1), called("A-002", 1)], by="counter/1"),
    Step([served("B-002", 3), called("B-001", 3)], by="counter/3"),
    NO_COMMAND,
    Step([at_counter("ticket_recalled", "A-002", 1)], after=10),
    Step([at_counter("ticket_absent", "A-002", 1)], after=20),
    [called("A-003", 1)],
    Step([at_counter("call_undone", "A-003", 1)], after=20),
    Step([of_ticket("ticket_returned", "A-002")], by="phone"),
    [called("A-003", 1)],
    Step([issued("B", 3, "visit-A-003"), transferred("A-003", "B-003", 1)], by="counter/1"),
    [issued("A", 4)],
    Step([called("A-002", 1, "medical")], by="supervisor"),
    Step([at_counter("ticket_held", "A-002", 1)], by="phone"),
    [["service_closed", {"service": "kk"}]],
    [["announced", {"id": "a", "text": "Hujan", "scope": "A", "until": START_MS}]],
    [["counter_paused", {"counter": 1, "reason": "salat"}]],
    [["announcement_ended", {"id": "a"}]],
    [["service_reopened", {"service": "kk"}]],
    [["counter_closed", {"counter": 1}]],
    Step([of_ticket("ticket_cancelled", "A-004")], by="phone"),
    Step([["rated", {"ticket": "A-001", "answers": {"biaya": 4}}]], by="phone"),
    [issued("AP", 1)],
    [
        at_counter("ticket_expired", "B-001", 3),
        *(of_ticket("ticket_expired", label) for label in ("C-001", "A-002", "B-003", "AP-001")),
        ["bazaar_closed", {}],
    ],
    Step(refused={"code": "bazaar_closed", "sentence": "The bazaar is closed."}),
    [["rated", {"ticket": "A-002", "answers": {"biaya": 1, "waktu": 3}}]],
]
"""Every event of the protocol at least once."""


def entries_of_the_good_day() -> list[Record]:
    """The entries as maps without ``prev``, to be changed and chained anew."""
    return [{key: value for key, value in record.items() if key != "prev"} for record, _ in log(*GOOD_DAY)]


def rule_broken(verdict: Verdict) -> tuple[int, str] | None:
    """Offset and rule of the fault."""
    return (verdict.fault.offset, verdict.fault.rule) if verdict.fault else None


def test_a_good_day_holds() -> None:
    """A day with every event of the protocol in it holds, and its figures are told."""
    records = log(*GOOD_DAY)
    assert {name for record, _ in records for name, _ in record.get("events", [])} == EVENT_NAMES
    verdict = verify(records)
    assert verdict.fault is None
    assert records[-1][1].hex() == verdict.head
    figures = verdict.figures
    assert (36, 3, 44) == (figures.entries, figures.refusals, figures.events)
    assert (9, 7, 1, {"medical": 1}) == (figures.tickets, figures.calls, figures.undone, figures.out_of_order)
    assert (2, 1, 0, 2) == (figures.served, figures.absent, figures.waiting, figures.counters)
    assert (START_MS, START_MS + 55_000) == (figures.first_at, figures.last_at)


def test_every_beginning_of_a_good_day_holds() -> None:
    """A running log holds as far as it goes."""
    records = log(*GOOD_DAY)
    assert [True] * len(records) == [verify(records[:end]).ok for end in range(1, len(records) + 1)]


def test_figures_at_a_fault() -> None:
    """At a fault the figures are those of the entries that hold."""
    verdict = verify(log(*opened(1), [issued("A", 1)], [issued("A", 2)], [served("A-001", 1)]))
    assert (4, 2, 2) == (verdict.figures.entries, verdict.figures.tickets, verdict.figures.waiting)
    assert "entry 5: A-001 is waiting: ticket_served cannot follow. (lifecycle)" == str(verdict.fault)


def test_a_fault_is_fit_for_a_terminal() -> None:
    """What a fault quotes of a forged log is cut short and moves no cursor."""
    fault = verify(log(*opened(1), [of_ticket("ticket_cancelled", "\x1b[2J" + "A" * 999)])).fault
    assert fault is not None
    assert "There is no ticket \N{REPLACEMENT CHARACTER}[2JAAA" == fault.sentence[:26]
    assert 300 == len(fault.sentence)


def test_a_noted_head() -> None:
    """A head that somebody noted, in full or its first eight digits, is found while the log only grew."""
    records = log(*GOOD_DAY)
    for noted in (records[-1][1].hex(), records[4][1].hex(), records[4][1].hex()[:8].upper()):
        assert verify(records, head=noted).ok


def test_a_cut_log_is_found_by_a_noted_head() -> None:
    """A log that lost its end does not have the head that was noted before."""
    records = log(*GOOD_DAY)
    verdict = verify(records[:-1], head=records[-1][1].hex()[:8])
    assert (len(records) - 1, "head") == rule_broken(verdict)


@pytest.mark.parametrize("head", ["1234567", "1234567g", "0" * 33, ""])
def test_what_is_no_head(head: str) -> None:
    """Fewer than eight digits, or others than hex digits, are a mistake of whoever asks and no fault of the log."""
    with pytest.raises(ValueError, match="hex digits"):
        verify(log(), head=head)


def test_an_empty_log() -> None:
    """Nothing at all is no log."""
    assert (1, "opening") == rule_broken(verify([]))


@pytest.mark.parametrize(
    ("replaced", "rule"),
    [
        ({"offset": 6}, "offset"),
        ({"prev": bytes(16)}, "chain"),
        ({"at": START_MS - 1}, "at"),
        ({"command_id": "command-00000003"}, "one_entry"),
        ({"command_id": "short"}, "shape"),
        ({"command_id": f"malformed-{START_MS}-5"}, "malformed"),
        ({"cursor": f"{START_MS}-4"}, "cursor"),
        ({"cursor": f"{START_MS - 1}-9"}, "cursor"),
        ({"cursor": ""}, "cursor"),
        ({"cursor": "five"}, "shape"),
        ({"by": ""}, "shape"),
        ({"refused": {"code": "stale", "sentence": "No."}}, "shape"),
        ({"events": []}, "together"),
        ({"events": [["ticket_lost", {"ticket": "A-001"}]]}, "shape"),
        ({"events": [["ticket_issued", {"ticket": "A-001"}]]}, "shape"),
        ({"events": [["counter_opened", {"counter": True}]]}, "shape"),
        ({"events": [["counter_opened", {"counter": 10**400}]]}, "shape"),
    ],
)
def test_an_entry_that_does_not_fit(replaced: dict[str, object], rule: str) -> None:
    """An entry at the wrong place, or not of an entry's shape, is found where it stands."""
    step = Step([["counter_opened", {"counter": 1}]], replaced=replaced)
    assert (5, rule) == rule_broken(verify(log(*opened(1, 1, 1), step)))


@pytest.mark.parametrize(
    ("refused", "replaced", "rule"),
    [
        ({"code": "stale", "sentence": "No."}, {"command_id": f"malformed-{START_MS}-2"}, "malformed"),
        ({"code": "malformed", "sentence": "No."}, {"command_id": f"malformed-{START_MS}-9"}, "malformed"),
        ({"code": "tired", "sentence": "No."}, {}, "shape"),
        ({"code": "stale"}, {}, "shape"),
        ({"sentence": "No."}, {}, "shape"),
        ("stale", {}, "shape"),
    ],
)
def test_a_refusal_that_does_not_fit(refused: Any, replaced: dict[str, object], rule: str) -> None:
    """A refusal has a known code and a sentence; what was no command is known by its place in the commands stream."""
    assert (2, rule) == rule_broken(verify(log(Step(refused=refused, replaced=replaced))))


@pytest.mark.parametrize("record", [None, 7, "entry", [], {}, {"events": []}])
def test_what_is_no_entry(record: object) -> None:
    """A record that is no map of an entry is a fault at its place."""
    assert (2, "shape") == rule_broken(verify([*log(), (record, digest_of(record))]))


# Whatever stands in a log, the check answers

TEXTS = st.text("aA-01é\ud800", max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.binary(max_size=17) | st.sampled_from(["A-001", "A", 1, 10**100]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS | st.integers(), inner, max_size=3),
    max_leaves=5,
)


@given(st.data())
def test_any_value_anywhere(data: st.DataObject) -> None:
    """A log in which any one value was replaced or taken out is answered with a verdict."""
    entries = entries_of_the_good_day()
    container, key = data.draw(st.sampled_from(places_in(entries)[len(entries) :]))
    if data.draw(st.booleans()):
        container[key] = data.draw(VALUES)
    else:
        del container[key]
    verdict = verify(chained(entries))
    assert verdict.ok or str(verdict.fault)


@given(VALUES)
def test_any_record(record: Any) -> None:
    """A record that is anything at all is answered with a verdict."""
    assert not verify([*log(), (record, b"")]).ok
    assert not verify(log(config=record)).ok


@given(st.data())
def test_any_config(data: st.DataObject) -> None:
    """An opening in which any one value of the config was replaced is answered with a verdict."""
    config = entries_of_the_good_day()[0]["events"][0][1]["config"]
    assert config == CONFIG
    container, key = data.draw(st.sampled_from(places_in(config)))
    container[key] = data.draw(VALUES)
    verdict = verify(log(config=config))
    assert verdict.ok or verdict.fault is not None
