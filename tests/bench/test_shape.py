"""The shape beyond one machine runs to its end, small."""

import pytest

from bench.shape import run


@pytest.mark.store
async def test_hubs_on_a_cluster() -> None:
    """On a cluster of three primaries two hubs serve several bazaars: each call is seen by its follower, and every log holds."""
    rows = dict(await run(6, 0.5))
    bazaars, calls = rows["bazaars, each followed; calls, all seen"].split("; ")
    assert "6" == bazaars
    assert int(calls) >= 6
