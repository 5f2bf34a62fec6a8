"""The simulated national evening: the same for everybody, and its sums hold."""

from dataclasses import fields, replace
from pathlib import Path

import pytest

from bench.national import DISTRICTS, PHONES_MAX, PHONES_MIN, STEP_S, Bazaar, Bill, Load, Prices, bill, simulate, table

SCALE = Path(__file__).parents[2] / "docs" / "scale.md"
PRICES = Prices()


@pytest.fixture(scope="module")
def bazaars() -> list[Bazaar]:
    """The evening of docs/scale.md."""
    return simulate(1)


@pytest.fixture(scope="module")
def whole(bazaars: list[Bazaar]) -> Bill:
    """What it takes."""
    return bill(bazaars, PRICES)


def test_same_evening_again(bazaars: list[Bazaar], whole: Bill) -> None:
    """The same seed gives the same evening on any machine, and the document shows its table; another seed gives another."""
    assert bazaars == simulate(1)
    assert table(whole, PRICES) in SCALE.read_text(encoding="utf-8")
    assert bazaars[:3] != simulate(2, share=3 / DISTRICTS)


def test_sums(bazaars: list[Bazaar], whole: Bill) -> None:
    """Whoever has a phone comes once and leaves; every number is called; the whole is the sum of all steps of all bazaars."""
    assert round(DISTRICTS / 10) == len(bazaars) == whole.bazaars
    for one in bazaars:
        assert PHONES_MIN <= one.phones <= PHONES_MAX
        assert one.phones == sum(step.arrivals for step in one.steps)
        assert max(step.present for step in one.steps) <= one.phones
        assert all(getattr(step, item.name) >= 0 for step in one.steps for item in fields(Load))
        assert sum(step.numbers for step in one.steps) == round(one.phones * 1.4)
        assert sum(step.presses for step in one.steps) == round(one.phones * 1.4 * 1.15)
    for item in fields(Load):
        assert getattr(whole.whole, item.name) == sum(getattr(step, item.name) for one in bazaars for step in one.steps)
    assert sum(one.phones for one in bazaars) == whole.whole.arrivals
    assert whole.peak.present <= whole.present


def test_heaviest_step(bazaars: list[Bazaar], whole: Bill) -> None:
    """Processes, cores and network are enough for every step, as busy as was said."""
    for at_once in zip(*(one.steps for one in bazaars), strict=True):
        step = sum(at_once, Load())
        assert step.core_seconds / STEP_S <= whole.processes * PRICES.busy
        assert step.bytes_out * 8 / STEP_S / 1e9 <= whole.machines / PRICES.spare * PRICES.gbit * PRICES.busy
    assert whole.processes <= whole.machines / PRICES.spare * (PRICES.cores - 1)


def test_prices(bazaars: list[Bazaar], whole: Bill) -> None:
    """Money follows from machines, hours and data, and each price counts once."""
    assert whole.usd == pytest.approx(whole.machines * 8 * 0.40 + whole.gb * 0.09)
    dearer = bill(bazaars, replace(PRICES, usd_machine_hour=0.80))
    assert dearer.usd_machines == pytest.approx(2 * whole.usd_machines)
    assert dearer.usd_data == whole.usd_data
    smaller = bill(bazaars, replace(PRICES, cores=2))
    assert smaller.machines > whole.machines
