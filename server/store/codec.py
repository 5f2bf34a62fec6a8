"""Bytes and back: entries as msgpack with their hash chain, commands as they stand in the commands stream.

Rule: the same entry has the same bytes, always. The chain hashes bytes as stored, so a reader never encodes anew what it read.
"""

import reprlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from hashlib import blake2b
from typing import Any

import msgpack

from server.core.commands import COMMANDS, Command, Envelope
from server.core.entry import Entry, Outcome, Refusal
from server.core.events import EVENTS, Event
from server.core.refusals import Refused
from server.core.values import CommandId
from server.store.bounds import BY, COMMAND_BOUNDS
from server.store.shapes import BadShape, reader

HASH_BYTES = 16
NO_HASH = bytes(HASH_BYTES)
"""What the first entry has in place of the hash of an entry before it."""
COMMAND_BYTES_MAX = 16 * 1024
SYSTEM = "system"
MALFORMED_ID_PREFIX = "malformed-"
"""Begins the command_id of what was no command; no client may choose one like it."""
_QUOTED_MAX = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """What every command's map holds beside the order's own fields."""

    command_id: CommandId
    do: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sender:
    """As much of a command's map as tells who sent it."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _EntryMap:
    """An entry's map, its outcome still undecoded."""

    offset: int
    at: int
    command_id: CommandId
    cursor: str
    by: str
    prev: bytes
    events: list[Any] | None = None
    refused: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _RefusedMap:
    """The two fields that every refusal has."""

    code: str
    sentence: str


_read_head = reader(_Head, {**COMMAND_BOUNDS, (_Head, "by"): BY})
_read_sender = reader(_Sender, {(_Sender, "by"): BY})
_ORDER_READERS: Mapping[str, Callable[[Mapping[str, object]], Command]] = {do: reader(cls, COMMAND_BOUNDS) for do, cls in COMMANDS.items()}
_EVENT_READERS: Mapping[str, Callable[[Mapping[str, object]], Event]] = {name: reader(cls) for name, cls in EVENTS.items()}
_read_entry = reader(_EntryMap)
_read_refused = reader(_RefusedMap)
_DO_OF = {cls: do for do, cls in COMMANDS.items()}
_NAME_OF = {cls: name for name, cls in EVENTS.items()}
_FIELDS_OF = {cls: tuple((item.name, item.default) for item in fields(cls)) for cls in (*_DO_OF, *_NAME_OF)}
"""The fields of commands and events, and the default with which one is left out (`dataclasses.MISSING` equals no value)."""


# Entries


def digest(record: bytes) -> bytes:
    """The hash of an entry's bytes, 16 bytes."""
    return blake2b(record, digest_size=HASH_BYTES).digest()


def encode_entry(entry: Entry) -> bytes:
    """The bytes that stand in the log. Fields that have their defaults are left out of the events' maps."""
    head = {"offset": entry.offset, "at": entry.at, "command_id": entry.command_id, "cursor": entry.cursor, "by": entry.by}
    outcome = {"refused": entry.outcome.as_map()} if isinstance(entry.outcome, Refusal) else {"events": events_of(entry)}
    return _pack({**head, **outcome, "prev": entry.prev})


def decode_entry(record: bytes) -> Entry:
    """The entry that these bytes hold.

    Raises:
        ValueError: they hold none; names what is wrong.
    """
    head = _read_entry(_map_of(record))
    return Entry(
        offset=head.offset,
        at=head.at,
        command_id=head.command_id,
        cursor=head.cursor,
        by=head.by,
        outcome=_read_outcome(head),
        prev=head.prev,
    )


def events_of(entry: Entry) -> list[tuple[str, dict[str, object]]]:
    """The entry's events as ``(name, map)``, as the log and JSON hold them; none when it is a refusal."""
    return [(_NAME_OF[type(event)], _given_fields(event)) for event in entry.events]


def entry_as_json(record: bytes) -> dict[str, object]:
    """The record's map as JSON can hold it: bytes as hex.

    Raises:
        ValueError: the record is no map.
    """
    return {key: value.hex() if isinstance(value, bytes) else value for key, value in _map_of(record).items()}


def prev_of(record: bytes) -> object:
    """The hash of the entry before, as the record names it; None when it cannot be read."""
    try:
        return _map_of(record).get("prev")
    except ValueError:
        return None


