"""The organiser's commands beside `open`: pairing links, the log as proof, and the day's report."""

import asyncio
import json
from pathlib import Path
from typing import IO

import aiohttp
import click
import segno
from rich.console import Console
from rich.table import Table
from rich.text import Text

from server.cli import bazaars, flags, stores
from server.cli.stores import BadUse, Settings
from server.core.verify import Verdict
from server.reports.day import day_of
from server.reports.tables import day_tables
from server.store.audit import verify_log
from server.store.backup import BadBackup, read_backup, restore, sound_part
from server.store.codec import decode_entry, digest, split_records
from server.store.ledger import Ledger
from server.store.log import PAGE_ENTRIES
from server.store.snapshot import SnapshotFile
from server.web.credentials import ADMIN, SUPERVISOR, Credentials, scope_of

FETCH_S = 60
BYTES_PER_MB = 1_000_000
HEAD = click.option("--head", help="A head hash, or its first 8 digits, that somebody noted earlier.")


@click.command()
@click.argument("who", metavar="COUNTER")
@flags.bazaar
@flags.redis_url
@flags.data
@flags.secret
@flags.hub_url
@flags.counters_url
@flags.runs
async def pair(
    who: str, bazaar: str | None, redis_url: str | None, data: Path, secret: str | None, hub_url: str, counters_url: str
) -> None:
    """Show the link and QR that make a device the tablet of COUNTER (3), a kiosk (kiosk/1), the supervisor's or the admin's."""
    settings = Settings(redis_url=redis_url, data=data, secret=secret)
    async with stores.open_store(settings) as (store, _):
        bazaar_id = await bazaars.the_bazaar(store, bazaar)
        plan = await bazaars.plan_of(store, bazaar_id)
        scope = scope_of(bazaar_id, await bazaars.epoch_of(store, bazaar_id))
        renewals = await bazaars.renewals_of(store, bazaar_id)
    principal = f"counter/{who}" if who.isdecimal() else who
    known = {ADMIN, SUPERVISOR, *(f"counter/{counter.number}" for counter in plan.counters)}
    if principal not in known and not principal.startswith("kiosk/"):
        raise BadUse(f"{who} is no counter of {bazaar_id}; also known: kiosk/1 …, {SUPERVISOR}, {ADMIN}")
    base = hub_url if principal.startswith("kiosk/") else counters_url
    link = f"{base}/{bazaar_id}/pair/{Credentials(settings.secret_bytes()).key(scope, principal, renewals[principal])}"
    click.echo(link)
    segno.make(link).terminal(compact=True)


@click.group()
def log() -> None:
    """The bazaar's log: take it out, check it, go on with it elsewhere."""


@log.command("export")
@click.argument("file", type=click.File("wb", atomic=True))
@flags.bazaar
@flags.redis_url
@flags.data
@flags.runs
async def export(file: IO[bytes], bazaar: str | None, redis_url: str | None, data: Path) -> int:
    """Write every entry of the log to FILE (- for standard output), byte for byte as it is stored.

    Of a log that is broken, what comes before the fault is written; exit code 1.
    """
    async with stores.open_store(Settings(redis_url=redis_url, data=data)) as (store, _):
        records, fault = await sound_part(store.log(await bazaars.the_bazaar(store, bazaar)))
    file.writelines(records)
    click.echo(f"{len(records)} entries, head {digest(records[-1]).hex() if records else '(none)'}", err=True)
    if fault is not None:
        click.echo(f"urut: {fault}; what is written ends before it", err=True)
    return 0 if fault is None else 1


