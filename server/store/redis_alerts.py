"""The alert book in a server that speaks the Redis protocol; every key expires by itself, also when no process of ours runs any more.

Rule: the time at which a key goes is brought nearer (``LT``), and never put off: what is written after the closing goes with the rest.
"""

from collections.abc import Mapping
from typing import Any

from server.core.values import BazaarId
from server.store.alert_book import ASIDE_MAX, Job
from server.store.redis_calls import Slot

# KEYS: contacts, version. ARGV: name, sealed contact, when it goes.
_KEEP = """
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('INCR', KEYS[2])
redis.call('PEXPIREAT', KEYS[1], ARGV[3], 'LT')
redis.call('PEXPIREAT', KEYS[2], ARGV[3], 'LT')
return 1
"""

# KEYS: contacts, version. ARGV: what the names of a visit begin with.
_FORGET = """
for _, name in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(name, 1, #ARGV[1]) == ARGV[1] then redis.call('HDEL', KEYS[1], name) end
end
if redis.call('EXISTS', KEYS[2]) == 1 then redis.call('INCR', KEYS[2]) end
return 1
"""

# KEYS: claimed, due, jobs. ARGV: alert, now, when it goes, then pairs of job and payload. 0 when it was claimed before.
_CLAIM = """
if redis.call('SADD', KEYS[1], ARGV[1]) == 0 then return 0 end
for i = 4, #ARGV, 2 do
  redis.call('ZADD', KEYS[2], ARGV[2], ARGV[i])
  redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1])
end
for _, key in ipairs(KEYS) do redis.call('PEXPIREAT', key, ARGV[3], 'LT') end
return 1
"""

# KEYS: due, jobs. ARGV: now, end of the lease. The job and its payload, or nothing.
_TAKE = """
local job = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, 1)[1]
if not job then return false end
redis.call('ZADD', KEYS[1], ARGV[2], job)
return {job, redis.call('HGET', KEYS[2], job) or ''}
"""

# KEYS: due, jobs. ARGV: job, payload, when it is due again. A job that is done meanwhile stays done.
_PUT_OFF = """
if redis.call('ZADD', KEYS[1], 'XX', 'CH', ARGV[3], ARGV[1]) == 1 then redis.call('HSET', KEYS[2], ARGV[1], ARGV[2]) end
return 1
"""

# KEYS: due, jobs, aside. ARGV: job, payload, when it goes, how many are kept.
_SET_ASIDE = """
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('RPUSH', KEYS[3], ARGV[1], ARGV[2])
redis.call('LTRIM', KEYS[3], -2 * tonumber(ARGV[4]), -1)
redis.call('PEXPIREAT', KEYS[3], ARGV[3], 'LT')
return 1
"""

# KEYS: all of them. ARGV: when they go at the latest.
_EXPIRE = """
for _, key in ipairs(KEYS) do redis.call('PEXPIREAT', key, ARGV[1], 'LT') end
return 1
"""


class RedisAlertBook:
    """See alert_book.AlertBook."""

    def __init__(self, slot: Slot, bazaar: BazaarId) -> None:
        self._slot = slot
        at = f"urut:{{{bazaar}}}:alerts"
        self._contacts, self._version = f"{at}:contacts", f"{at}:version"
        self._claimed, self._due, self._jobs, self._aside = f"{at}:claimed", f"{at}:due", f"{at}:jobs", f"{at}:aside"

    async def keep(self, contact: str, sealed: bytes, until_ms: int) -> None:
        """See AlertBook."""
        await self._script(_KEEP, [self._contacts, self._version], contact, sealed, until_ms)

    async def forget(self, visit: str) -> None:
        """See AlertBook."""
        await self._script(_FORGET, [self._contacts, self._version], f"{visit}:")

    async def drop(self, contact: str) -> None:
        """See AlertBook."""
        script = "redis.call('HDEL', KEYS[1], ARGV[1]) return redis.call('EXISTS', KEYS[2]) == 1 and redis.call('INCR', KEYS[2])"
        await self._script(script, [self._contacts, self._version], contact)

    async def contacts(self) -> dict[str, bytes]:
        """See AlertBook."""
        found = await self._script("return redis.call('HGETALL', KEYS[1])", [self._contacts])
        return {name.decode(): sealed for name, sealed in zip(found[::2], found[1::2], strict=True)}

    async def version(self) -> int:
        """See AlertBook."""
        return int(await self._script("return redis.call('GET', KEYS[1])", [self._version]) or 0)

    async def claim(self, alert: str, jobs: Mapping[str, bytes], now_ms: int, until_ms: int) -> bool:
        """See AlertBook."""
        pairs = [part for job in jobs.items() for part in job]
        return bool(await self._script(_CLAIM, [self._claimed, self._due, self._jobs], alert, now_ms, until_ms, *pairs))

    async def take(self, now_ms: int, lease_ms: int) -> Job | None:
        """See AlertBook."""
        found = await self._script(_TAKE, [self._due, self._jobs], now_ms, now_ms + lease_ms)
        return Job(found[0].decode(), found[1]) if found else None

    async def done(self, job: str) -> None:
        """See AlertBook."""
        script = "redis.call('ZREM', KEYS[1], ARGV[1]) redis.call('HDEL', KEYS[2], ARGV[1]) return 1"
        await self._script(script, [self._due, self._jobs], job)

    async def put_off(self, job: Job, at_ms: int) -> None:
        """See AlertBook."""
        await self._script(_PUT_OFF, [self._due, self._jobs], job.id, job.payload, at_ms)

    async def set_aside(self, job: Job, until_ms: int) -> None:
        """See AlertBook."""
        await self._script(_SET_ASIDE, [self._due, self._jobs, self._aside], job.id, job.payload, until_ms, ASIDE_MAX)

    async def aside(self) -> list[Job]:
        """See AlertBook."""
        found = await self._script("return redis.call('LRANGE', KEYS[1], 0, -1)", [self._aside])
        return [Job(job.decode(), payload) for job, payload in zip(found[::2], found[1::2], strict=True)]

    async def expire(self, at_ms: int) -> None:
        """See AlertBook."""
        await self._script(_EXPIRE, [self._contacts, self._version, self._claimed, self._due, self._jobs, self._aside], at_ms)

    async def _script(self, script: str, keys: list[str], *arguments: str | int | bytes) -> Any:
        return await self._slot.script(script, keys, arguments)
