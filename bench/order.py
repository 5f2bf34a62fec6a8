"""What somebody asked the bench for, carried out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from bench.goals import goals_table
from bench.pictures import write_pictures
from bench.processes import allow_many_files
from bench.run import PARTS, Measured, Task, measure
from bench.servers import HUB, KINDS, PEERS, Say, present
from bench.sizes import FULL, QUICK, Sizes

COLUMNS = 170
ALL = "all"

Show = Callable[[str, Measured], None]


class BadOrder(Exception):
    """Nothing can be measured like this; the argument is a sentence that says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """``parts``: by name; none means those that are soon measured, or with ``full`` all. ``against``: servers by name, separated by
    commas, or all. ``pairs``: how often each of them is measured. ``out``: a folder for results, tables and pictures; with ``resume``
    what stands there is not measured again. ``install``: apt-get may install what a server needs. ``say`` is told what goes on."""

    parts: Sequence[str] = ()
    against: str = ""
    pairs: int = 1
    full: bool = False
    quick: bool = False
    out: Path | None = None
    resume: bool = False
    install: bool = False
    say: Say

    async def carry_out(self, show: Show) -> Mapping[str, Measured]:
        """Measure, and show each part as soon as it is there.

        Raises:
            BadOrder: there is no such part or server.
            RuntimeError: something that was started ended before its time, or a screen did not show what it must.
        """
        parts = _known("part", self.parts, tuple(PARTS)) or [name for name, part in PARTS.items() if self.full or not part.named]
        known = [name for name in KINDS if name != HUB]
        against = PEERS if self.against == ALL else _known("server", [name for name in self.against.split(",") if name], known)
        allow_many_files()
        kinds, missing = await present([HUB, *against], install=self.install, say=self.say)
        for name, why in missing.items():
            self.say(f"{name} is left out: {why}")
        task = Task(sizes=self._sizes, kinds=kinds, pairs=self.pairs, say=self.say)
        measured: dict[str, Measured] = {}
        for name in parts:
            measured[name] = await measure(name, task, self.out, resume=self.resume)
            show(name, measured[name])
        if self.out:
            _write(measured, self.out)
        return measured

    @property
    def _sizes(self) -> Sizes:
        return QUICK if self.quick else FULL if self.full else Sizes()


def _known(what: str, names: Sequence[str], known: Sequence[str]) -> list[str]:
    for name in names:
        if name not in known:
            raise BadOrder(f"there is no {what} {name!r}; there are {', '.join(known)}")
    return list(names)


def _write(measured: Mapping[str, Measured], folder: Path) -> None:
    """The tables as text, and the pictures."""
    write_pictures(measured, folder)
    with (folder / "tables.txt").open("w", encoding="utf-8") as file:
        console = Console(file=file, width=COLUMNS)
        for name, one in measured.items():
            console.print(f"{name}: {one.machine}\n", highlight=False)
            console.print(*one.result.tables(), "", sep="\n", highlight=False)
        console.print(goals_table([one.result for one in measured.values()]), highlight=False)
