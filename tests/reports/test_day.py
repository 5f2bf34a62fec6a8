"""What the organiser's day says of a bazaar that is told here entry by entry."""

import json
from collections.abc import Sequence

import pytest

from server.core import events as happened
from server.core.entry import Entry, Outcome, Refusal
from server.core.values import CommandId, CounterNumber, Label, Lane, OutOfOrderReason
from server.reports.day import day_of
from server.reports.figures import Day, OutOfOrder, Spread, Transfer
from tests.scenarios import CONFIG, START_MS, called, issued, opened, passed, served

OPENING = happened.BazaarOpened(config=CONFIG)


def log(*steps: tuple[float, Sequence[happened.Event] | Refusal], by: str = "admin") -> list[Entry]:
    """An opened bazaar and then these outcomes, each at so many minutes after the opening."""
    outcomes: list[tuple[float, Outcome]] = [(0, (OPENING,))]
    outcomes += [(minutes, step if isinstance(step, Refusal) else tuple(step)) for minutes, step in steps]
    return [
        Entry(
            offset=offset,
            at=START_MS + int(minutes * 60_000),
            command_id=CommandId(f"command-{offset:08d}"),
            cursor=f"{offset}-0",
            by=by,
            outcome=outcome,
            prev=bytes(16),
        )
        for offset, (minutes, outcome) in enumerate(outcomes, start=1)
    ]


def day(*steps: tuple[float, Sequence[happened.Event] | Refusal]) -> Day:
    """The day of such a log."""
    return day_of(log(*steps))


def absent(label: str, counter: int) -> happened.TicketAbsent:
    """A no-show."""
    return happened.TicketAbsent(ticket=Label(label), counter=CounterNumber(counter))


def states(**expected: int) -> dict[str, int]:
    """Counts by state, none where nothing is said."""
    every = ("waiting", "called", "held", "absent", "served", "transferred", "cancelled", "expired")
    return {state: expected.get(state, 0) for state in every}


def test_a_log_without_entries_is_no_day() -> None:
    """Without an opening there is nothing to tell."""
    with pytest.raises(ValueError, match="opens no bazaar"):
        day_of([])


def test_a_quiet_day() -> None:
    """Nobody came: every line and counter is named all the same, and no share is told of nothing."""
    quiet = day()
    assert ["A", "B", "C"] == [line.line for line in quiet.lines]
    assert [1, 2, 3, 4] == [counter.counter for counter in quiet.counters]
    assert Spread(count=0, p50_s=0, p80_s=0, max_s=0) == quiet.tally.waits
    assert quiet.tally.finished_share is None
    assert () == quiet.hours


def test_what_became_of_each_ticket() -> None:
    """A line counts its tickets by the state they are in, an agency those of all its lines."""
    told = day(
        (0, opened(1, 3)),
        (1, [issued("A", 1), issued("B", 1), issued("C", 1)]),
        (2, [issued("A", 2), issued("A", 1, lane=Lane.PRIORITY)]),
        (3, [called("A-001", 1)]),
        (4, [called("B-001", 3)]),
        (5, [served("A-001", 1), called("AP-001", 1)]),
        (6, [happened.TicketCancelled(ticket=Label("C-001"))]),
    )
    by_line = {str(line.line): line.tally for line in told.lines}
    assert states(served=1, called=1, waiting=1) == by_line["A"].states
    assert (3, 1) == (by_line["A"].issued, by_line["A"].priority)
    assert states(called=1) == by_line["B"].states
    polsek = told.agencies[1]
    assert ("polsek", 2, states(called=1, cancelled=1)) == (polsek.agency, polsek.tally.issued, polsek.tally.states)
    assert 5 == told.tally.issued


def test_waits_go_from_issue_to_the_last_call() -> None:
    """Who was absent and came back waited until the call that they followed; a recall is no new call."""
    told = day(
        (0, opened(1)),
        (0, [issued("A", 1), issued("A", 2)]),
        (1, [called("A-001", 1)]),
        (2, [happened.TicketRecalled(ticket=Label("A-001"), counter=CounterNumber(1))]),
        (3, [absent("A-001", 1)]),
        (4, [called("A-002", 1)]),
        (5, [happened.TicketReturned(ticket=Label("A-001"))]),
        (10, [served("A-002", 1), called("A-001", 1)]),
    )
    assert Spread(count=2, p50_s=4 * 60, p80_s=10 * 60, max_s=10 * 60) == told.tally.waits


def test_servings_go_from_call_to_served() -> None:
    """Only what was served has a serving time, told for its line and its counter."""
    told = day(
        (0, opened(1, 2)),
        (0, [issued("A", 1), issued("A", 2), issued("A", 3)]),
        (1, [called("A-001", 1)]),
        (2, [called("A-002", 2)]),
        (4, [served("A-001", 1), called("A-003", 1)]),
        (12, [served("A-002", 2)]),
    )
    assert Spread(count=2, p50_s=3 * 60, p80_s=10 * 60, max_s=10 * 60) == told.tally.servings
    assert [(2, 1, 180), (1, 1, 600)] == [(sum(c.calls.values()), c.served, c.servings.p50_s) for c in told.counters[:2]]


