"""The evenings that judge the estimates run through the real core, and what is promised of the estimates holds on two of them."""

from functools import cache

from rich.console import Console

from bench.estimate import PLAN_FILE, Figures, evening, table
from bench.world import World
from server.store.plan_file import read_plan

SEEDS = (2001, 2002)
"""Neither those on which the constants were chosen, nor those of the table in the docs."""


@cache
def figures(seed: int) -> Figures:
    """One evening at the sample bazaar, simulated once."""
    return evening(read_plan(PLAN_FILE), seed, World())


def test_an_evening_is_full() -> None:
    """Hundreds of people are told thousands of estimates, nearly all of them while a counter is open."""
    for seed in SEEDS:
        assert figures(seed).told > 1000
        assert figures(seed).untold_share < 0.2


def test_the_range_holds_three_of_five() -> None:
    """Between half and seven tenths of the true waits end within the range that a phone shows."""
    assert [True] * len(SEEDS) == [0.5 <= figures(seed).held_share <= 0.7 for seed in SEEDS]


def test_nearer_than_simple_ways() -> None:
    """The middle of the range is nearer to the true wait than the bazaar file's minutes, and than the wait of the last called."""
    assert [True] * len(SEEDS) == [figures(seed).wins for seed in SEEDS]


def test_the_same_seed_is_the_same_evening() -> None:
    """Anyone can repeat a row of the table."""
    assert figures(SEEDS[0]) == evening(read_plan(PLAN_FILE), SEEDS[0], World())


def test_the_table_has_a_row_for_each_evening() -> None:
    """With its seed, so that the evening can be looked at again."""
    console = Console(width=140)
    with console.capture() as capture:
        console.print(table(figures(seed) for seed in SEEDS))
    assert all(f" {seed} " in capture.get() for seed in SEEDS)
