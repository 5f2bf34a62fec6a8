"""What a test has measured is told at the end of the run, also when it passes; and how many examples the property tests try.

Few and always the same ones in every run, many new ones with ``URUT_HYPOTHESIS=long``.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping

import pytest
from hypothesis import settings

from server.hub.loop import new_loop

settings.register_profile("short", max_examples=25, deadline=None, derandomize=True, database=None)
settings.register_profile("long", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("URUT_HYPOTHESIS", "short"))

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts what runs in the background deaf to it, and so all its children

Tell = Callable[[str], None]
_NAME = "told"


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Every test runs on the loop that every command has."""
    return {"loop": new_loop}


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Have one line of figures printed at the end of the run."""
    return lambda line: record_property(_NAME, line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures, whichever process has measured them."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport) and report.when == "call":
                for name, line in report.user_properties:
                    if name == _NAME:
                        terminalreporter.write_line(str(line))
