"""The waiting numbers of a lane against a plain set."""

from hypothesis import given
from hypothesis import strategies as st

from server.core.numbers import NumberRanges


def as_text(numbers: set[int]) -> str:
    """The ranges of a set, written the slow way."""
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in parts)


@given(st.lists(st.integers(1, 25), max_size=120))
def test_like_a_set(toggles: list[int]) -> None:
    """Whatever is added and removed, the ranges hold the same numbers as a set, sorted, and say so briefly."""
    ranges, plain = NumberRanges(), set[int]()
    for number in toggles:
        (plain.remove if number in plain else plain.add)(number)
        (ranges.remove if number in ranges else ranges.add)(number)
        assert sorted(plain) == list(ranges)
        assert len(plain) == len(ranges)
        assert as_text(plain) == str(ranges)
