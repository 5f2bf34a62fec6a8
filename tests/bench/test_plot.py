"""The pictures of the docs: a bar is as long as its figure says."""

from xml.etree import ElementTree

import pytest

from bench.plot import Bar, Panel, svg

NAMES = ("least", "middle", "most")


def widths(values: tuple[float, ...], *, decades: bool) -> list[float]:
    """How long bars of these figures are."""
    bars = [Bar(name=name, value=value, label=f"{value}", colour="#000000") for name, value in zip(NAMES, values, strict=True)]
    picture = ElementTree.fromstring(svg([Panel(title="a < b", bars=bars, decades=decades)]))  # noqa: S314  # a picture of our own
    return [float(bar.attrib["width"]) for bar in picture.iter("{http://www.w3.org/2000/svg}rect")]


def test_twice_the_figure_is_twice_the_bar() -> None:
    """From nothing on."""
    least, middle, most = widths((0, 50, 100), decades=False)
    assert (0, most) == (least, 2 * middle)


@pytest.mark.parametrize("values", [(1, 10, 100), (30, 300, 3_000), (0.2, 2, 20)])
def test_each_tenfold_has_the_same_length(values: tuple[float, ...]) -> None:
    """Where figures are worlds apart; and none of them is nothing."""
    least, middle, most = widths(values, decades=True)
    assert 0 < least
    assert pytest.approx(most - middle, abs=0.2) == middle - least
