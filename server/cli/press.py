"""``urut press``: a counter from a keypad or a script."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import click

from counters.keypad import KEYS, ORDERS, QUIT, BadPress, Keypad, NoAnswer, press_keys, press_once
from server.cli import bazaars, flags, stores
from server.cli.stores import BadUse, Settings
from server.web.i18n import FIRST, LANGUAGE_NAMES, Catalogues

EXIT_REFUSED = 1


@click.command()
@click.argument("counter", type=int)
@click.argument("word", type=click.Choice(list(ORDERS)), required=False)
@click.argument("said", default="")
@click.option("--lang", type=click.Choice(list(LANGUAGE_NAMES)), default=FIRST)
@flags.bazaar
@flags.redis_url
@flags.data
@flags.durability
@flags.runs
async def press(
    counter: int, word: str | None, said: str, lang: str, bazaar: str | None, redis_url: str | None, data: Path, durability: str
) -> int:
    """Press at COUNTER, straight into the store: `press 3 next`, `press 3 transfer ktp`, `press 3 pause salat`.

    Without a word it reads keys until q: n next, r recall, a absent, h hold, f finish, u undo, o open, p pause, c close.
    """
    async with stores.open_store(Settings(redis_url=redis_url, data=data, durability=durability)) as (store, _):
        keypad = Keypad(store.log(await bazaars.the_bazaar(store, bazaar)), counter)
        translate = Catalogues().of(lang).gettext
        try:
            if word is not None:
                return 0 if await press_once(keypad, word, said, click.echo, translate) else EXIT_REFUSED
            click.echo(" ".join(f"{key}:{name}" for key, name in KEYS.items()) + f" {QUIT}:quit")
            await press_keys(keypad, _keys(), click.echo, translate)
        except BadPress as error:
            raise BadUse(str(error)) from None
        except NoAnswer as error:
            click.echo(f"urut: {error}", err=True)
            return EXIT_REFUSED
    return 0


async def _keys() -> AsyncIterator[str]:
    """Keys as they are pressed in a terminal, else the characters of standard input."""
    while True:
        if sys.stdin.isatty():
            yield await asyncio.to_thread(click.getchar)
        elif key := await asyncio.to_thread(sys.stdin.read, 1):
            yield key
        else:
            return
