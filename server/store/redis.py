"""Logs in a server that speaks the Redis protocol (Valkey, Redis 7.0 or newer), one pair of streams for each bazaar.

Rule: an entry's id is ``<offset>-0`` and every append goes through `_APPEND`, which compares the whole top. The order of a stream alone
does not fence: a log that was rolled back by a failover would take an entry from a hub that had seen more.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha1
from itertools import chain
from typing import Any

from server.core.values import BazaarId
from server.store.board import KEPT_S, NOTES_MAX
from server.store.codec import digest
from server.store.errors import BrokenLog, Conflict, StoreUnreachable
from server.store.log import FOLLOW_S, PAGE_ENTRIES, News, Submission, Top, next_stream_id
from server.store.redis_alerts import RedisAlertBook
from server.store.redis_calls import Slot
from server.store.redis_servers import Servers
from server.store.redis_url import servers_at
from server.store.times import Times

COMMANDS_KEPT = 100_000
"""The commands stream is trimmed to about this many; the log never is."""
REGISTRY_KEY = "urut:bazaars"
LONG_AGO_MS = 1
NO_STREAM_ID = "0-0"
"""With which a stream ends that has never had an entry."""
ANY_ID = "*"
"""The store chooses, by its clock."""

# KEYS: log, commands. ARGV: offset and sha1 of the expected top, the id with which the commands stream must end ("" for any), how many
# commands are kept, how many records there are, the records, and then each command after its id. 1 when all of it was appended, 0 when an
# end is another. The log comes first: a follower of both streams that is woken by the commands alone would decide them once more.
_APPEND = """
local function ends(key)
  local stream = {['last-generated-id'] = '0-0'}
  if redis.call('EXISTS', key) == 1 then
    local info = redis.call('XINFO', 'STREAM', key)
    for i = 1, #info, 2 do stream[info[i]] = info[i + 1] end
  end
  return stream['last-generated-id'], stream['last-entry']
end
local newest, entry = ends(KEYS[1])
local id, content = '0-0', ''
if entry then
  id = entry[1]
  for i = 1, #entry[2], 2 do
    if entry[2][i] == 'e' then content = entry[2][i + 1] end
  end
end
if newest ~= id or id ~= ARGV[1] .. '-0' or redis.sha1hex(content) ~= ARGV[2] then return 0 end
if ARGV[3] ~= '' and ends(KEYS[2]) ~= ARGV[3] then return 0 end
local records = tonumber(ARGV[5])
for i = 1, records do
  redis.call('XADD', KEYS[1], string.format('%d-0', tonumber(ARGV[1]) + i), 'e', ARGV[5 + i])
end
for i = 6 + records, #ARGV, 2 do
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[4], ARGV[i], 'c', ARGV[i + 1])
end
return 1
"""

# KEYS: commands. ARGV: how many are kept, the lowest id that may be taken, then the commands. The id of the last. The stream takes no id
# that is not behind its end; where the end is behind all that was decided, the store's clock could give one that nobody reads any more.
_PUBLISH = """
local id = redis.pcall('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], ARGV[2], 'c', ARGV[3])
if type(id) == 'table' then
  id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'c', ARGV[3])
end
for i = 4, #ARGV do
  id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'c', ARGV[i])
end
return id
"""

# KEYS: log, commands, and where they go. ARGV: sha1 of the expected first record. 1 when they were moved, 0 when the log is another.
_ARCHIVE = """
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
if not first or redis.sha1hex(first[2][2]) ~= ARGV[1] or redis.call('EXISTS', KEYS[3]) == 1 then return 0 end
redis.call('RENAME', KEYS[1], KEYS[3])
if redis.call('EXISTS', KEYS[2]) == 1 then redis.call('RENAME', KEYS[2], KEYS[4]) end
return 1
"""

# KEYS: log, commands, and the log that is to be the bazaar's. ARGV: offset and sha1 of its expected top, and the id behind which commands
# come. 1 when it is the bazaar's log now, 0 when that has a log or commands, or when what is to be its log is another by now.
_RESTORE = """
local top = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)[1]
if not top or top[1] ~= ARGV[1] .. '-0' or redis.sha1hex(top[2][2]) ~= ARGV[2] then return 0 end
if redis.call('EXISTS', KEYS[1], KEYS[2]) > 0 then return 0 end
if ARGV[3] ~= '0-0' then redis.call('XADD', KEYS[2], 'MAXLEN', 0, ARGV[3], 'c', '') end
redis.call('RENAME', KEYS[3], KEYS[1])
return 1
"""

# A note is stored as "<until>:<note>". ARGV: now, until, name, note, the most notes, seconds that the board is kept, and (when it matters)
# what must be up: "" for nothing. 1 when the note was pinned.
_PIN = """
local function note(stored)
  local colon = stored and string.find(stored, ':', 1, true)
  if colon and tonumber(string.sub(stored, 1, colon - 1)) > tonumber(ARGV[1]) then return string.sub(stored, colon + 1) end
  return ''
