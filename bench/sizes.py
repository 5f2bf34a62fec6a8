"""How much each part measures: for a look, for the docs, or only to see that the bench works."""

from dataclasses import dataclass

from bench.overload import Troublemakers

SOME_TROUBLE = Troublemakers(slow=100, deaf=50, nonsense=20, greedy=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """As they are, the parts that run when none is named end within two minutes. Times are seconds, all others counts."""

    presses: int = 120
    press_crowds: tuple[int, ...] = (0, 1_000)
    saturation_phones: int = 1_000
    saturation_s: float = 5
    fanout_s: float = 2
    fanout_large: int = 0
    """Before smaller crowds than this the fan-out has only the floor beside it."""
    first_phones: int = 1_000
    first_s: float = 5
    burst_phones: int = 2_000
    burst_s: float = 5
    slow_phones: int = 1_000
    deaf_phones: int = 50
    slow_s: float = 5
    storm_staying: int = 1_000
    storm_coming: int = 3_000
    overload_presses: int = 60
    overload_phones: int = 3_000
    overload_trouble: Troublemakers = SOME_TROUBLE
    many_phones: int = 3_000
    many_hubs: int = 3
    many_held_s: float = 12
    """Longer than a heartbeat takes to come round, so that whoever is held is also still written to."""
    deciding_presses: int = 200
    deciding_bazaars: int = 20
    folding_waiting: tuple[tuple[int, int], ...] = ((20, 0), (200, 0), (2_000, 0), (2_000, 500))
    """So many wait in a line, and so many of them have just come back."""
    folding_rounds: int = 100
    replay_entries: int = 100_000
    phones_max: int = 20_000
    """No crowd of the fan-out is larger."""


FULL = Sizes(
    presses=150,
    press_crowds=(0, 1_000, 19_500),
    fanout_s=1.5,
    fanout_large=5_000,
    first_phones=5_000,
    burst_phones=5_000,
    burst_s=20,
    slow_phones=5_000,
    deaf_phones=200,
    slow_s=15,
    storm_staying=5_000,
    storm_coming=10_000,
    overload_presses=150,
    overload_phones=20_000,
    overload_trouble=Troublemakers(slow=500, deaf=200, nonsense=100, greedy=50),
    many_phones=50_000,
    deciding_presses=400,
    deciding_bazaars=100,
)
"""What docs/measurements.md tells."""

QUICK = Sizes(
    presses=3,
    press_crowds=(0, 10),
    saturation_phones=10,
    saturation_s=0.3,
    fanout_s=0.5,
    first_phones=10,
    first_s=0.6,
    burst_phones=10,
    burst_s=0.5,
    slow_phones=10,
    deaf_phones=2,
    slow_s=0.5,
    storm_staying=10,
    storm_coming=20,
    overload_presses=3,
    overload_phones=20,
    overload_trouble=Troublemakers(slow=2, deaf=2, nonsense=2, greedy=2),
    many_phones=30,
    many_held_s=0.1,
    deciding_presses=2,
    deciding_bazaars=1,
    folding_waiting=((5, 0), (8, 2)),
    folding_rounds=2,
    replay_entries=500,
    phones_max=20,
)
"""To see whether the bench works; its figures mean nothing."""
