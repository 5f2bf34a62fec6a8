"""Limits count for whoever asked: behind a proxy that is trusted for whom it names, and never for whom a stranger names."""

from dataclasses import replace

import pytest

from server.cli.equipment import Equipment
from server.web.limits import Limits
from tests.serving import Served, serving

TRUSTED = Equipment(proxies=frozenset({"127.0.0.1", "192.0.2.7"}))


async def ask(served: Served, number: int, *forwarded: str) -> int:
    """Somebody without a cookie takes a number; the answer's status."""
    body = {"services": ["ktp"], "command_id": f"takes-a-number-{number:04d}"}
    headers = [("X-Forwarded-For", line) for line in forwarded]
    async with served.session.post(f"{served.home}/tickets", json=body, headers=headers) as answer:
        return answer.status


@pytest.mark.parametrize(
    ("equipment", "first", "second", "expected"),
    [
        (TRUSTED, "198.51.100.1", "198.51.100.2", 201),
        (TRUSTED, "198.51.100.1", "198.51.100.1", 429),
        (TRUSTED, "203.0.113.1, 198.51.100.1", "203.0.113.2, 198.51.100.1", 429),
        (TRUSTED, "198.51.100.1, 192.0.2.7", "198.51.100.2, 192.0.2.7", 201),
        (TRUSTED, "", "", 429),
        (replace(TRUSTED, proxies=frozenset()), "198.51.100.1", "198.51.100.2", 429),
    ],
    ids=["two people", "one person", "made up before the proxy's word", "two proxies", "nobody named", "no proxy is trusted"],
)
async def test_who_is_counted(equipment: Equipment, first: str, second: str, expected: int) -> None:
    """With one request allowed to each place, the second is answered only where it comes from somebody else."""
    async with serving(equipment=equipment, limits=Limits(burst=1, per_minute=0.001)) as served:
        assert 201 == await ask(served, 1, first)
        assert expected == await ask(served, 2, second)


async def test_several_lines() -> None:
    """A proxy may add its word as a line of its own: the last one counts."""
    async with serving(equipment=TRUSTED, limits=Limits(burst=1, per_minute=0.001)) as served:
        assert 201 == await ask(served, 1, "203.0.113.1", "198.51.100.1")
        assert 429 == await ask(served, 2, "203.0.113.2", "198.51.100.1")
