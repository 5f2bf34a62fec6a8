"""Who comes to a simulated bazaar, and what for."""

import random
from collections import Counter

import pytest

from server.core.plan import Plan
from server.simulate import FIRST_LINE_SHARE
from server.simulate.residents import ERRANDS, errands
from server.store.plan_file import read_plan
from server.web.keys import ROOT
from tests.scenarios import CONFIG

SAMPLE = read_plan(ROOT / "bazaars" / "mayangan.toml")
VISITORS = 3000


def visits(plan: Plan) -> list[list[str]]:
    """The lines that many residents come for, always the same ones."""
    rng = random.Random(1)  # noqa: S311  # the same crowd each time
    return [[plan.line_of(service).prefix for service in errands(plan, rng, FIRST_LINE_SHARE)] for _ in range(VISITORS)]


def test_each_errand_is_of_another_line() -> None:
    """Nobody asks for two numbers of one line: a visit has one ticket there at most."""
    assert all(len(lines) == len(set(lines)) > 0 for lines in visits(SAMPLE))


def test_the_civil_registry_takes_a_third() -> None:
    """Of all tickets, a third is of the first line, and visitors have 1.6 of them."""
    tickets = [line for lines in visits(SAMPLE) for line in lines]
    assert pytest.approx(1 / 3, abs=0.01) == tickets.count("A") / len(tickets)
    assert pytest.approx(1.6, abs=0.05) == len(tickets) / VISITORS


def test_the_other_lines_share_by_their_counters() -> None:
    """Blood donation with three counters sees more people than a kelurahan with one."""
    tickets = Counter(line for lines in visits(SAMPLE) for line in lines)
    assert 1.8 * tickets["R"] < tickets["V"] < 4 * tickets["R"]
    assert set(tickets) == {line.prefix for line in SAMPLE.lines}


def test_a_bazaar_of_one_line_has_one_errand() -> None:
    """More errands than lines cannot be."""
    small = Plan.from_config({**CONFIG, "agencies": CONFIG["agencies"][:1]})
    assert {("A",)} == {tuple(lines) for lines in visits(small)}
    assert max(ERRANDS) > 1
