"""Shares of measured times: every figure that is told was once measured, nothing between two is made up."""

from collections.abc import Sequence
from math import ceil


def nearest_rank(ordered: Sequence[int], share: float) -> int:
    """The smallest of these ordered times (at least one) within which at least this share of them stay; the largest for 1."""
    return ordered[ceil(share * len(ordered)) - 1]
