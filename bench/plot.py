"""Bars as SVG, without a library: one panel below the other, readable on light and on dark paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import log10

WIDTH, LEFT, RIGHT = 760, 200, 120
BAR, GAP, HEAD, FOOT = 18, 8, 44, 22
INK = "#868e96"
"""A middle tone, as those of bars should be: they stand out from white and from black."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar: its name, its length, what stands behind it, and its colour."""

    name: str
    value: float
    label: str
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Bars of one measure. With ``decades`` each tenfold has the same length, from the power of ten below the least on."""

    title: str
    bars: Sequence[Bar]
    decades: bool = False


def svg(panels: Sequence[Panel]) -> str:
    """The picture."""
    parts, top = list[str](), 0
    for panel in panels:
        parts.append(_panel(panel, top))
        top += HEAD + len(panel.bars) * (BAR + GAP) + FOOT
    style = f"text{{font:13px system-ui,sans-serif;fill:{INK}}}.title{{font-weight:600;font-size:14px}}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}" role="img">'
    return "\n".join([head, f"<style>{style}</style>", *parts, "</svg>", ""])


def _panel(panel: Panel, top: int) -> str:
    lines = [f'<text class="title" x="0" y="{top + 24}">{escape(panel.title)}</text>']
    for number, bar in enumerate(panel.bars):
        y = top + HEAD + number * (BAR + GAP)
        length, baseline = _length(panel, bar.value), y + BAR - 4
        lines.append(f'<text x="{LEFT - 10}" y="{baseline}" text-anchor="end">{escape(bar.name)}</text>')
        lines.append(f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" rx="2" fill="{bar.colour}"/>')
        lines.append(f'<text x="{LEFT + length + 8:.1f}" y="{baseline}">{escape(bar.label)}</text>')
    return "\n".join(lines)


def _length(panel: Panel, value: float) -> float:
    """In the picture's units: the largest fills the room."""
    room, values = WIDTH - LEFT - RIGHT, [bar.value for bar in panel.bars if bar.value > 0]
    if value <= 0 or not values:
        return 0
    if not panel.decades:
        return room * value / max(values)
    least = 10.0 ** int(log10(min(values)) - (min(values) < 1)) / 2
    return room * log10(value / least) / log10(max(values) / least) if max(values) > least else room
