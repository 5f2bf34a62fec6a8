"""What a loudspeaker says and when, by a clock of the test's own: laws over random days, and how far it falls behind in an evening."""

from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from playwright.async_api import Page

from server.core.ranks import nearest_rank
from tests.conftest import Tell
from tests.fake_hub import FakeHub

pytestmark = pytest.mark.browser

LOUDSPEAKER = Path(__file__).with_name("loudspeaker.js").read_text(encoding="utf-8")
SECONDS = {"chime": 1.05, "full": 6.8, "second": 8.1, "last": 8.2, "short": 3.7}
"""As espeak-ng says tickets with counters of two digits at 145 words a minute; `tests/displays/voice/test_espeak.py` holds them."""
REST_S, FRESH_S = 1.0, 60
CALL_S = SECONDS["chime"] + 2 * SECONDS["full"] + REST_S
"""A whole call: the chime, the sentence, and the sentence again."""
COUNTERS, CALLS_PER_HOUR, HOURS, EVENINGS = 33, 220, 5, 20

Happening = dict[str, Any]
Said = dict[str, Any]


async def _listen(page: Page, hub: FakeHub, happenings: list[Happening]) -> list[Said]:
    await page.goto(hub.url)
    said: list[Said] = await page.evaluate(LOUDSPEAKER, {"happenings": happenings, "seconds": SECONDS})
    return said


def _random_day(rng: Random) -> list[Happening]:
    """Calls, recalls and undone calls of a few minutes, now crowded and now quiet; offsets rise with time."""
    happenings: list[Happening] = []
    at, pace_ms = 0, rng.choice((300, 2_000, 8_000, 20_000))
    for offset in range(1, rng.randint(2, 40)):
        at += int(rng.expovariate(1 / pace_ms))
        happenings.append({"at": at, "what": "call", "offset": offset})
        if rng.random() < 0.3:
            later = {"at": at + rng.randint(0, 40_000), "what": rng.choice(("undo", "recall", "recall")), "offset": offset}
            happenings.append(later)
    return sorted(happenings, key=lambda happening: int(happening["at"]))


def _evening(rng: Random) -> list[int]:
    """When 33 counters that are never idle call, in ms: each serves for 9 minutes, more or less, so that 220 people are called an hour."""
    mean_s = COUNTERS * 3600 / CALLS_PER_HOUR
    times: list[int] = []
    for _ in range(COUNTERS):
        at = rng.uniform(0, mean_s)
        while at < HOURS * 3600:
            times.append(int(at * 1000))
            at += mean_s * rng.lognormvariate(-0.125, 0.5)
    return sorted(times)


def _calls_at(times: list[int]) -> list[Happening]:
    return [{"at": at, "what": "call", "offset": offset} for offset, at in enumerate(times, 1)]


def _first_times(said: list[Said]) -> list[Said]:
    """Each call and each recall as it was said for the first time."""
    firsts: dict[tuple[int, int], Said] = {}
    for sentence in said:
        firsts.setdefault((sentence["offset"], sentence["calls"]), sentence)
    return list(firsts.values())


async def test_laws(page: Page, hub: FakeHub) -> None:
    """On 300 random days no sounds overlap, and calls are said in the order of the log while they stand and are fresh, each of them."""
    for seed in range(300):
        day = _random_day(Random(seed))  # noqa: S311  # the same days each time
        said = await _listen(page, hub, day)
        assert all(one["until"] <= other["at"] for one, other in pairwise(said)), seed
        firsts = _first_times(said)
        assert sorted(firsts, key=lambda one: (one["called"], one["offset"])) == firsts, seed
        assert all(one["at"] - one["called"] <= FRESH_S * 1000 for one in firsts), seed
        assert not _said_too_late(day, firsts), seed
        ready = said[-1]["until"] + 1000 * SECONDS["chime"] if said else 0
        assert not _left_out(day, firsts, ready), seed


