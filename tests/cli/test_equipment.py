"""What the commands that serve the public may be given beside a store."""

import os
import subprocess
import sys

import pytest

from displays.alerts.webhook import BadGateway, read_gateway

GOOD, OTHER = "whsec_c2l4IGFuZCB0aGlydHkgbGV0dGVycyBvZiBhIHNlY3JldA==", "whsec_c2l4IGFuZCB0aGlydHkgbGV0dGVycyBvZiBhbm90aGVy"
"""Secrets of gateways."""


def test_a_gateway_while_its_secret_is_replaced() -> None:
    """Both secrets sign, so that a gateway may know either."""
    assert 2 == len(read_gateway("https://gateway.example/in", f"{GOOD} {OTHER}").secrets)


@pytest.mark.parametrize(
    ("url", "secrets", "fault"),
    [
        ("gateway.example", GOOD, "address"),
        ("https://gateway.example", "", "needs a secret"),
        ("https://gateway.example", "c2l4IGFuZCB0aGlydHkgbGV0dGVycyBvZiBhIHNlY3JldA==", "secret is whsec_"),
        ("https://gateway.example", "whsec_short", "secret is whsec_"),
        ("https://gateway.example", f"{GOOD} whsec_!", "secret is whsec_"),
    ],
)
def test_a_gateway_that_cannot_be_used(url: str, secrets: str, fault: str) -> None:
    """It is refused with what is wrong, and the sentence holds no secret."""
    with pytest.raises(BadGateway, match=fault) as refused:
        read_gateway(url, secrets)
    assert "c2l4" not in str(refused.value)


@pytest.mark.parametrize(
    ("flags", "fault"),
    [
        (["hub", "--gateway", "gateway.example", "--gateway-secret", GOOD], "--gateway: "),
        (["hub", "--operator", "panitia"], "--operator: "),
        (["hub", "--proxy", "nginx"], "--proxy: "),
        (["counters", "--proxy", "nginx"], "--proxy: "),
    ],
)
def test_wrong_flags(flags: list[str], fault: str, tmp_path: os.PathLike[str]) -> None:
    """A hub that is given nonsense says which flag is meant and exits with 2; it does not serve without what was asked for."""
    command = [sys.executable, "-m", "server", *flags, "--data", os.fspath(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603  # our own program
    assert 2 == done.returncode
    assert fault in done.stderr
