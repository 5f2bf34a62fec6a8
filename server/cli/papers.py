"""``urut paper``: a sheet of printed numbers, as one HTML file that any browser prints."""

import re
from pathlib import Path
from typing import IO

import click
from markupsafe import Markup

from server.cli import bazaars, flags, stores
from server.cli.stores import BadUse, Settings
from server.core.plan_parts import LANGUAGES
from server.core.values import Lane
from server.web.credentials import Credentials, scope_of
from server.web.pages import STATIC, page_template
from server.web.rolls import FORMATS, SHEET_MAX, papers_of, printed_papers

NUMBERS = re.compile(r"([1-9][0-9]{0,3})-([1-9][0-9]{0,3})")


@click.command()
@click.argument("prefix", metavar="LINE")
@click.argument("numbers", metavar="FROM-TO")
@click.option("--lane", type=click.Choice([lane.value for lane in Lane]), default=Lane.REGULAR.value)
@click.option("--format", "form", type=click.Choice(FORMATS), default=FORMATS[0], help="A4 with ten numbers a page, or a receipt printer.")
@click.option("--language", type=click.Choice(LANGUAGES), default=LANGUAGES[0], help="What the papers say it in.")
@click.option("--file", type=click.File("w", encoding="utf-8"), default="-", help="Where the sheet goes; default: standard output.")
@flags.bazaar
@flags.redis_url
@flags.data
@flags.secret
@flags.hub_url
@flags.runs
async def paper(
    prefix: str,
    numbers: str,
    lane: str,
    form: str,
    language: str,
    file: IO[str],
    bazaar: str | None,
    redis_url: str | None,
    data: Path,
    secret: str | None,
    hub_url: str,
) -> None:
    """Print the numbers FROM-TO of LINE (A 1-100), each with its QR code: for a line with paper = true, when there is no printer there."""
    settings = Settings(redis_url=redis_url, data=data, secret=secret)
    async with stores.open_store(settings) as (store, _):
        bazaar_id = await bazaars.the_bazaar(store, bazaar)
        plan = await bazaars.plan_of(store, bazaar_id)
        scope = scope_of(bazaar_id, await bazaars.epoch_of(store, bazaar_id))
    line = next((line for line in plan.lines if line.prefix == prefix), None)
    if line is None or not line.paper or Lane(lane) not in line.lanes:
        raise BadUse(f"line {prefix} of {bazaar_id} gives no {lane} numbers on paper; the bazaar file says so with paper = true")
    papers = papers_of(line, Lane(lane), *_range(numbers))
    printed = printed_papers(hub_url, bazaar_id, Credentials(settings.secret_bytes()), scope, papers)
    page = page_template("roll.html", language)
    file.write(page.render(bazaar=plan.bazaar, agency=plan.agency_of(prefix), printed=printed, form=form, style=_style(form)))


def _range(numbers: str) -> tuple[int, int]:
    found = NUMBERS.fullmatch(numbers)
    first, last = (int(number) for number in found.groups()) if found else (0, -1)
    if not 0 <= last - first < SHEET_MAX:
        raise BadUse(f"{numbers} is no range of at most {SHEET_MAX} numbers such as 1-100")
    return first, last


def _style(form: str) -> Markup:
    """The sheet's own style sheets, for inside the file."""
    names = ("roll.css", "roll-80mm.css") if form == "80mm" else ("roll.css",)
    return Markup("\n".join((STATIC / name).read_text(encoding="utf-8") for name in names))  # noqa: S704  # our own files
