"""The count of what an entry costs runs through every part; its times are nobody's test."""

from bench.folding import ALL, DECIDED, EVOLVED, FOUND, GONE, SHOWN, FullBazaar, costs
from bench.following import measure
from bench.frames import sizes
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


def test_msgpack_is_the_smaller_form() -> None:
    """Whatever the frame: who can read msgpack is sent less than who reads JSON."""
    assert [] == [size.name for size in sizes(60, rounds=1) if size.msgpack >= size.json]


async def test_phones_are_counted() -> None:
    """Each of a small crowd follows its own visit, and an entry is decided beside them."""
    followed = await measure(400, presses=2)
    assert (400, True, True) == (followed.phones, followed.bytes_a_phone > 0, followed.us_an_entry > 0)
