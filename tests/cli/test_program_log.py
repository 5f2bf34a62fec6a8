"""What the program says of itself: one line each, which nobody from outside can write, and for which nobody waits."""

import io
import json
import logging
import os
from collections.abc import Iterator
from contextlib import suppress

import pytest

from server.cli import program_log
from server.cli.program_log import FORMS, JsonLines, Scribe, TextLines

FORGED = "2026-12-04 19:00:00,000 INFO server: command by=admin do=close_bazaar"
EVIL = [*(f"x{char}{FORGED}" for char in ("\r\n", "\n", "\x0b", "\x85", "\u2028")), "\x1b[2J\x1b[1;1H", "\u202eko\u202c", "\x00\x7f"]


def record(said: str = "command", *values: object, error: BaseException | None = None, **facts: object) -> logging.LogRecord:
    """What a logger hands on."""
    exc_info = (type(error), error, error.__traceback__) if error else None
    one = logging.LogRecord("server.web", logging.INFO, __file__, 1, said, values, exc_info)
    one.facts = facts
    return one


@pytest.fixture
def pipe() -> Iterator[tuple[int, Scribe]]:
    """A scribe that writes into a pipe, and the end at which it can be read."""
    reading, writing = os.pipe()
    stream = os.fdopen(writing, "w")
    scribe = Scribe(stream)
    scribe.setFormatter(TextLines())
    yield reading, scribe
    os.close(reading)
    scribe.close()
    with suppress(BrokenPipeError):
        stream.close()


def test_text() -> None:
    """A line of text says when, how grave, where from, what, and the facts by their names; a value of several words stands in quotes."""
    line = TextLines().format(record("command", by="counter/3", offset=812, ms=3.2, reason="lunch = noon", none=""))
    assert line.partition(" INFO ")[2] == 'server.web: command by=counter/3 offset=812 ms=3.2 reason="lunch = noon" none=""'


def test_json() -> None:
    """A line of JSON is one object, with the facts beside what was said."""
    line = json.loads(JsonLines().format(record("listening on %s", "http://x", by="counter/3", ms=3.2)))
    assert {"level": "INFO", "from": "server.web", "said": "listening on http://x", "by": "counter/3", "ms": 3.2} == {
        name: line[name] for name in line if name != "at"
    }
    assert line["at"].endswith("+00:00")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("evil", EVIL)
def test_nobody_forges_a_line(form: str, evil: str) -> None:
    """Line breaks and control characters, wherever they stand, begin no line, move no cursor and turn no writing round."""
    for one in (record(evil), record("%s", evil), record(do=evil), record("%r", error_with(evil))):
        assert FORMS[form]().format(one).isprintable()


@pytest.mark.parametrize("evil", EVIL)
def test_nobody_forges_a_line_in_a_traceback(evil: str) -> None:
    """Each line of a traceback is indented, also those that its error's text brings along; in JSON it stands in the one line."""
    text = TextLines().format(record(error=error_with(evil)))
    first, *more = text.split("\n")
    assert first.endswith("command")
    assert more
    assert all(line.startswith("    ") and line.isprintable() for line in more)
    assert JsonLines().format(record(error=error_with(evil))).isprintable()


def error_with(text: str) -> ValueError:
    """An error that was raised."""
    try:
        raise ValueError(text)
    except ValueError as error:
        return error


def test_nobody_waits_for_who_reads(pipe: tuple[int, Scribe], monkeypatch: pytest.MonkeyPatch) -> None:
    """When nobody reads the log any more, lines wait up to a bound, the rest is lost, and the next reader is told how many."""
    monkeypatch.setattr(program_log, "LINES_MAX", 100)
    reading, scribe = pipe
    sent = 5_000  # far more than a pipe and the bound hold
    for number in range(sent):
        scribe.handle(record("x" * 200 + " line %d", number))
    said = ""
    while "lines were lost" not in said:
        said += os.read(reading, 65536).decode()
    lost = int(said.partition(" lines were lost")[0].rpartition(" ")[2])
    assert 0 < lost < sent
    assert "line 0\n" in said


def test_the_last_lines_are_written() -> None:
    """What was said before the end stands in the log after it."""
    stream = io.StringIO()
    scribe = Scribe(stream)
    scribe.setFormatter(TextLines())
    for number in range(1000):
        scribe.handle(record("line %d", number))
    scribe.close()
    assert [f"line {number}" for number in range(1000)] == [line.partition("server.web: ")[2] for line in stream.getvalue().splitlines()]


def test_a_log_that_cannot_be_written() -> None:
    """A full disk under the log ends nothing; what is said when there is room again stands there."""

    class Disk(io.StringIO):
        def write(self, text: str) -> int:
            if "first" in text:
                raise OSError(28, "No space left on device")
            return super().write(text)

    disk = Disk()
    scribe = Scribe(disk)
    scribe.setFormatter(TextLines())
    for said in ("first", "second"):
        scribe.handle(record(said))
    scribe.close()
    assert disk.getvalue().endswith("server.web: second\n")


def test_a_line_that_cannot_be_made() -> None:
    """A line for which something is missing is passed over; those behind it are written."""
    stream = io.StringIO()
    scribe = Scribe(stream)
    scribe.setFormatter(TextLines())
    for one in (record("%d of %d", 1), record("whole")):
        scribe.handle(one)
    scribe.close()
    assert stream.getvalue().endswith("server.web: whole\n")
