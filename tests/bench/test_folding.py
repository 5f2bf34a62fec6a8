"""The count of what an entry costs runs through every part; its times are nobody's test."""

from bench.folding import ALL, DECIDED, EVOLVED, FOUND, GONE, SHOWN, FullBazaar, costs
from server.core.values import Lane, Prefix


def test_every_part_is_counted() -> None:
    """Each has its row, whatever it took."""
    assert [DECIDED, EVOLVED, FOUND, ALL, *SHOWN] == [*costs(20, 5, rounds=1)]


def test_the_line_is_as_long_as_it_is_said_to_be() -> None:
    """So many wait, with holes where people have left, and the first of them sit out."""
    line = FullBazaar(50, returned=5).bazaar.lines[Prefix("A")]
    lane = line.lanes[Lane.REGULAR]
    assert line.waiting == 50
    assert str(lane.waiting).count(",") >= 50 // GONE - 1
    assert list(lane.waiting)[:5] == sorted(lane.sitting_out(10))
