"""The commands for whoever looks on or rehearses: a hall in the terminal, and simulated people at work."""

import random

import click

from displays.follower import NotServed
from displays.terminal import watch
from server.cli import flags
from server.cli.stores import BadUse
from server.simulate import HOURS, SPEED, VISITORS_PER_HOUR, NotWelcome
from server.simulate import simulate as run_simulation
from server.web.i18n import FIRST, LANGUAGE_NAMES


@click.command()
@click.argument("home", metavar="URL")
@click.option("--screen", default="", help="Show one screen's agencies only.")
@click.option("--lang", type=click.Choice(list(LANGUAGE_NAMES)), default=FIRST)
@flags.runs
async def tv(home: str, screen: str, lang: str) -> None:
    """Show the hall of the bazaar at URL (http://host:8000/mayangan) in this terminal."""
    try:
        await watch(home.rstrip("/"), screen, lang=lang)
    except NotServed as error:
        raise BadUse(str(error)) from None


@click.command()
@click.argument("url")
@click.option("--bazaar", required=True, help="The bazaar's id.")
@click.option("--counters-url", default="", help="Where the counters are, if not at URL.")
@click.option("--counter-key", "counter_keys", multiple=True, required=True, help="A counter's key, from `urut open --json`; repeat.")
@click.option("--kiosk-key", required=True, help="A kiosk's key.")
@click.option("--speed", default=SPEED, help="How many times faster than life.")
@click.option("--hours", default=HOURS, help="Hours of the bazaar.")
@click.option("--visitors-per-hour", default=VISITORS_PER_HOUR)
@click.option("--seed", type=int, help="The same people again.")
@flags.runs
async def simulate(
    url: str,
    bazaar: str,
    counters_url: str,
    counter_keys: tuple[str, ...],
    kiosk_key: str,
    speed: float,
    hours: float,
    visitors_per_hour: float,
    seed: int | None,
) -> None:
    """Let simulated residents and officers work at a running bazaar, to rehearse a day."""
    try:
        keys = {int(key.partition(".")[0].removeprefix("counter-")): key for key in counter_keys}
    except ValueError:
        raise BadUse("a counter's key begins with counter-<number>.") from None
    try:
        await run_simulation(
            url.rstrip("/"),
            bazaar,
            keys,
            kiosk_key,
            random.Random(seed),  # noqa: S311  # a crowd, no secret
            click.echo,
            counters_url=counters_url.rstrip("/"),
            speed=speed,
            hours=hours,
            visitors_per_hour=visitors_per_hour,
        )
    except NotWelcome as error:
        raise BadUse(str(error)) from None
