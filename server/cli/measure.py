"""``urut bench``: measurements of this machine. They stand beside the packages in a checkout and are not installed with them."""

import json
import time
from collections.abc import Callable

import click
from rich.console import Console

from server.cli import flags
from server.cli.stores import BadUse


@click.command()
@click.option("--quick", is_flag=True, help="Tiny sizes, only to see that the bench works: the figures mean nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")
@flags.runs
async def bench(quick: bool, as_json: bool) -> None:
    """Measure on this machine: one press to every screen, a saturated line, a long log read anew. Takes about a minute."""
    try:
        from bench.run import QUICK, Sizes, run
    except ModuleNotFoundError as missing:
        if missing.name != "bench":
            raise
        raise BadUse("the measurements are no part of the installed package; run `make bench` in a checkout of urut") from None
    measured = await run(QUICK if quick else Sizes(), _teller())
    if as_json:
        click.echo(json.dumps(measured.as_map()))
    else:
        Console().print(measured.tables())


def _teller() -> Callable[[str], None]:
    """Says what goes on, and after how many seconds, beside the results."""
    begun = time.monotonic()
    return lambda what: click.echo(f"{time.monotonic() - begun:4.0f} s  {what}", err=True)
