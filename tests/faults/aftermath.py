"""What must hold after any storm: nothing lost, nothing doubled, nobody out of order, and all screens at the end."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any, Protocol

from displays.follower import Frame
from tests.faults.audit import Entry, Log, check_calls, how_often
from tests.faults.people import Diary, Sender
from tests.faults.processes import run, until
from tests.faults.screens import Screen
from tests.faults.site import Site, bearer
from tests.faults.storm import FOLLOWED, Fault, Storm

STORM_S_MAX = 300
"""A bound for a machine with much else to do."""


class Watched(Protocol):
    """Whatever was watched by somebody: see `Storm`."""

    @property
    def screens(self) -> Sequence[Screen]:
        """See Storm."""

    @property
    def followed(self) -> Sequence[dict[str, Frame]]:
        """See Storm."""


async def survives(one: Site, chance: random.Random, presses: int, faults: Sequence[Fault]) -> str:
    """Let officers press so often while these faults happen; check everything afterwards, and tell it in a line of figures."""
    async with asyncio.TaskGroup() as tasks:
        storm = Storm(one, chance)
        storm.watch(tasks)
        async with asyncio.timeout(STORM_S_MAX):
            await storm.rage(presses, faults)
        await one.are_ready()
        given_up = await ask_again(one, storm.diary, chance)
        log = Log(await one.log(max(storm.diary.offsets.values())))
        shows = expected(storm, log)
        await until(lambda: shown(storm) == shows, "every screen shows the end")
        storm.end_watching()
    await verified(one)
    check_commands(storm.diary, log)
    check_marks(storm, log)
    check_calls(log, storm.diary.seen)
    assert {1} == {*how_often(log, "ticket_called").values(), *how_often(log, "ticket_served").values()}
    return figures(storm, log, given_up)


async def ask_again(one: Site, diary: Diary, chance: random.Random) -> int:
    """Send again whatever was given up. What stands in the log is answered with its place, the rest is decided only now."""
    officers = Sender(one.session, [one.home(server) for server in one.officers], diary, chance)
    residents = Sender(one.session, [one.home(server) for server in one.hubs], diary, chance)
    given_up = diary.unanswered
    last = diary.command("/counter/1/commands", bearer(one.keys["counter_keys"]["1"]), do="open_counter")
    before = Log(await one.log((await officers.insist(last))["offset"]))
    for command in given_up:
        offset = (await (residents if command.path == "/tickets" else officers).insist(command))["offset"]
        stood = before.offsets.get(command.id)
        assert stood == [offset] if stood else offset > len(before.entries)
    return len(given_up)


async def verified(one: Site) -> None:
    """The command says that the log holds."""
    code, printed, said = await run(one.folder / "verify.log", "log", "verify", one.home(one.hubs[0]))
    assert 0 == code, printed + said
    assert "Every call is in order." in printed


def check_commands(diary: Diary, log: Log) -> None:
    """Every command that was ever sent was acknowledged in the end, and stands once, where all answers said and with what they told."""
    assert diary.sent.keys() == diary.offsets.keys()
    assert {command: [offset] for command, offset in diary.offsets.items()} == {command: log.offsets.get(command) for command in diary.sent}
    assert len(log.entries) == len(log.offsets)
    for command, answer in diary.answers.items():
        assert _told(answer) == _stands(log.entries[answer["offset"] - 1], answer), (command, answer)


def check_marks(storm: Watched, log: Log) -> None:
    """What any screen has ever shown is what the log came to hold."""
    assert set() == {mark for screen in storm.screens for mark in screen.marks} - log.marks


def _told(answer: Any) -> object:
    """What an answer tells of its entry: the refusal's code, the numbers that were given, or all events."""
    if "code" in answer:
        return answer["code"]
    return [ticket["label"] for ticket in answer["tickets"]] if "tickets" in answer else answer["events"]


def _stands(entry: Entry, answer: Any) -> object:
    """The same of an entry."""
    if "refused" in entry:
        return entry["refused"]["code"]
    if "tickets" in answer:
        return [fields["ticket"] for name, fields in entry["events"] if name == "ticket_issued"]
    return entry["events"]


def expected(storm: Watched, log: Log) -> list[dict[str, object]]:
    """What each screen and follower must show after the whole log."""
    channels = [[*screen.channels] for screen in storm.screens] + [FOLLOWED for _ in storm.followed]
    views = log.views({name for names in channels for name in names})
    return [{name: views[name] for name in names} for names in channels]


def shown(storm: Watched) -> list[dict[str, object]]:
    """What each of them shows."""
    followed = [{channel: frame["view"] for channel, frame in newest.items()} for newest in storm.followed]
    return [screen.views for screen in storm.screens] + followed


def figures(storm: Storm, log: Log, given_up: int) -> str:
    """The storm in a line. Who has come here has lost and doubled nothing; it is counted all the same."""
    diary, screens = storm.diary, storm.screens
    lost = sum(command not in log.offsets for command in diary.offsets)
    doubled = sum(len(offsets) > 1 for offsets in log.offsets.values())
    visits, frames = sum(screen.visits for screen in screens), sum(screen.frames for screen in screens)
    return (
        f"{diary.presses} presses by 8 officers brought {len(how_often(log, 'ticket_called'))} calls; {len(diary.offsets)} commands "
        f"acknowledged, {diary.replays} replays, {given_up} given up and asked for later; "
        f"{len(screens)} screens in {visits} visits were sent {frames} frames; lost {lost}, doubled {doubled}"
    )
