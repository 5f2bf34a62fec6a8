"""The commands that serve: everything at once for a look (`demo`), or the parts of a real bazaar, each a process of its own."""

import json
import logging
import tempfile
from importlib.metadata import version
from pathlib import Path

import click
from click.core import ParameterSource

from server.cli import bazaars, flags, stores, wiring
from server.cli.demo import Demo, run_demo
from server.cli.equipment import Equipment, equipped, proxies_at, proxy
from server.cli.processes import end_with_parent, keep
from server.cli.stores import BadUse, Settings
from server.cli.tls import Tls, secured
from server.core.plan_parts import words
from server.hub.loop import spare_the_collector
from server.store.asked import AskedStore
from server.store.embedded import start_embedded
from server.store.plan_file import read_plan
from server.web.keys import METRICS, PROXIES, ROOT, Addresses

SAMPLE = ROOT / "bazaars" / "mayangan.toml"
PROCESSES_MAX = 64

logger = logging.getLogger(__name__)


@click.command()
@flags.host
@flags.port(8000)
@flags.redis_url
@flags.secret
@flags.log
@flags.option("--data", "URUT_DATA", type=flags.FOLDER, help="Keep the log here; default: it ends with the demo.")
@click.option("--quiet", is_flag=True, help="No simulated people; every counter is open.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON with addresses and keys when ready.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), default=SAMPLE)
@flags.runs
@equipped
async def demo(
    host: str,
    port: int,
    redis_url: str | None,
    secret: str | None,
    data: Path | None,
    quiet: bool,
    as_json: bool,
    file: Path,
    equipment: Equipment,
) -> None:
    """The sample bazaar (or FILE) with everything on one port, and simulated people at work."""
    if not quiet and click.get_current_context().get_parameter_source("log") is ParameterSource.DEFAULT:
        logging.getLogger().setLevel(logging.WARNING)  # what people do is told in words; a second line for each hides the addresses
    with tempfile.TemporaryDirectory(prefix="urut-demo-", ignore_cleanup_errors=True) as folder:
        settings = Settings(redis_url=redis_url, data=data or Path(folder), secret=secret)
        await run_demo(
            Demo(settings=settings, file=file, host=host, port=port, quiet=quiet, as_json=as_json, equipment=equipment), click.echo
        )


@click.command()
@flags.host
@flags.port(8000)
@flags.redis_url
@flags.data
@flags.durability
@flags.secret
@flags.hub_url
@flags.counters_url
@flags.log
@flags.option("--processes", "URUT_PROCESSES", type=click.IntRange(1, PROCESSES_MAX), default=1, help="So many hubs on the one port.")
@flags.option("--follow", "URUT_FOLLOW", is_flag=True, help="Only show: for screens and phones far away, beside a replica of the store.")
@click.option("--process", type=int, default=0, hidden=True, help="Which of them this is: given by the process that started it.")
@flags.runs
@secured
@equipped
async def hub(
    host: str,
    port: int,
    redis_url: str | None,
    data: Path,
    durability: str,
    secret: str | None,
    hub_url: str,
    counters_url: str,
    processes: int,
    follow: bool,
    process: int,
    equipment: Equipment,
    tls: Tls,
) -> int:
    """Serve the public: TVs, phones, kiosks, the log."""
    if process:
        end_with_parent()
    elif processes > 1:
        if equipment.printers:
            raise BadUse("--printer: a kiosk asks the very process that prints for it; give printers to one more hub, on another port")
        return await keep(processes, host, port)
    settings = Settings(redis_url=redis_url, data=data, secret=secret, durability="fsync" if follow else durability)
    addresses = Addresses(public=hub_url, staff=counters_url)
    await _serve(settings, wiring.PUBLIC_PARTS, addresses, host, port, tls, equipment, process, follow=follow)
    return 0


@click.command()
@flags.host
@flags.port(8001)
@flags.redis_url
@flags.data
@flags.durability
@flags.secret
@flags.hub_url
@flags.counters_url
@flags.option(
    "--no-decide", "URUT_NO_DECIDE", is_flag=True, help="Hand presses on to the hubs: for a store user who may not write the log."
)
@proxy
@flags.log
@flags.runs
@secured
async def counters(
    host: str,
    port: int,
    redis_url: str | None,
    data: Path,
    durability: str,
    secret: str | None,
    hub_url: str,
    counters_url: str,
    no_decide: bool,
    proxy: tuple[str, ...],
    tls: Tls,
) -> None:
    """Serve the staff: tablets and the desk, apart from the crowd of phones."""
    settings = Settings(redis_url=redis_url, data=data, secret=secret, durability=durability)
    addresses, proxies = Addresses(public=hub_url, staff=counters_url), proxies_at(proxy)
    await _serve(settings, wiring.STAFF_PARTS, addresses, host, port, tls, only_asks=no_decide, proxies=proxies)


async def _serve(
    settings: Settings,
    parts: wiring.Parts,
    addresses: Addresses,
    host: str,
    port: int,
    tls: Tls,
    equipment: Equipment | None = None,
    process: int = 0,
    *,
    follow: bool = False,
    only_asks: bool = False,
    proxies: frozenset[str] = frozenset(),
) -> None:
    """Serve until told to stop; ``process``: which this is of several that share the port, 0 where it is alone there."""
    secret = settings.secret_bytes()
    context = tls.context(settings.data, (host, addresses.public, addresses.staff))
    async with stores.attached_store(settings) as whole:
        store = AskedStore(whole) if only_asks else whole
        app = wiring.application(store, secret, parts, addresses, equipment, data=settings.data, only_follows=follow)
        app[PROXIES] |= proxies
        app[METRICS].process = process
        async with wiring.listening(app, host, port, shared=process > 0, tls=context) as url:
            spare_the_collector()
            logger.info("listening on %s", url, extra={"facts": {"version": version("urut"), "durability": settings.durability}})
            await wiring.until_told_to_stop()
    logger.info("stopped")


@click.command()
@flags.data
@flags.log
@flags.runs
async def redis(data: Path) -> None:
    """Run the bundled store until told to stop."""
    store = await start_embedded(data)
    try:
        click.echo(store.url)
        await wiring.until_told_to_stop()
    finally:
        await store.close()


@click.command("open")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--new-edition", is_flag=True, help="Close and archive the log that is open, and begin anew.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON with addresses and keys.")
@flags.redis_url
@flags.data
@flags.durability
@flags.secret
@flags.hub_url
@flags.counters_url
@flags.runs
async def open_(
    file: Path,
    new_edition: bool,
    as_json: bool,
    redis_url: str | None,
    data: Path,
    durability: str,
    secret: str | None,
    hub_url: str,
    counters_url: str,
) -> None:
    """Open the bazaar of FILE, or continue it when it is open with the same file; prints its keys."""
    plan = read_plan(file)
    settings = Settings(redis_url=redis_url, data=data, secret=secret, durability=durability)
    async with stores.open_store(settings) as (store, url):
        epoch = await bazaars.open_bazaar_log(store, plan, new_edition=new_edition)
        keys = bazaars.keys_of(settings.secret_bytes(), plan, epoch, await bazaars.renewals_of(store, plan.bazaar.id))
        if as_json:
            click.echo(json.dumps({"bazaar": plan.bazaar.id, "hub": hub_url, "counters": counters_url, "redis": url, **keys.as_map()}))
            return
        click.echo(f"{words(plan.bazaar.name, 'id')} is open. Pair the organiser's device, which then shows all other links:")
        click.echo(f"{counters_url}/{plan.bazaar.id}/pair/{keys.admin}")