def split_records(log: bytes) -> Iterator[bytes]:
    """The records of an exported log, which stand one after the other.

    Raises:
        ValueError: what follows the last record yielded is no whole record.
    """
    unpacker = msgpack.Unpacker(max_buffer_size=len(log) or 1)
    unpacker.feed(log)
    start = 0
    while start < len(log):
        try:
            unpacker.skip()
        except (ValueError, msgpack.OutOfData) as error:
            raise ValueError(f"byte {start}: no whole record begins here") from error
        yield log[start : unpacker.tell()]
        start = unpacker.tell()


def _read_outcome(head: _EntryMap) -> Outcome:
    if head.events is not None and head.refused is None:
        return tuple(_read_event(item) for item in head.events)
    if head.refused is not None and head.events is None:
        first = _read_refused(head.refused)
        rest = {key: value for key, value in head.refused.items() if key not in ("code", "sentence")}
        return Refusal(code=first.code, sentence=first.sentence, fields=rest)
    raise BadShape("events", "an entry holds either events or a refusal")


def _read_event(item: Any) -> Event:
    try:
        name, source = item
        read = _EVENT_READERS[name]
    except (TypeError, ValueError, KeyError):
        raise BadShape("events", f"{_quoted(item)} is no event that this version knows") from None
    return read(source)


# Commands


def encode_command(envelope: Envelope) -> bytes:
    """A command as it travels through the commands stream."""
    command = envelope.command
    head = {"command_id": envelope.command_id, "do": _DO_OF[type(command)], "by": envelope.by}
    return _pack({**head, **_given_fields(command)})


def decode_command(raw: bytes) -> Envelope:
    """The command that these bytes hold.

    Raises:
        Refused: ``malformed``; ``field`` and ``fault`` say where and why.
    """
    if len(raw) > COMMAND_BYTES_MAX:
        raise _malformed("command", f"longer than {COMMAND_BYTES_MAX} bytes")
    try:
        source = _map_of(raw)
    except ValueError as error:
        raise _malformed("command", str(error)) from None
    return command_from_map(source)


def command_from_map(source: object) -> Envelope:
    """The command in a map that came as msgpack or JSON. Keys that the order does not have are passed over.

    Raises:
        Refused: ``malformed``; ``field`` and ``fault`` say where and why.
    """
    if not isinstance(source, dict):
        raise _malformed("command", "no map")
    try:
        head = _read_head(source)
        if head.do not in _ORDER_READERS:
            raise BadShape("do", f"there is no order {_quoted(head.do)}")
        if head.command_id.startswith(MALFORMED_ID_PREFIX):
            raise BadShape("command_id", f"may not begin with {MALFORMED_ID_PREFIX}")
        return Envelope(command_id=head.command_id, by=head.by, command=_ORDER_READERS[head.do](source))
    except BadShape as error:
        raise _malformed(error.field, error.fault) from None


def sender_of(raw: bytes) -> str:
    """Who sent what is no command: its ``by`` if that much can be read, else ``system``."""
    try:
        return _read_sender(_map_of(raw)).by
    except ValueError:
        return SYSTEM


def _malformed(field: str, fault: str) -> Refused:
    return Refused("malformed", field=field, fault=fault)


# Both


def _pack(value: Mapping[str, object]) -> bytes:
    packed: bytes = msgpack.packb(value, default=_plain)
    return packed


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot stand in an entry")


def _given_fields(item: Event | Command) -> dict[str, object]:
    """The fields by name, without those that have their defaults."""
    return {name: value for name, default in _FIELDS_OF[type(item)] if (value := getattr(item, name)) != default}


def _map_of(raw: bytes) -> dict[str, Any]:
    """The one msgpack map with text keys that these bytes hold.

    Raises:
        ValueError: they hold something else.
    """
    try:
        value = msgpack.unpackb(raw)
    except (ValueError, OverflowError, RecursionError) as error:
        raise ValueError(f"no msgpack: {str(error)[:_QUOTED_MAX] or type(error).__name__}") from None
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise ValueError("no map with text keys")
    return value


def _quoted(value: object) -> str:
    text = reprlib.repr(value)
    return text if len(text) <= _QUOTED_MAX else f"{text[:_QUOTED_MAX]}…"
