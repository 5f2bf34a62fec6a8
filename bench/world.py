"""How evenings may differ as a whole: an ordinary one, one on which everything goes by the book, and one on which nothing does."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What people are like. Shares are of all of a kind, times are minutes; ``…_pace`` are deviations of the logarithm.

    ``line_pace``, ``officer_pace``: how far servings of an evening's line, or of an officer, are from the bazaar file's minutes.
    ``scatter``: the same within a line, from and to. ``drags``: an errand that takes much longer. ``late``, ``second_wave``, ``early``:
    counters that open a while after the others, long after them, and close before them. ``prayer``: officers who take the evening's long
    break. ``tidy``: officers who press finish when nobody waits; with the others the last one seems to be served until somebody comes.
    """

    line_pace: float = 0.22
    officer_pace: float = 0.15
    scatter: tuple[float, float] = (0.35, 0.7)
    drags_share: float = 0.04
    no_show_share: float = 0.08
    rest_every: float = 110.0
    prayer_share: float = 0.85
    late_share: float = 0.2
    second_wave_share: float = 0.25
    early_share: float = 0.2
    tidy_share: float = 0.6


WORLDS = {
    "ordinary": World(),
    "calm": World(
        line_pace=0.08,
        officer_pace=0.05,
        scatter=(0.2, 0.35),
        drags_share=0,
        rest_every=1e9,
        prayer_share=0,
        late_share=0,
        second_wave_share=0,
        early_share=0,
        tidy_share=1,
    ),
    "wild": World(
        line_pace=0.4,
        officer_pace=0.3,
        scatter=(0.6, 0.9),
        drags_share=0.08,
        no_show_share=0.16,
        rest_every=60,
        tidy_share=0.3,
    ),
}
