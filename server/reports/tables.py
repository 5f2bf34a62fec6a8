"""The organiser's day as tables for a terminal."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from server.core.plan_parts import words
from server.core.values import MS_PER_SECOND, TicketState
from server.reports.figures import CounterDay, Day, HourDay, Spread, Tally

LANGUAGE = "id"
SECONDS_PER_MINUTE = 60
LABELS_SHOWN_MAX = 60
NOBODY = "-"
_TALLY_HEADS = ("issued", "prio", "served", "cancel", "moved", "not served", "no show", "wait p50", "p80", "max")
"""Each of its words stands on a line of its own: with names beside them the figures fit into 80 columns."""
_ENDS = (TicketState.SERVED, TicketState.CANCELLED, TicketState.TRANSFERRED)


def day_tables(day: Day) -> RenderableType:
    """All tables of the day, ready to be printed by rich."""
    parts: list[RenderableType] = [_heading(day), _lines(day), _counters(day)]
    if len(day.agencies) < len(day.lines):
        parts.insert(1, _agencies(day))
    if day.out_of_order:
        parts.append(_out_of_order(day))
    if day.transfers:
        parts.append(_transfers(day))
    if day.unserved:
        parts.append(_unserved(day))
    return Group(*parts)


def minutes(seconds: int) -> str:
    """A time as minutes and seconds: ``3:20``."""
    whole, rest = divmod(seconds, SECONDS_PER_MINUTE)
    return f"{whole}:{rest:02d}"


def _heading(day: Day) -> RenderableType:
    state = "closed" if day.closed else "open"
    title = Text(f"{words(day.name, LANGUAGE)} ({state})")
    table = Table(title=title, box=None, show_header=False, title_justify="left", title_style="bold")
    tally = day.tally
    refused = ", ".join(f"{count} {code}" for code, count in sorted(day.refused.items()))
    for name, value in (
        ("from, to", f"{_local(day, day.opened_at):%d.%m.%Y %H.%M} - {_local(day, day.last_at):%d.%m.%Y %H.%M} ({day.timezone})"),
        ("visits, tickets", f"{day.visits}, {tally.issued}"),
        ("in a priority lane", f"{tally.priority} ({_share(tally.priority / tally.issued if tally.issued else None)})"),
        ("finished", _share(tally.finished_share)),
        ("calls out of order", str(len(day.out_of_order))),
        ("times below", "minutes:seconds"),
        ("entries, refused", f"{day.entries}, {refused or 'none'}"),
    ):
        table.add_row(name, value)
    return table


def _agencies(day: Day) -> Table:
    rows = [[words(agency.name, LANGUAGE), *_tally(agency.tally)] for agency in day.agencies]
    return _table("Agencies", ["agency", *_TALLY_HEADS], rows)


def _lines(day: Day) -> Table:
    names = {agency.agency: words(agency.name, LANGUAGE) for agency in day.agencies}
    rows = [[f"{line.line} {names[line.agency]}", *_tally(line.tally)] for line in day.lines]
    return _table("Lines", ["line", *_TALLY_HEADS], rows, ["all", *_tally(day.tally)])


def _counters(day: Day) -> Table:
    hours = [f"{datetime.fromisoformat(hour.hour):%H}h" for hour in day.hours]
    heads = ["counter", *hours, "calls", "served", "absent", "serving p50", "p80", "max"]
    rows = [_counter(counter, day.hours) for counter in day.counters]
    calls = [hour.called for hour in day.hours]
    served, absences = sum(counter.served for counter in day.counters), sum(counter.absences for counter in day.counters)
    total = ["all", *map(str, [*calls, sum(calls), served, absences]), *_spread(day.tally.servings)]
    return _table("Calls by counter and hour", heads, rows, total)


def _counter(counter: CounterDay, hours: Sequence[HourDay]) -> list[str]:
    calls = [counter.calls.get(hour.hour, 0) for hour in hours]
    return [str(counter.counter), *map(str, [*calls, sum(calls), counter.served, counter.absences]), *_spread(counter.servings)]


def _out_of_order(day: Day) -> Table:
    rows = [[f"{_local(day, call.at):%H.%M}", call.ticket, str(call.counter), call.reason.value, call.by] for call in day.out_of_order]
    return _table("Calls out of order", ["at", "ticket", "counter", "reason", "by"], rows)


def _transfers(day: Day) -> Table:
    rows = [[f"{_local(day, made.at):%H.%M}", made.ticket, made.to_ticket] for made in day.transfers]
    return _table("Transfers", ["at", "from", "to"], rows)


def _unserved(day: Day) -> Text:
    shown = " ".join(day.unserved[:LABELS_SHOWN_MAX])
    more = len(day.unserved) - LABELS_SHOWN_MAX
    return Text(f"\nNot served ({len(day.unserved)}): {shown}{f' and {more} more' if more > 0 else ''}")


def _tally(tally: Tally) -> list[str]:
    ended = [tally.states[state] for state in _ENDS]
    return [*map(str, [tally.issued, tally.priority, *ended, tally.issued - sum(ended), tally.no_shows]), *_spread(tally.waits)]


def _spread(spread: Spread) -> list[str]:
    return [minutes(value) if spread.count else NOBODY for value in (spread.p50_s, spread.p80_s, spread.max_s)]


def _share(share: float | None) -> str:
    return NOBODY if share is None else f"{share:.0%}"


def _local(day: Day, at: int) -> datetime:
    return datetime.fromtimestamp(at / MS_PER_SECOND, ZoneInfo(day.timezone))


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], total: Sequence[str] = ()) -> Table:
    """A table whose first column names the rows and whose others are figures, to the right. Times are minutes:seconds."""
    table = Table(title=f"\n{title}", box=box.SIMPLE_HEAD, title_justify="left", title_style="bold", padding=(0, 1, 0, 0), pad_edge=False)
    for index, head in enumerate(heads):
        table.add_column(head.replace(" ", "\n"), justify="right" if index else "left", no_wrap=bool(index), vertical="bottom")
    for name, *figures in rows:  # where there is no room for a name it is cut, and the figures are not
        table.add_row(Text(name, no_wrap=True, overflow="ellipsis"), *figures)
    if total:
        table.add_section()
        table.add_row(*total)
    return table
