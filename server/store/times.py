"""How long things took, counted by how long: what Prometheus calls a histogram, cheap enough for every press and every sweep."""

from bisect import bisect_left

BOUNDS_S = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1, 2, 5)


class Times:
    """``counts`` says how many took no longer than each of `BOUNDS_S`, but longer than the bound before; the last is for all others."""

    __slots__ = ("counts", "sum_s")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_S) + 1)
        self.sum_s = 0.0

    def add(self, seconds: float) -> None:
        """Count one more."""
        self.counts[bisect_left(BOUNDS_S, seconds)] += 1
        self.sum_s += seconds
