"""What every kind of board promises: one suite for the board in memory and the board on a real server."""

import asyncio

import pytest

from server.core.values import BazaarId
from server.store.board import NOTES_MAX, Board
from server.store.log import Store

NOW, LATER = 1_000, 2_000


@pytest.fixture
def board(store: Store, bazaar_id: BazaarId) -> Board:
    """An empty board of each kind."""
    return store.board(bazaar_id, "test")


async def test_a_note_is_read_until_its_time(board: Board) -> None:
    """A note is up until the moment that it was given, for every byte that there is, and the newest one of a name counts."""
    everything = bytes(range(256))
    assert await board.pin("one", b"first", until=LATER, now=NOW)
    assert await board.pin("one", everything, until=LATER, now=NOW)
    assert {"one": everything} == await board.read(LATER - 1)
    assert {} == await board.read(LATER)


async def test_a_swap_names_what_is_up(board: Board) -> None:
    """A note is swapped only for exactly the one that was meant; one that has run out is none."""
    assert not await board.swap("one", b"other", b"new", until=LATER, now=NOW)
    assert await board.swap("one", None, b"a", until=LATER, now=NOW)
    assert not await board.swap("one", None, b"b", until=LATER, now=NOW)
    assert not await board.swap("one", b"b", b"c", until=LATER, now=NOW)
    assert await board.swap("one", b"a", b"b", until=LATER, now=NOW)
    assert {"one": b"b"} == await board.read(NOW)
    assert not await board.swap("one", b"b", b"c", until=LATER + 1, now=LATER)
    assert await board.swap("one", None, b"c", until=LATER + 1, now=LATER)


async def test_one_of_many_swaps(board: Board) -> None:
    """Of many who take the same name at once, one gets it."""
    taken = await asyncio.gather(*(board.swap("one", None, b"%d" % number, until=LATER, now=NOW) for number in range(20)))
    assert 1 == taken.count(True)
    assert {"one": b"%d" % taken.index(True)} == await board.read(NOW)


async def test_a_full_board(board: Board) -> None:
    """A full board takes no new name until a note has run out; the names that are up stay and can be renewed."""
    for number in range(NOTES_MAX):
        assert await board.pin(str(number), b"note", until=LATER + number % 2, now=NOW)
    assert not await board.pin("new", b"note", until=LATER + 1, now=NOW)
    assert not await board.swap("new", None, b"note", until=LATER + 1, now=NOW)
    assert await board.pin("0", b"renewed", until=LATER + 1, now=NOW)
    assert NOTES_MAX == len(await board.read(NOW))
    assert await board.pin("new", b"note", until=LATER + 1, now=LATER)
    assert NOTES_MAX // 2 + 2 == len(await board.read(LATER))


async def test_boards_are_apart(store: Store, board: Board, bazaar_id: BazaarId) -> None:
    """What is pinned on one board is on no other topic's and no other bazaar's, and is there for every process."""
    await board.pin("one", b"note", until=LATER, now=NOW)
    assert {"one": b"note"} == await store.board(bazaar_id, "test").read(NOW)
    assert {} == await store.board(bazaar_id, "other").read(NOW)
    assert {} == await store.board(BazaarId("another"), "test").read(NOW)
