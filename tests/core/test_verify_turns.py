"""Whose turn it is: of all that wait, verification accepts the call of exactly one."""

import pytest

from server.core.verify import verify
from tests.core.logs import CONFIG, Step, at_counter, called, issued, log, of_ticket, opened, passed, served

OPEN = opened(1, 2, 3)
A_LINE = [[issued("A", number)] for number in (1, 2, 3, 4)]
AP_LINE = [[issued("AP", number)] for number in (1, 2, 3)]


def call(label: str, counter: int) -> list[Step]:
    """The ticket is called and served at once."""
    return [Step([called(label, counter)]), Step([served(label, counter)])]


def undone(label: str, counter: int) -> list[Step]:
    """The ticket is called, and the call taken back."""
    return [Step([called(label, counter)]), Step([at_counter("call_undone", label, counter)])]


def away(*labels: str) -> list[Step]:
    """The tickets are held while they wait, and return at once."""
    return [Step([of_ticket(name, label)]) for label in labels for name in ("ticket_held", "ticket_returned")]


def accepted(counter: int, *before: object, also: tuple[list[object], ...] = (), config: object = CONFIG) -> list[str]:
    """The labels that may be called to the counter after these steps; ``also`` are further events of the call's entry."""
    # Lists of steps and of events mix in the tests below: hence the ignores.
    records = log(*before, config=config)  # type: ignore[arg-type]  # see above
    assert verify(records).fault is None
    labels = [event["ticket"] for record, _ in records for name, event in record["events"] if name == "ticket_issued"]
    steps = [Step([*also, called(label, counter)]) for label in labels]
    outcomes = (verify(log(*before, step, config=config)) for step in steps)  # type: ignore[arg-type]  # see above
    return [label for label, outcome in zip(labels, outcomes, strict=True) if outcome.ok]


@pytest.mark.parametrize(
    ("expected", "calls"),
    [
        ("AP-001", []),
        ("A-001", ["AP-001"]),
        ("A-002", ["AP-001", "A-001"]),
        ("AP-002", ["AP-001", "A-001", "A-002"]),
        ("A-003", ["AP-001", "A-001", "A-002", "AP-002"]),
    ],
)
def test_one_priority_to_two_regular(expected: str, calls: list[str]) -> None:
    """With 1:2, two regular calls come after each priority call while both lanes wait."""
    assert [expected] == accepted(1, *OPEN, *A_LINE, *AP_LINE, *(step for label in calls for step in call(label, 1)))


def test_regular_calls_count_also_while_no_priority_waited() -> None:
    """Regular calls that came since the last priority call count, whoever waited then: priority is due at once."""
    assert ["AP-002"] == accepted(1, *OPEN, *A_LINE, AP_LINE[0], *call("AP-001", 1), *call("A-001", 1), *call("A-002", 1), AP_LINE[1])


def test_the_other_lane_when_one_is_empty() -> None:
    """The lane rule holds while both wait; a lane that is alone is called."""
    assert ["AP-002"] == accepted(1, *OPEN, *AP_LINE[:2], *call("AP-001", 1))


def test_priority_first() -> None:
    """With "first", priority comes before regular as long as it waits."""
    line = [[issued("C", 1)], [issued("CP", 1)], [issued("CP", 2)]]
    assert ["CP-002"] == accepted(3, *OPEN, *line, *call("CP-001", 3))
    assert ["C-001"] == accepted(3, *OPEN, *line, *call("CP-001", 3), *call("CP-002", 3))


def test_a_call_out_of_order_counts_for_its_lane() -> None:
    """After a priority call out of order, two regular calls are due."""
    out_of_order = [Step([called("AP-003", 1, "medical")]), Step([served("AP-003", 1)])]
    assert ["A-001"] == accepted(1, *OPEN, *A_LINE, *AP_LINE, *out_of_order)


def test_an_undone_call_counts_nowhere() -> None:
    """After a priority call that was undone, priority is due as before."""
    assert ["AP-001"] == accepted(1, *OPEN, *A_LINE, *AP_LINE, *undone("AP-001", 1))


def test_an_undone_call_is_taken_out_of_the_middle() -> None:
    """A call that is undone after later calls of the line leaves those to count."""
    both = [Step([called("AP-001", 1)]), Step([called("A-001", 2)]), Step([at_counter("call_undone", "AP-001", 1)])]
    assert ["AP-001"] == accepted(1, *OPEN, *A_LINE, *AP_LINE, *both)


def test_the_earliest_head_of_several_lines() -> None:
    """A counter with several lines takes the head that was issued first; within one entry the order of events decides."""
    assert ["C-001"] == accepted(3, *OPEN, [issued("C", 1, "dua"), issued("B", 1, "dua")], [issued("B", 2)])
    assert ["B-001"] == accepted(3, *OPEN, [issued("B", 1)], [issued("C", 1)])


