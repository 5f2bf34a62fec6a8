"""``urut doctor``: everything that can be looked at before the doors open, and what to do about it."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from server.cli import flags
from server.cli.doctor import machine, network, site
from server.cli.doctor import store as servers
from server.cli.doctor.finding import Finding, State, bad, warn
from server.cli.equipment import printer_flag, printers_named
from server.cli.own_certificate import AUTHORITY
from server.cli.tls import FOLDER
from server.core.values import BazaarId
from server.store.errors import NoServer, StoreError
from server.store.folder import address_in
from server.store.redis import connect
from server.store.server_binary import find_server

ABOUT_WIDTH = 14
_COLOURS = {State.OK: "green", State.WARN: "yellow", State.BAD: "red"}


@click.command()
@flags.redis_url
@flags.data
@flags.durability
@flags.hub_url
@flags.counters_url
@printer_flag
@click.option("--json", "as_json", is_flag=True, help="One line of JSON: a list of {about, state, says, do}.")
@flags.runs
async def doctor(
    redis_url: str | None, data: Path, durability: str, hub_url: str, counters_url: str, printer: Sequence[str], as_json: bool
) -> int:
    """Look at machine, store, network, printers and screens, and say what to do.

    Give it the same flags and variables as the hub. It changes nothing. Exit code 1 when something is bad.
    """
    configured = printers_named(printer)
    found: list[Finding] = []
    if not redis_url:
        found += await asyncio.to_thread(lambda: [*machine.disk(data), *machine.secret(data)])
    found += [machine.clock(), machine.connections()]
    found += await _store(redis_url, data, replica_promised=durability == "replica")
    trust = network.trust_of(data / FOLDER / AUTHORITY)
    for about, url in (("hub", hub_url), ("counters", counters_url)):
        found += await network.serving(about, url, trust)
    found += await site.printers(configured)
    _tell(found, as_json)
    return 1 if any(one.state is State.BAD for one in found) else 0


async def _store(redis_url: str | None, data: Path, *, replica_promised: bool) -> list[Finding]:
    """The store's servers and its bazaars. Without a URL the bundled one, if it runs."""
    if redis_url:
        return await _examined(redis_url, replica_promised)
    address = address_in(data)
    if address is not None and await _answers(address.url):
        return await _examined(address.url, replica_promised)
    try:
        program = await asyncio.to_thread(find_server)
    except NoServer as error:
        return [bad("store", str(error), "install one")]
    return [
        warn("store", f"{program} is there; it does not run on {data} yet", "start it before the doors open (make start, or urut redis)")
    ]


async def _examined(url: str, replica_promised: bool) -> list[Finding]:
    store = connect(url)
    try:
        bazaars: list[BazaarId] = await store.bazaars()
        found = await servers.store(url, bazaars, replica_promised=replica_promised)
        for one in bazaars:
            found += await site.bazaar(store, one)
        return found if bazaars else [*found, warn("bazaar", "none is open", "open one: urut open FILE")]
    except StoreError as error:
        return [bad("store", str(error), "start it, or see to REDIS_URL")]
    finally:
        await store.close()


async def _answers(url: str) -> bool:
    store = connect(url)
    try:
        await store.bazaars()
    except StoreError:
        return False
    finally:
        await store.close()
    return True


def _tell(found: Iterable[Finding], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([one.as_map() for one in found]))
        return
    for one in found:
        click.echo(f"{click.style(f'{one.state:5}', fg=_COLOURS[one.state])} {one.about:{ABOUT_WIDTH}} {one.says}")
        if one.do:
            click.echo(f"{'':6}{'':{ABOUT_WIDTH}} → {one.do}")
