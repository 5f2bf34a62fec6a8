"""The pictures of the docs, of what was measured."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from bench.burst import Burst
from bench.fanout import Fanout
from bench.plot import Bar, Panel, svg
from bench.run import Measured
from bench.servers import FLOOR, HUB

COLOURS, OTHERS = {HUB: "#d9480f", FLOOR: "#868e96"}, "#748ffc"


def write_pictures(measured: Mapping[str, Measured], folder: Path) -> None:
    """``fanout.svg`` and ``burst.svg``, as far as there is something to show in them."""
    results = [one.result for one in measured.values()]
    fanouts = [result for result in results if isinstance(result, Fanout)]
    _write(folder / "fanout.svg", [*map(_saturation, fanouts), *map(_memory, fanouts[-1:])])
    _write(folder / "burst.svg", [panel for result in results if isinstance(result, Burst) for panel in _ages(result)])


def _write(path: Path, panels: list[Panel]) -> None:
    if panels:
        path.write_text(svg(panels), encoding="utf-8")


def _saturation(fanout: Fanout) -> Panel:
    ranked = sorted(fanout.carried, key=lambda one: one.deliveries_per_s, reverse=True)
    bars = [_bar(one.name, one.title, one.deliveries_per_s, f"{one.deliveries_per_s:,}") for one in ranked]
    return Panel(title=f"Deliveries a second on one core, {fanout.phones:,} phones", bars=bars)


def _memory(fanout: Fanout) -> Panel:
    ranked = sorted((one for one in fanout.carried if one.name != FLOOR), key=lambda one: one.bytes_per_connection)
    bars = [_bar(one.name, one.title, one.bytes_per_connection, f"{one.bytes_per_connection / 1000:.1f} KB") for one in ranked]
    return Panel(title=f"Memory for an idle connection, {fanout.phones:,} phones", bars=bars)


def _ages(burst: Burst) -> Iterable[Panel]:
    ranked = sorted(burst.aged, key=lambda one: one.p99_ms)
    bars = [_bar(one.name, one.title, one.p99_ms, f"{one.p99_ms:,.0f} ms") for one in ranked]
    title = f"Age at {burst.phones:,} phones under 100 events a second, p99 (by powers of ten)"
    yield Panel(title=title, bars=bars, decades=True)


def _bar(name: str, title: str, value: float, label: str) -> Bar:
    return Bar(name=title, value=value, label=label, colour=COLOURS.get(name, OTHERS))
