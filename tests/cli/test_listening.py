"""Listening for a whole hall."""

import logging
import resource
from collections.abc import Iterator

import pytest

from server.cli.wiring import FILES_MAX
from server.hub.door import OWN_FILES
from tests.serving import serving


@pytest.fixture
def few_files() -> Iterator[int]:
    """This process may have few files open, as a shell allows it, and may allow itself more: how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
    yield FILES_MAX if hard == resource.RLIM_INFINITY else min(FILES_MAX, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_as_many_sockets_as_the_system_allows(few_files: int, caplog: pytest.LogCaptureFixture) -> None:
    """A shell allows 1024 open files, fewer than the phones of a hall: a process that serves takes what it may have, and says so."""
    caplog.set_level(logging.INFO)
    async with serving():
        assert few_files == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    assert f"about {few_files - OWN_FILES} connections" in caplog.text
