"""What becomes of each command that comes over HTTP: a line in the program's log, and one more in the metrics.

Rule: a line tells who, what, which entry and how long it took. Ids of commands and visits, keys and addresses stand in none.
"""

import asyncio
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from server.core.commands import COMMANDS
from server.core.entry import Entry
from server.hub.room import Room
from server.web.errors import Problem
from server.web.metrics import Metrics

DONE = "done"
MS_PER_S = 1000

logger = logging.getLogger(__name__)


class Note:
    """A command on its way. ``outcome`` is `DONE`, the code of its refusal or of what went wrong; ``offset`` its entry's, if it has one."""

    def __init__(self) -> None:
        self.outcome = "fault"
        self.offset: object = None

    def answered(self, entry: Entry) -> Entry:
        """It was carried out, and this is its entry."""
        self.outcome, self.offset = DONE, entry.offset
        return entry


@contextmanager
def noted(metrics: Metrics, room: Room, command: Mapping[str, object], by: str) -> Iterator[Note]:
    """Note what becomes of a command from here to its durable answer."""
    note, began = Note(), time.perf_counter()
    try:
        yield note
    except Problem as problem:
        note.outcome, note.offset = problem.code, problem.fields.get("offset")
        raise
    finally:
        took_s = time.perf_counter() - began
        metrics.note_command(note.outcome, took_s)
        facts: dict[str, object] = {"bazaar": room.plan.bazaar.id, "by": by, "do": _known(command.get("do")), "outcome": note.outcome}
        if note.offset is not None:
            facts["offset"] = note.offset
        asyncio.get_running_loop().call_soon(_tell, {**facts, "ms": round(took_s * MS_PER_S, 1)})  # when the answer is on its way


def _tell(facts: Mapping[str, object]) -> None:
    logger.info("command", extra={"facts": facts})


def _known(do: object) -> str:
    """The order's name; what is none may be anything that somebody has typed."""
    return do if isinstance(do, str) and do in COMMANDS else "unknown"
