"""Opening a bazaar: once, and only with the file that it was opened with."""

import copy
from typing import Any

import pytest

from server.core.entry import Entry
from server.core.events import BazaarOpened
from server.core.plan import Plan
from server.core.values import CommandId
from server.store.codec import NO_HASH, decode_entry, encode_entry
from server.store.errors import AnotherPlan, BrokenLog
from server.store.ledger import Ledger
from server.store.log import EventLog, MemoryLog, Top
from server.store.opening import open_log, opened_with
from tests.scenarios import CONFIG, START_MS
from tests.store.samples import OPENING_ID, PLAN


async def test_opening_entry(log: EventLog) -> None:
    """The first entry holds the whole plan, and opens it for whoever folds the log."""
    assert await _open(log, PLAN)
    [record] = await log.read(0, 10)
    entry = decode_entry(record)
    assert (1, START_MS, "", "admin") == (entry.offset, entry.at, entry.cursor, entry.by)
    ledger = Ledger()
    ledger.apply(record)
    assert PLAN == ledger.bazaar.plan


async def test_same_plan_again(log: EventLog) -> None:
    """The same file continues the log that is there, whoever opens it and when."""
    await _open(log, PLAN)
    records = await log.read(0, 10)
    assert not await _open(log, Plan.from_config(PLAN.as_config()), by="system")
    assert records == await log.read(0, 10)
    assert PLAN == Plan.from_config(await opened_with(log))


@pytest.mark.parametrize(
    ("path", "value", "difference"),
    [
        (("bazaar", "return_after"), 3, "bazaar.return_after"),
        (("bazaar", "absent_after", "seconds"), 60, "bazaar.absent_after.seconds"),
        (("bazaar", "languages"), ["id", "en"], "bazaar.languages"),
        (("agencies", 0, "name"), {"id": "Dukcapil", "en": "Registry"}, "agencies[dukcapil].name"),
        (("agencies", 1, "lines", 0, "quota"), None, "agencies[polsek].lines[B].quota"),
        (("agencies", 1, "lines", 1, "services", 0, "minutes"), 8, "agencies[polsek].lines[C].services[hilang].minutes"),
        (("agencies", 1, "counters", 1, "lines"), ["C"], "agencies[polsek].counters[4].lines"),
        (("agencies", 0, "code"), "disdukcapil", "agencies[dukcapil], agencies[disdukcapil]"),
    ],
)
async def test_another_plan(memory_log: MemoryLog, path: tuple[str | int, ...], value: object, difference: str) -> None:
    """Another file is refused with the key paths in which it differs, and nothing is appended."""
    await _open(memory_log, PLAN)
    records = await memory_log.read(0, 10)
    with pytest.raises(AnotherPlan) as caught:
        await _open(memory_log, _changed(path, value))
    assert difference in str(caught.value)
    assert records == await memory_log.read(0, 10)


async def test_opened_by_an_older_version(memory_log: MemoryLog) -> None:
    """The same file goes on with a log that was opened before some keys were invented: a program may be renewed during a bazaar."""
    config: Any = copy.deepcopy(PLAN.as_config())
    del config["bazaar"]["programme"], config["agencies"][0]["lines"][0]["paper"], config["screens"][0]["zone"]
    opening = BazaarOpened(config=config)
    entry = Entry(offset=1, at=START_MS, command_id=OPENING_ID, cursor="", by="admin", outcome=(opening,), prev=NO_HASH)
    await memory_log.append(Top(), [encode_entry(entry)])
    assert not await _open(memory_log, PLAN)


async def test_another_order(memory_log: MemoryLog) -> None:
    """The order of the lines is part of a plan: screens show it."""
    await _open(memory_log, PLAN)
    lines = PLAN.as_config()["agencies"][1]["lines"]  # type: ignore[index]  # a config is of any depth
    with pytest.raises(AnotherPlan, match=r"agencies\[polsek\]\.lines \(their order\)"):
        await _open(memory_log, _changed(("agencies", 1, "lines"), lines[::-1]))


async def test_wholly_another_plan(memory_log: MemoryLog) -> None:
    """Of very many differences the first ones are named and the others counted."""
    await _open(memory_log, PLAN)
    config = copy.deepcopy(dict(CONFIG))
    config["agencies"] = [{**config["agencies"][0], "code": f"a{number}"} for number in range(20)]
    with pytest.raises(AnotherPlan) as caught:
        await _open(memory_log, Plan.from_config(config))
    assert 11 == len(caught.value.differences)
    assert caught.value.differences[-1].endswith(" more")


@pytest.mark.parametrize("record", [b"\xc1", b"\x80"])
async def test_foreign_log(memory_log: MemoryLog, record: bytes) -> None:
    """Where something else than a log stands nothing is opened."""
    await memory_log.append(Top(), [record])
    with pytest.raises(BrokenLog, match="entry 1"):
        await _open(memory_log, PLAN)


async def _open(log: EventLog, plan: Plan, by: str = "admin") -> bool:
    return await open_log(log, plan, by=by, now_ms=START_MS, command_id=CommandId("opening-00000001"))


def _changed(path: tuple[str | int, ...], value: object) -> Plan:
    """The plan with another value at this place of its map."""
    config: Any = copy.deepcopy(PLAN.as_config())
    place = config
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return Plan.from_config(config)