async def test_what_shortens(page: Page, hub: FakeHub) -> None:
    """On 100 random days a sentence is short just when others wait, and is said again just when nobody came meanwhile."""
    for seed in range(100):
        said = await _listen(page, hub, _random_day(Random(seed)))  # noqa: S311  # the same days each time
        for one, after in pairwise([*said, {"offset": 0, "calls": 0}]):
            first = one in _first_times(said)
            assert not first or (one["form"] == "short") == (one["waiting"] > 0), seed
            again = (one["offset"], one["calls"]) == (after["offset"], after["calls"])
            assert not again or (first and after["waiting"] == 0 and after["at"] - one["until"] == REST_S * 1000), seed


async def test_a_repetition_gives_way(page: Page, hub: FakeHub) -> None:
    """On 100 random days what is said once more ends the moment somebody else is called, or the call is undone; nothing else is cut off."""
    for seed in range(100):
        day = _random_day(Random(seed))  # noqa: S311  # the same days each time
        said = await _listen(page, hub, day)
        firsts = _first_times(said)
        for one in said:
            whole = one["at"] + 1000 * SECONDS[one["form"]]
            interrupts = [other["at"] for other in day if other["what"] != "undo" or other["offset"] == one["offset"]]
            due = whole if one in firsts else min([whole, *(at for at in interrupts if at > one["at"])])
            assert due == one["until"], seed


async def test_an_evening_of_33_counters(page: Page, hub: FakeHub, tell: Tell) -> None:
    """At 220 calls an hour from 33 counters no call is ever heard later than two whole calls would take, and none is left out."""
    calls, delays, waiting = 0, list[int](), list[int]()
    for seed in range(EVENINGS):
        times = _evening(Random(seed))  # noqa: S311  # the same evenings each time
        firsts = _first_times(await _listen(page, hub, _calls_at(times)))
        assert len(times) == len(firsts)
        calls += len(times)
        delays += [one["at"] - one["called"] for one in firsts]
        waiting += [one["waiting"] for one in firsts]
    assert max(delays) <= 2 * CALL_S * 1000
    delays.sort()
    p50, p99, most = (nearest_rank(delays, share) / 1000 for share in (0.5, 0.99, 1.0))
    behind = sum(count > 2 for count in waiting) / calls
    tell(f"33 counters, one loudspeaker, {calls} calls in {EVENINGS} evenings; a whole call takes {CALL_S:.1f} s")
    tell(f"from the press to its sentence: {p50:.1f} s (p50), {p99:.1f} s (p99), {most:.1f} s (max)")
    tell(f"newer calls that waited when one was begun: {max(waiting)} at most, more than two at {behind:.2%} of calls")


async def test_all_counters_at_once(page: Page, hub: FakeHub, tell: Tell) -> None:
    """When all 33 counters call within a minute and a half, as at the opening, every call is said while it is fresh."""
    for spread_s in (90, 60):
        rng = Random(1)  # noqa: S311  # the same burst each time
        times = sorted(rng.randrange(spread_s * 1000) for _ in range(COUNTERS))
        firsts = _first_times(await _listen(page, hub, _calls_at(times)))
        latest = max(one["at"] - one["called"] for one in firsts) / 1000
        tell(f"33 calls within {spread_s} s: {len(firsts)} are said, the last {latest:.0f} s after its press")
        assert spread_s < 90 or COUNTERS == len(firsts)


def _said_too_late(day: list[Happening], firsts: list[Said]) -> list[Said]:
    """What was said of a call after it was undone."""
    undone = {one["offset"]: one["at"] for one in day if one["what"] == "undo"}
    return [one for one in firsts if one["at"] > undone.get(one["offset"], one["at"])]


def _left_out(day: list[Happening], firsts: list[Said], ready: float) -> list[Happening]:
    """Calls and recalls that nothing was said of, though they were not undone, called anew or old before there was time for another."""
    gone = [one for one in day if one["what"] != "call"]
    spoken = {(one["offset"], one["called"]) for one in firsts}
    return [
        one
        for one in day
        if one["what"] != "undo"
        and (one["offset"], one["at"]) not in spoken
        and not any(other["offset"] == one["offset"] and other["at"] >= one["at"] and other is not one for other in gone)
        and ready - one["at"] <= FRESH_S * 1000
    ]