@pytest.mark.parametrize(("count", "p50", "p80"), [(1, 1, 1), (2, 1, 2), (5, 3, 4), (10, 5, 8), (101, 51, 81)])
def test_a_percentile_is_a_time_that_was_measured(count: int, p50: int, p80: int) -> None:
    """p80 is the shortest time within which four fifths stayed; nothing is interpolated."""
    assert Spread(count=count, p50_s=p50, p80_s=p80, max_s=count) == Spread.of(1000 * second for second in range(count, 0, -1))


def test_a_call_that_was_undone_is_no_call() -> None:
    """It counts for no counter, no hour and no wait."""
    told = day(
        (0, opened(1)),
        (0, [issued("A", 1)]),
        (1, [called("A-001", 1)]),
        (1.1, [happened.CallUndone(ticket=Label("A-001"), counter=CounterNumber(1))]),
    )
    assert {} == told.counters[0].calls
    assert [(1, 0)] == [(hour.issued, hour.called) for hour in told.hours]
    assert 0 == told.tally.waits.count


def test_hours_are_those_of_the_place_and_go_on_after_midnight() -> None:
    """The bazaar began at 16.00 by the clocks there; calls stand in the hour in which they were made."""
    told = day(
        (0, opened(1)),
        (59, [issued("A", 1), issued("A", 2)]),
        (60, [called("A-001", 1)]),
        (8 * 60 + 5, [served("A-001", 1), called("A-002", 1)]),
    )
    day_before, day_after = "2026-12-04T{}:00+07:00", "2026-12-05T00:00+07:00"
    expected = [(day_before.format(16), 2, 0, 0), (day_before.format(17), 0, 1, 0), (day_after, 0, 1, 1)]
    assert expected == [(hour.hour, hour.issued, hour.called, hour.served) for hour in told.hours]
    assert {day_before.format(17): 1, day_after: 1} == told.counters[0].calls


def test_no_shows_count_tickets_and_absences_count_events() -> None:
    """Who was absent twice is one no-show; each absence is the counter's where it happened."""
    told = day(
        (0, opened(1, 2)),
        (0, [issued("A", 1)]),
        (1, [called("A-001", 1)]),
        (2, [absent("A-001", 1)]),
        (3, [happened.TicketReturned(ticket=Label("A-001"))]),
        (4, [called("A-001", 2)]),
        (5, [absent("A-001", 2)]),
    )
    assert 1 == told.tally.no_shows
    assert [1, 1] == [counter.absences for counter in told.counters[:2]]


def test_calls_out_of_order_say_who_and_why() -> None:
    """Each stands in the report with its reason and by whom it was asked for; a pass does not."""
    told = day_of(
        log(
            (0, opened(1)),
            (1, [issued("A", 1), issued("A", 2)]),
            (2, [called("A-002", 1, OutOfOrderReason.MEDICAL)]),
            (3, [served("A-002", 1), called("A-001", 1)]),
            by="supervisor",
        )
    )
    expected = OutOfOrder(
        ticket=Label("A-002"), counter=CounterNumber(1), at=START_MS + 120_000, by="supervisor", reason=OutOfOrderReason.MEDICAL
    )
    assert (expected,) == told.out_of_order


def test_a_transfer_names_both_tickets() -> None:
    """The ticket went on as another: it is neither served nor unserved, and weighs on no share."""
    told = day(
        (0, opened(1, 3)),
        (0, [issued("A", 1, "v")]),
        (1, [called("A-001", 1)]),
        (2, [issued("B", 1, "v"), happened.TicketTransferred(ticket=Label("A-001"), to_ticket=Label("B-001"), counter=CounterNumber(1))]),
        (3, [called("B-001", 3)]),
        (4, [served("B-001", 3)]),
    )
    assert (Transfer(ticket=Label("A-001"), to_ticket=Label("B-001"), at=START_MS + 120_000),) == told.transfers
    assert 1.0 == told.tally.finished_share
    assert () == told.unserved
    assert 1 == told.visits


def test_who_went_home_unserved_is_named() -> None:
    """At closing time everybody who still waited expires: the list of people to look after, in issue order."""
    told = day(
        (0, opened(1)),
        (0, [issued("A", 1), issued("B", 1), issued("A", 2)]),
        (1, [called("A-001", 1)]),
        (2, [served("A-001", 1)]),
        (300, [*(happened.TicketExpired(ticket=Label(label)) for label in ("B-001", "A-002")), happened.BazaarClosed()]),
    )
    assert (Label("B-001"), Label("A-002")) == told.unserved
    assert told.closed
    assert round(1 / 3, 4) == told.tally.finished_share


def test_refusals_are_counted_by_code() -> None:
    """A refusal changes nothing else."""
    stale = Refusal(code="stale", sentence="Counter 1 has moved on.", fields={"counter": 1})
    told = day((0, opened(1)), (1, stale), (2, stale))
    assert {"stale": 2} == told.refused
    assert (4, 0) == (told.entries, told.tally.issued)


def test_the_day_is_ready_for_json() -> None:
    """Every figure survives the way through JSON."""
    told = day(
        (0, opened(1, 3)),
        (0, [issued("A", 1, "v"), issued("C", 1, "v")]),
        (1, [called("A-001", 1)]),
        (2, [issued("C", 2)]),
        (3, [passed("C-001", 1), called("C-002", 3)]),
    )
    read = json.loads(json.dumps(told.as_map()))
    assert states(called=2, waiting=1) == read["tally"]["states"]
    assert ["C-001"] == read["unserved"]
