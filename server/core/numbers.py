"""The numbers that wait in a lane, kept as ranges: small to hold, small to send, lowest first."""

from bisect import bisect_right
from collections.abc import Iterator


class NumberRanges:
    """A set of positive ints as sorted, disjoint, never adjacent ranges; ``str()`` is ``"13-40,42"``.

    Adding and removing cost a binary search and a shift of the ranges (a handful, however many people wait). Each range keeps its text,
    so that telling all of them is one join.
    """

    __slots__ = ("_firsts", "_lasts", "_size", "_texts")

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        self._texts: list[str] = []
        self._size = 0

    def add(self, number: int) -> None:
        """Add a number that is not in the set."""
        begin = end = bisect_right(self._firsts, number)
        first = last = number
        if begin > 0 and self._lasts[begin - 1] == number - 1:
            begin -= 1
            first = self._firsts[begin]
        if end < len(self._firsts) and self._firsts[end] == number + 1:
            last = self._lasts[end]
            end += 1
        self._put(begin, end, (first, last))
        self._size += 1

    def remove(self, number: int) -> None:
        """Take out a number that is in the set."""
        at = bisect_right(self._firsts, number) - 1
        rest = (self._firsts[at], number - 1), (number + 1, self._lasts[at])
        self._put(at, at + 1, *((first, last) for first, last in rest if first <= last))
        self._size -= 1

    def _put(self, begin: int, end: int, *ranges: tuple[int, int]) -> None:
        """These ranges stand in place of those from one index to another."""
        self._firsts[begin:end] = [first for first, _ in ranges]
        self._lasts[begin:end] = [last for _, last in ranges]
        self._texts[begin:end] = [str(first) if first == last else f"{first}-{last}" for first, last in ranges]

    def copy(self) -> "NumberRanges":
        """A set of its own with the same numbers."""
        twin = NumberRanges()
        twin._firsts, twin._lasts, twin._texts = self._firsts.copy(), self._lasts.copy(), self._texts.copy()
        twin._size = self._size
        return twin

    def __iter__(self) -> Iterator[int]:
        for first, last in zip(self._firsts, self._lasts, strict=True):
            yield from range(first, last + 1)

    def __len__(self) -> int:
        return self._size

    def __contains__(self, number: object) -> bool:
        if not isinstance(number, int):
            return False
        at = bisect_right(self._firsts, number) - 1
        return at >= 0 and number <= self._lasts[at]

    def __str__(self) -> str:
        return ",".join(self._texts)

    def __repr__(self) -> str:
        return f"NumberRanges({self})"
