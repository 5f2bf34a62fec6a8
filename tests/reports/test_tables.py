"""The day as an organiser reads it in a terminal."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from server.core import events as happened
from server.core.values import CounterNumber, Label, OutOfOrderReason
from server.reports.tables import day_tables, minutes
from tests.reports.test_day import day
from tests.scenarios import called, issued, opened, served


def printed(*steps: tuple[float, list[happened.Event] | tuple[happened.Event, ...]]) -> str:
    """What a terminal of 80 columns shows of such a day."""
    console = Console(file=io.StringIO(), width=80)
    console.print(day_tables(day(*steps)))
    shown = console.file
    assert isinstance(shown, io.StringIO)
    return shown.getvalue()


def row(text: str, first: str) -> list[str]:
    """The cells of the first row that begins so."""
    return next(line for line in map(str.strip, text.splitlines()) if line.startswith(first)).split()


@pytest.mark.parametrize(("seconds", "said"), [(0, "0:00"), (59, "0:59"), (60, "1:00"), (3725, "62:05")])
def test_a_time_is_minutes_and_seconds(seconds: int, said: str) -> None:
    """A long wait is told in minutes too: people compare waits."""
    assert said == minutes(seconds)


def test_a_quiet_day_can_be_printed() -> None:
    """Nothing happened: no share of nothing, no wait of nobody."""
    text = printed()
    assert ["finished", "-"] == row(text, "finished")
    assert ["A", "Dukcapil", *["0"] * 7, "-", "-", "-"] == row(text, "A ")


def test_a_name_is_printed_as_it_is() -> None:
    """A bazaar may have square brackets in its name; they are no marks of a style, and end no report."""
    console = Console(file=io.StringIO(), width=80)
    with console.capture() as shown:
        console.print(day_tables(replace(day(), name="Bazar [red]merah[/b]")))
    assert "Bazar [red]merah[/b] (open)" in shown.get()


def test_a_day_says_what_happened() -> None:
    """Lines with their waits, counters with their calls by hour, exceptions by name, and who went home."""
    text = printed(
        (0, opened(1, 3)),
        (0, [issued("A", 1), issued("A", 2), issued("C", 1)]),
        (59, [called("A-002", 1, OutOfOrderReason.MEDICAL)]),
        (61, [served("A-002", 1), called("A-001", 1)]),
        (70, [issued("C", 2, "visit-A-001"), transferred("A-001", "C-002", 1)]),
        (71, [happened.TicketExpired(ticket=Label(label)) for label in ("C-001", "C-002")]),
    )
    assert ["A", "Duk…", "2", "0", "1", "0", "1", "0", "0", "59:00", "61:00", "61:00"] == row(text, "A ")
    assert ["1", "1", "1", "2", "1", "0", "2:00", "2:00", "2:00"] == row(text, "1 ")
    assert ["16.59", "A-002", "1", "medical", "admin"] == row(text, "16.59")
    assert ["17.10", "A-001", "C-002"] == row(text, "17.10")
    assert "Not served (2): C-001 C-002" in text


def transferred(label: str, to_ticket: str, counter: int) -> happened.TicketTransferred:
    """The old ticket's end."""
    return happened.TicketTransferred(ticket=Label(label), to_ticket=Label(to_ticket), counter=CounterNumber(counter))