end
local stored = redis.call('HGET', KEYS[1], ARGV[3])
if ARGV[7] and note(stored) ~= ARGV[7] then return 0 end
if not stored and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[5]) then
  local all = redis.call('HGETALL', KEYS[1])
  for i = 1, #all, 2 do
    if note(all[i + 1]) == '' then redis.call('HDEL', KEYS[1], all[i]) end
  end
  if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[5]) then return 0 end
end
redis.call('HSET', KEYS[1], ARGV[3], ARGV[2] .. ':' .. ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[6])
return 1
"""


def connect(url: str, *, replicas: int = 0) -> "RedisStore":
    """The store at a URL (see `servers_at`). What is written counts when so many ``replicas`` have it too.

    Raises:
        BadStoreUrl: no such URL, or a kind that is not supported.
    """
    return RedisStore(servers_at(url), replicas)


class RedisStore:
    """See log.Store."""

    def __init__(self, servers: Servers, replicas: int) -> None:
        self._servers = servers
        self._replicas = replicas
        self.round_trips = Times()
        self._registry = Slot(servers, REGISTRY_KEY, replicas, self.round_trips)

    def log(self, bazaar: BazaarId, *, beside: str = "") -> "RedisLog":
        """See Store; ``beside`` ends the keys of one that is not the bazaar's log, or not yet."""
        return RedisLog(self._slot(bazaar), bazaar, beside)

    def board(self, bazaar: BazaarId, topic: str) -> "RedisBoard":
        """See Store."""
        return RedisBoard(self._slot(bazaar), f"urut:{{{bazaar}}}:{topic}")

    def alerts(self, bazaar: BazaarId) -> RedisAlertBook:
        """See Store."""
        return RedisAlertBook(self._slot(bazaar), bazaar)

    async def bazaars(self) -> list[BazaarId]:
        """See Store."""
        ids = await self._registry.ask(lambda client: client.smembers(REGISTRY_KEY))
        return sorted(BazaarId(item.decode()) for item in ids)

    async def register(self, bazaar: BazaarId) -> None:
        """See Store."""
        await self._registry.lasting(lambda client: client.sadd(REGISTRY_KEY, bazaar))

    async def archive(self, bazaar: BazaarId, epoch: str) -> None:
        """See Store. The streams stay in the store as ``<key>:<epoch>``; whom its alerts were for is erased."""
        log = self.log(bazaar)
        first = await log.read(0, 1)
        keys = [log.log_key, log.commands_key, f"{log.log_key}:{epoch}", f"{log.commands_key}:{epoch}"]
        if not first or digest(first[0]).hex() != epoch or not await self._slot(bazaar).script(_ARCHIVE, keys, [_sha1hex(first[0])]):
            raise Conflict("another log has taken its place")
        await self.alerts(bazaar).expire(LONG_AGO_MS)

    async def restore(self, bazaar: BazaarId, records: Sequence[bytes], cursor: str) -> None:
        """See Store. Until all of it is there it lies beside, where nobody looks; what another attempt has left there is thrown away."""
        slot, log, aside = self._slot(bazaar), self.log(bazaar), self.log(bazaar, beside=":restoring")
        await slot.ask(lambda client: client.unlink(aside.log_key))
        top = Top()
        for start in range(0, len(records), PAGE_ENTRIES):
            page = records[start : start + PAGE_ENTRIES]
            await aside.append(top, page)
            top = Top(start + len(page), page[-1])
        keys = [log.log_key, log.commands_key, aside.log_key]
        if not await slot.script(_RESTORE, keys, [top.offset, _sha1hex(top.record), cursor or NO_STREAM_ID], lasting=True):
            raise Conflict("there is a log already, or commands for one")

    async def close(self) -> None:
        """See Store."""
        await self._servers.close()

    def _slot(self, bazaar: BazaarId) -> Slot:
        return Slot(self._servers, bazaar, self._replicas, self.round_trips)


