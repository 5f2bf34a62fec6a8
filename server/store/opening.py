"""The first entry of a log, and whether a log that is there was opened with the same bazaar file."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgpack

from server.core.entry import Entry
from server.core.events import BazaarOpened
from server.core.plan import Plan
from server.core.values import CommandId
from server.store.codec import NO_HASH, decode_entry, encode_entry
from server.store.errors import AnotherPlan, BrokenLog, Conflict
from server.store.log import EventLog, Top

_NAMES = ("id", "code", "prefix", "number")
"""What a map in a list goes by in the path of a difference, instead of its place in the list."""
_ABSENT = object()
_DIFFERENCES_MAX = 10


async def open_log(log: EventLog, plan: Plan, *, by: str, now_ms: int, command_id: CommandId) -> bool:
    """Write the opening entry; True. A log that was opened with the same plan stays as it is; False.

    Raises:
        AnotherPlan: it was opened with another one.
        BrokenLog: what is there does not begin with an opening.
    """
    opening = Entry(
        offset=1, at=now_ms, command_id=command_id, cursor="", by=by, outcome=(BazaarOpened(config=plan.as_config()),), prev=NO_HASH
    )
    try:
        await log.append(Top(), [encode_entry(opening)])
    except Conflict:
        differences = list(_differences(_as_now(await opened_with(log)), _as_stored(plan.as_config())))
        if differences:
            more = len(differences) - _DIFFERENCES_MAX
            raise AnotherPlan([*differences[:_DIFFERENCES_MAX], *([f"{more} more"] if more > 0 else [])]) from None
        return False
    return True


async def opened_with(log: EventLog) -> dict[str, Any]:
    """The config in the log's opening entry.

    Raises:
        BrokenLog: there is none.
    """
    records = await log.read(0, 1)
    try:
        match decode_entry(records[0]).outcome:
            case (BazaarOpened(config=config),):
                return dict(config)
    except (ValueError, IndexError) as error:
        raise BrokenLog(1, str(error)) from error
    raise BrokenLog(1, "opens no bazaar")


def _as_now(config: Mapping[str, Any]) -> dict[str, Any]:
    """The config as this version writes it: one that an older version stored lacks the keys that came later, and is no other file."""
    return _as_stored(Plan.from_config(config).as_config())


def _as_stored(config: Mapping[str, object]) -> dict[str, Any]:
    """The config as it comes back from the log: lists for tuples."""
    stored: dict[str, Any] = msgpack.unpackb(msgpack.packb(config))
    return stored


def _differences(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """Key paths below which the two differ, each as short as it can be."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old | new:
            yield from _differences(old.get(key, _ABSENT), new.get(key, _ABSENT), f"{path}.{key}" if path else str(key))
    elif isinstance(old, list) and isinstance(new, list) and _is_named(old) and _is_named(new):
        yield from _differences_by_name(old, new, path)
    elif old != new:
        yield path


def _differences_by_name(old: list[Any], new: list[Any], path: str) -> Iterator[str]:
    olds, news = ({_name_of(item): item for item in items} for items in (old, new))
    found = [place for name in olds | news for place in _differences(olds.get(name), news.get(name), f"{path}[{name}]")]
    yield from found
    if not found and old != new:
        yield f"{path} (their order)"


def _is_named(items: list[Any]) -> bool:
    return all(isinstance(item, dict) and _name_of(item) is not None for item in items)


def _name_of(item: dict[str, Any]) -> Any:
    return next((item[name] for name in _NAMES if name in item), None)
