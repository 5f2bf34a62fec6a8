"""Cookies of paired devices: for how long they are good, by clocks that differ."""

import pytest
from itsdangerous import TimestampSigner

from server.web.credentials import COOKIE_S, Credentials

MADE_S = 1_800_000_000
SECRET = b"a secret of the tests only"


def who(monkeypatch: pytest.MonkeyPatch, asked_after_s: int) -> list[str]:
    """As whom a device counts at a hub, so long after another made its cookie by its own clock."""
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: MADE_S)
    name, value = Credentials(SECRET).cookie("uji@1", "counter/3")
    credentials = Credentials(SECRET, clock=lambda: float(MADE_S + asked_after_s))
    return [*credentials.principals_of_cookies("uji@1", {name: value}, {})]


def test_cookie_of_a_hub_whose_clock_is_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tablet stays paired at a hub whose clock is behind that of the hub which paired it."""
    assert ["counter/3"] == who(monkeypatch, asked_after_s=-300)


def test_cookie_that_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cookie is good for three days and no longer."""
    assert ["counter/3"] == who(monkeypatch, asked_after_s=COOKIE_S)
    assert [] == who(monkeypatch, asked_after_s=COOKIE_S + 1)