@log.command("import")
@click.argument("source", metavar="FILE|URL")
@HEAD
@flags.redis_url
@flags.data
@flags.durability
@flags.runs
async def import_(source: str, head: str | None, redis_url: str | None, data: Path, durability: str) -> None:
    """Go on with a bazaar on this box: its log from an exported FILE, or from where it still runs, into a store that does not have it.

    All of the log goes in or nothing; one that was changed is refused. Doing it again does no harm.
    """
    try:
        backup = read_backup(await read_log(source), head=head)
    except BadBackup as fault:
        raise BadUse(f"{source}: {fault}; nothing was imported") from None
    except ValueError as error:
        raise BadUse(f"--head: {error}") from None
    async with stores.open_store(Settings(redis_url=redis_url, data=data, durability=durability)) as (store, _):
        done = await restore(store, backup)
    top = f"{backup.ledger.offset} entries, head {backup.ledger.head}"
    click.echo(f"{backup.bazaar} is here: {top}" if done else f"{backup.bazaar} was here already with all of it: {top}", err=True)


@log.command("snapshot")
@flags.bazaar
@flags.redis_url
@flags.data
@flags.runs
async def snapshot(bazaar: str | None, redis_url: str | None, data: Path) -> None:
    """Keep the state to which the log folds by now, so that processes with this --data start quickly on a log of a million entries."""
    async with stores.open_store(Settings(redis_url=redis_url, data=data)) as (store, _):
        bazaar_id = await bazaars.the_bazaar(store, bazaar)
        entries, ledger = store.log(bazaar_id), Ledger()
        while records := await entries.read(ledger.offset, PAGE_ENTRIES):
            for record in records:
                ledger.apply(record)
    file = SnapshotFile(data, bazaar_id)
    file.write(ledger)
    click.echo(f"{ledger.offset} entries, head {ledger.head}: {file.size / BYTES_PER_MB:.1f} MB", err=True)


@log.command("verify")
@click.argument("source", metavar="FILE|URL")
@HEAD
@flags.runs
async def verify_(source: str, head: str | None) -> int:
    """Check a log against the rules: an exported FILE, or the address of a bazaar that runs. Exit code 1 when a rule is broken."""
    raw = await read_log(source)
    try:
        verdict = verify_log(raw, head=head)
    except ValueError as error:
        raise BadUse(f"--head: {error}") from None
    _print(source, verdict)
    return 0 if verdict.fault is None else 1


@click.command()
@click.argument("source", metavar="FILE|URL")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")
@flags.runs
async def report(source: str, as_json: bool) -> None:
    """The organiser's day from an exported log or a running bazaar: served, waits, no-shows, calls out of order."""
    try:
        day = day_of([decode_entry(record) for record in split_records(await read_log(source))])
    except (ValueError, LookupError) as error:
        raise BadUse(f"{source}: {error}") from None
    if as_json:
        click.echo(json.dumps(day.as_map(), ensure_ascii=False))
    else:
        Console().print(day_tables(day))


async def read_log(source: str) -> bytes:
    """The bytes of a log, from a file or from a running bazaar's address.

    Raises:
        BadUse: nothing can be read there.
    """
    if not source.startswith(("http://", "https://")):
        try:
            return await asyncio.to_thread(Path(source).read_bytes)
        except OSError as error:
            raise BadUse(f"{source}: {error.strerror}") from None
    url = source.rstrip("/")
    url = url if url.endswith("/log") else f"{url}/log"
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(FETCH_S)) as session, session.get(url) as response:
            response.raise_for_status()
            return await response.read()
    except (aiohttp.ClientError, TimeoutError) as error:
        raise BadUse(f"{url}: {error}") from None


def _print(source: str, verdict: Verdict) -> None:
    figures = verdict.figures
    table = Table(title=Text(source), show_header=False)
    for name in ("entries", "events", "refusals", "tickets", "calls", "undone", "served", "absent", "waiting", "counters"):
        table.add_row(name, str(getattr(figures, name)))
    reasons = ", ".join(f"{count} {reason}" for reason, count in figures.out_of_order.items())
    table.add_row("out of order", reasons or "none")
    table.add_row("head", verdict.head)
    console = Console()
    console.print(table)
    if verdict.fault is None:
        console.print("[green]Every call is in order.[/green]")
    else:
        console.print(str(verdict.fault), style="red", markup=False, highlight=False, soft_wrap=True)