class RedisLog:
    """See log.EventLog."""

    def __init__(self, slot: Slot, bazaar: BazaarId, beside: str = "") -> None:
        self.log_key = f"urut:{{{bazaar}}}:log{beside}"
        self.commands_key = f"urut:{{{bazaar}}}:commands{beside}"
        self._slot = slot

    async def append(self, top: Top, records: Sequence[bytes], submission: Submission | None = None) -> None:
        """See EventLog. When the answer is lost, the log itself tells whether the records stand, and with them the commands."""
        cursor, commands = ("", ()) if submission is None else (submission.cursor or NO_STREAM_ID, chain(*submission.commands))
        arguments = [top.offset, _sha1hex(top.record), cursor, COMMANDS_KEPT, len(records), *records, *commands]
        try:
            appended = await self._slot.script(_APPEND, [self.log_key, self.commands_key], arguments, lasting=True)
        except StoreUnreachable:
            stored = await self.read(top.offset, len(records))
            if not stored:
                raise
            appended = stored == list(records)
        if not appended:
            raise Conflict("the log has another top, or the commands stream another end")

    async def read(self, after: int, limit: int) -> list[bytes]:
        """See EventLog."""
        found = await self._slot.lasting(lambda client: client.xrange(self.log_key, min=f"({after}-0", max="+", count=limit))
        return _records(found, after)

    async def publish(self, *commands: bytes, after: str = "") -> str:
        """See EventLog."""
        lowest = next_stream_id(after) if after else ANY_ID
        stream_id = await self._slot.script(_PUBLISH, [self.commands_key], [COMMANDS_KEPT, lowest, *commands], lasting=True)
        return str(stream_id.decode())

    async def follow(self, after: int, cursor: str) -> News:
        """See EventLog. A stream entry without a command in it is handed on as an empty one."""
        positions: dict[Any, Any] = {self.log_key: f"{after}-0", self.commands_key: cursor or NO_STREAM_ID}
        answer = await self._slot.follow(lambda client: client.xread(positions, count=PAGE_ENTRIES, block=int(FOLLOW_S * 1000)))
        found = {key.decode(): items for key, items in answer}
        commands = [(stream_id.decode(), fields.get(b"c", b"")) for stream_id, fields in found.get(self.commands_key, ())]
        return News(_records(found.get(self.log_key, ()), after), commands)


class RedisBoard:
    """See board.Board: one hash."""

    def __init__(self, slot: Slot, key: str) -> None:
        self._slot = slot
        self._key = key

    async def pin(self, name: str, note: bytes, *, until: int, now: int) -> bool:
        """See Board."""
        return bool(await self._slot.script(_PIN, [self._key], [now, until, name, note, NOTES_MAX, KEPT_S]))

    async def swap(self, name: str, old: bytes | None, note: bytes, *, until: int, now: int) -> bool:
        """See Board."""
        return bool(await self._slot.script(_PIN, [self._key], [now, until, name, note, NOTES_MAX, KEPT_S, old or b""]))

    async def read(self, now: int) -> dict[str, bytes]:
        """See Board."""
        stored = await self._slot.ask(lambda client: client.hgetall(self._key))
        notes = ((name.decode(), value.partition(b":")) for name, value in stored.items())
        return {name: note for name, (until, _, note) in notes if int(until) > now}


def _records(found: Sequence[tuple[bytes, Mapping[bytes, bytes]]], after: int) -> list[bytes]:
    """The records of stream entries that must be the ones after this offset, without a gap."""
    records = []
    for offset, (stream_id, fields) in enumerate(found, start=after + 1):
        if stream_id != b"%d-0" % offset:
            raise BrokenLog(offset, f"is not there; next in the stream is {stream_id.decode()}")
        if b"e" not in fields:
            raise BrokenLog(offset, "has no field e")
        records.append(fields[b"e"])
    return records


def _sha1hex(record: bytes) -> str:
    """As the scripts compute it. It guards against mistakes; against forgery stands the hash chain."""
    return sha1(record, usedforsecurity=False).hexdigest()
