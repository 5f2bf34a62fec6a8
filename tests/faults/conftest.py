"""Chance that can be had again."""

import os
import random

import pytest

from tests.conftest import Tell

SEED = "URUT_TEST_SEED"


@pytest.fixture
def chance(tell: Tell, request: pytest.FixtureRequest) -> random.Random:
    """A source of chance; its seed is told, and is taken from the environment when it stands there. Processes add chance of their own."""
    seed = os.environ.get(SEED) or str(random.SystemRandom().randrange(10**6))
    tell(f"{request.node.name}: {SEED}={seed}")
    return random.Random(seed)  # noqa: S311  # a storm, no secret
