"""The two crowds, in C and in Python, see the same: what a measurement tells does not depend on whether there is a compiler."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bench.audience import Audience, audience
from bench.servers import FLOOR, HUB, KINDS, Server, serving
from bench.windows import window

PHONES = 7
EVERY_MS = 20

IN_C = pytest.param("cc", marks=pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler here"))
CROWDS = pytest.mark.parametrize("crowd", [IN_C, "python"])


@asynccontextmanager
async def before(server: str, crowd: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Server, Audience]]:
    """A server and its phones, which are programs in C or in Python."""
    if crowd == "python":
        monkeypatch.setattr("shutil.which", lambda _name: None)
    async with serving(KINDS[server]) as served, audience(served.address, PHONES) as phones:
        yield served, phones


@CROWDS
@pytest.mark.parametrize("server", [FLOOR, HUB])
async def test_every_event_reaches_everybody(server: str, crowd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """At a pace, each phone comes to show each event, no sooner than it was due and none of them backwards."""
    async with before(server, crowd, monkeypatch) as (served, phones):
        seen = (await window(served, phones, 0.5, every_ms=EVERY_MS)).seen
    assert {PHONES} == {arrival.count for arrival in seen.arrivals.values()}
    assert all(0 < arrival.due_ns < arrival.first_ns <= arrival.last_ns for arrival in seen.arrivals.values() if arrival.due_ns)
    assert 0 == seen.backwards
    assert 0 < seen.frames_per_s <= seen.events_per_s


@CROWDS
async def test_a_newer_frame_shows_the_older_events_too(crowd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight events of one turn are one frame of the hub's, and all eight count as shown by it."""
    async with before(HUB, crowd, monkeypatch) as (served, phones):
        seen = (await window(served, phones, 0.5, events=8)).seen
    assert seen.events_per_s > 2 * seen.frames_per_s
    offsets = sorted(seen.arrivals)
    assert list(range(offsets[0], offsets[-1] + 1)) == offsets


@CROWDS
async def test_who_comes_again_follows_again(crowd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After all have hung up and come again, the next events reach all of them."""
    async with before(FLOOR, crowd, monkeypatch) as (served, phones):
        assert 0 < await phones.again()
        seen = (await window(served, phones, 0.5, every_ms=EVERY_MS)).seen
    assert {PHONES} == {arrival.count for arrival in seen.arrivals.values()}


@pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler here")
async def test_the_deaf_hold_nobody_up() -> None:
    """Phones that never read are let in, and those beside them have every event."""
    async with (
        serving(KINDS[HUB], 4096) as served,
        audience(served.address, PHONES) as phones,
        audience(served.address, PHONES, deaf=True),
    ):
        shown = await window(served, phones, 0.5, every_ms=EVERY_MS)
    assert shown.last_after_s is not None
    assert {PHONES} == {arrival.count for arrival in shown.seen.arrivals.values()}
