"""Several servers measured by turns, so that what the machine does meanwhile falls on all of them alike."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Generic, TypeVar

from bench.servers import FLOOR, HUB, Kind, Say

R = TypeVar("R")
MeasureOne = Callable[[Kind], Awaitable[R]]


@dataclass(frozen=True, slots=True)
class Runs(Generic[R]):
    """What was measured, by server and in the order of the rounds. ``failed`` says of a server why there is nothing of it."""

    of: Mapping[Kind, Sequence[R]]
    failed: Mapping[str, str]

    def medians(self, kind: Kind, figure: Callable[[R], float]) -> float:
        """The median of a figure over a server's rounds."""
        return median(figure(run) for run in self.of[kind])

    def ratios(self, kind: Kind, figure: Callable[[R], float]) -> tuple[float, ...]:
        """The hub's figure over this server's, round by round: each is one pair."""
        ours = next((runs for kind, runs in self.of.items() if kind.name == HUB), ())
        pairs = [(figure(mine), figure(its)) for mine, its in zip(ours, self.of[kind], strict=False)]
        return tuple(round(mine / its, 3) for mine, its in pairs if its)


async def by_turns(kinds: Sequence[Kind], rounds: int, what: str, measure: MeasureOne[R], say: Say) -> Runs[R]:
    """Measure each so many times, every second round in the opposite order. A peer that fails is left out; hub and floor may not.

    Raises:
        RuntimeError: hub or floor ended before its time, or hung up on somebody.
    """
    of: dict[Kind, list[R]] = {kind: [] for kind in kinds}
    failed: dict[str, str] = {}
    for number in range(rounds):
        for kind in kinds if number % 2 == 0 else reversed(kinds):
            if kind.name in failed:
                continue
            say(f"{what}: {kind.title}, {number + 1} of {rounds}")
            try:
                of[kind].append(await measure(kind))
            except (RuntimeError, TimeoutError, OSError) as error:
                if kind.name in (HUB, FLOOR):
                    raise
                failed[kind.name] = str(error) or type(error).__name__
                say(f"{kind.title} is left out: {failed[kind.name]}")
    return Runs({kind: runs for kind, runs in of.items() if kind.name not in failed}, failed)


def pairs(ratios: Sequence[float]) -> str:
    """Ratios pair by pair, their median first."""
    if not ratios:
        return ""
    return f"{median(ratios):.2f}" + (f"  ({' '.join(f'{ratio:.2f}' for ratio in ratios)})" if len(ratios) > 1 else "")