def test_only_heads_are_compared() -> None:
    """A ticket that is no head of its line does not lend its early issue to the head."""
    assert ["B-001"] == accepted(3, *OPEN, [issued("C", 1)], [issued("B", 1)], [issued("CP", 1)])


def test_a_busy_visit_is_passed_and_stays_first() -> None:
    """A number whose visit is at another counter is passed, and first again as soon as the visit is free."""
    busy = [*OPEN, [issued("A", 1, "dua"), issued("B", 1, "dua")], [issued("B", 2)], [issued("B", 3)], [called("A-001", 1)]]
    assert ["B-002"] == accepted(3, *busy, also=(passed("B-001", 1),))
    assert ["B-001"] == accepted(3, *busy, [served("A-001", 1)])
    assert ["B-001"] == accepted(3, *busy, [passed("B-001", 1), called("B-002", 3)], [served("B-002", 3)], [served("A-001", 1)])


def test_a_visit_that_is_finished_here_is_no_hindrance() -> None:
    """Next serves the ticket at the counter first, so the same visit may be called there again."""
    steps = [*OPEN, [issued("B", 1, "dua"), issued("C", 1, "dua")], [called("B-001", 3)]]
    assert ["C-001"] == accepted(3, *steps, also=(served("B-001", 3),))


def test_a_returned_ticket_sits_out_two_calls() -> None:
    """A ticket that returned is callable after two further calls of its lane, then before all higher numbers."""
    returned = [*OPEN, *A_LINE, *away("A-001")]
    assert ["A-002"] == accepted(1, *returned)
    assert ["A-003"] == accepted(1, *returned, *call("A-002", 1))
    assert ["A-001"] == accepted(1, *returned, *call("A-002", 1), *call("A-003", 1))


def test_calls_of_the_other_lane_do_not_count_for_a_return() -> None:
    """Who sits out waits for calls of the own lane."""
    assert ["A-002"] == accepted(1, *OPEN, *A_LINE, *AP_LINE[:1], *away("A-001"), *call("AP-001", 1))


def test_an_undone_call_does_not_count_for_a_return() -> None:
    """A call that was undone is no further call."""
    assert ["A-002"] == accepted(1, *OPEN, *A_LINE, *away("A-001"), *undone("A-002", 1), *undone("A-002", 1))


def test_undoing_an_earlier_call_does_not_prolong_a_return() -> None:
    """Two further calls are two calls after the return; one that came before it and is undone later changes nothing."""
    steps = [*OPEN, *A_LINE, [called("A-001", 1)], *away("A-002"), [at_counter("call_undone", "A-001", 1)]]
    assert ["A-002"] == accepted(2, *steps, *call("A-001", 1), *call("A-003", 1))


def test_a_returned_ticket_is_called_at_once_when_nobody_else_can_be() -> None:
    """While all others of the lane sit out too or are at another counter, the lowest that returned is called at once."""
    assert ["A-001"] == accepted(1, *OPEN, *A_LINE[:1], *away("A-001"))
    assert ["A-001"] == accepted(1, *OPEN, *A_LINE[:2], *away("A-002", "A-001"))
    busy = [*OPEN, [issued("A", 1, "dua"), issued("B", 1, "dua")], [issued("B", 2)], *away("B-002"), [called("A-001", 1)]]
    assert ["B-002"] == accepted(3, *busy, also=(passed("B-001", 1),))


def test_a_ticket_that_sits_out_is_not_passed() -> None:
    """A lower number that sits out and whose visit is busy was not passed because of that."""
    busy = [*OPEN, [issued("A", 1, "dua"), issued("B", 1, "dua")], [issued("B", 2)], *away("B-001"), [called("A-001", 1)]]
    assert ["B-002"] == accepted(3, *busy)


def test_a_return_after_none() -> None:
    """With ``return_after = 0`` a ticket that returned is callable at once."""
    config = {**CONFIG, "bazaar": {**CONFIG["bazaar"], "return_after": 0}}
    assert ["A-001"] == accepted(1, *OPEN, *A_LINE, *away("A-001"), config=config)


def test_out_of_order() -> None:
    """A supervisor may call any waiting ticket of the counter's lines, also one that sits out."""
    records = log(*OPEN, *A_LINE, *away("A-003"), Step([called("A-003", 1, "vulnerable")], by="supervisor"))
    verdict = verify(records)
    assert verdict.ok
    assert {"vulnerable": 1} == verdict.figures.out_of_order


def test_an_undone_ticket_is_first_again() -> None:
    """A ticket that was undone does not sit out, also when it did before the call."""
    assert ["A-001"] == accepted(
        1, *OPEN, *A_LINE[:1], *away("A-001"), [called("A-001", 1)], [at_counter("call_undone", "A-001", 1)], A_LINE[1]
    )
