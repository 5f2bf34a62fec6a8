"""The alerts' loop in the tests' time."""

import pytest

from displays.alerts import delivery, service


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop looks often, and pauses between tries are short."""
    monkeypatch.setattr(service, "TICK_S", 0.005)
    monkeypatch.setattr(delivery, "PAUSE_MS_MIN", 1)
    monkeypatch.setattr(delivery, "PAUSE_MS_MAX", 2)
