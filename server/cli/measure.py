"""``urut bench``: measurements of this machine. They stand beside the packages in a checkout and are not installed with them."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from server.cli import flags
from server.cli.stores import BadUse

if TYPE_CHECKING:
    from bench.run import Measured

PAIRS = 3
COLUMNS = 150


@click.command()
@click.argument("parts", nargs=-1)
@click.option("--against", default="floor", show_default=True, metavar="A,B,…", help="Servers to measure beside the hub, or all.")
@click.option("--pairs", default=PAIRS, show_default=True, type=click.IntRange(min=1), help="How often each of them is measured.")
@click.option("--full", is_flag=True, help="Every part, with the crowds of docs/measurements.md.")
@click.option("--quick", is_flag=True, help="Tiny sizes, only to see that the bench works: the figures mean nothing.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="A folder to keep results, tables and pictures in.")
@click.option("--resume", is_flag=True, help="Do not measure again what stands in that folder.")
@click.option("--install", is_flag=True, help="As root: apt-get may install what a server needs.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")
@flags.runs
async def bench(as_json: bool, **order: Any) -> int:
    """Measure on this machine: PARTS by name, or what is soon measured, in about two minutes."""
    try:
        from bench.order import BadOrder, Order
    except ModuleNotFoundError as missing:
        if missing.name != "bench":
            raise
        raise BadUse("the measurements are no part of the installed package; run `make bench` in a checkout of urut") from None
    try:
        measured = await Order(**order, say=_teller()).carry_out(_silent if as_json else _shower())
    except BadOrder as bad:
        raise BadUse(str(bad)) from None
    except (RuntimeError, TimeoutError) as error:
        click.echo(f"urut: {error or 'something took too long'}", err=True)
        return 1
    if as_json:
        click.echo(json.dumps({name: one.as_map() for name, one in measured.items()}))
    return 0


def _teller() -> Callable[[str], None]:
    """Says what goes on, and after how many seconds, beside the results."""
    begun = time.monotonic()
    return lambda what: click.echo(f"{time.monotonic() - begun:4.0f} s  {what}", err=True)


def _silent(_name: str, _measured: "Measured") -> None:
    """Everything comes in one object at the end."""


def _shower() -> Callable[[str, "Measured"], None]:
    """Shows each part's tables, and once what measured them."""
    console, told = Console(width=None if sys.stdout.isatty() else COLUMNS), set[str]()

    def show(_name: str, measured: "Measured") -> None:
        if not told:
            console.print(measured.machine, highlight=False)
        told.add(measured.machine)
        console.print("", *measured.result.tables(), sep="\n", highlight=False)

    return show
