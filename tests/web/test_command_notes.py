"""What stands in the program's log of each command, and what the metrics count of it."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from server.store.errors import StoreUnreachable
from tests.serving import Served, serving

EVIL = "next\r\n2026-12-04 19:00:00,000 INFO server.web.command_notes: command by=admin"


@pytest.fixture
async def served(caplog: pytest.LogCaptureFixture) -> AsyncIterator[Served]:
    """A bazaar with counter 1 open."""
    caplog.set_level(logging.INFO)
    async with serving() as bazaar:
        await bazaar.submit("open_counter", counter=1)
        yield bazaar


def told(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """The facts of the lines about commands; what depends on the machine left out."""
    lines = [vars(record)["facts"] for record in caplog.records if record.getMessage() == "command"]
    assert all(line["ms"] >= 0 for line in lines)
    return [{name: value for name, value in line.items() if name != "ms"} for line in lines]


async def press(served: Served, do: object, **order: object) -> None:
    """A press at counter 1."""
    body = {"command_id": f"a-press-of-the-test-{do!s:.5}".replace("\r", "-"), "do": do, **order}
    async with served.session.post(f"{served.home}/counter/1/commands", json=body, headers=served.bearer(served.keys.counters[1])):
        pass


async def test_one_line_a_command(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    """Who, what, which entry: of what was done, of what was refused, and of what is no command, whose order is not repeated."""
    await press(served, "next", seen="A-099")
    await press(served, "pause_counter", reason="salat")
    await press(served, EVIL)
    await press(served, ["next"])
    who = {"bazaar": "uji", "by": "counter/1"}
    assert [
        {**who, "do": "next", "outcome": "stale", "offset": 3},
        {**who, "do": "pause_counter", "outcome": "done", "offset": 4},
        {**who, "do": "unknown", "outcome": "malformed"},
        {**who, "do": "unknown", "outcome": "malformed"},
    ] == told(caplog)


async def test_a_press_without_an_answer(served: Served, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """A press while the store is away has its line too: nobody must guess whether it came."""

    async def away(*_: object, **__: object) -> None:
        raise StoreUnreachable("away")

    monkeypatch.setattr(served.room.writer, "submit", away)
    await press(served, "next", seen=None)
    assert ["store_unreachable"] == [line["outcome"] for line in told(caplog)]


async def test_a_fault_of_ours(served: Served, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that meets an error nobody thought of has its line beside the traceback."""

    async def stumbles(*_: object, **__: object) -> None:
        raise RuntimeError("nobody thought of it")

    monkeypatch.setattr(served.room, "submit", stumbles)
    await press(served, "next", seen=None)
    assert ["fault"] == [line["outcome"] for line in told(caplog)]
