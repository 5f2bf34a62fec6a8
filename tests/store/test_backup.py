"""A log that goes from one store into another: as a whole, unchanged, and over no other."""

import msgpack
import pytest

from server.core.plan import Plan
from server.core.values import BazaarId
from server.store.backup import Backup, BadBackup, read_backup, restore, sound_part
from server.store.codec import digest
from server.store.errors import AnotherLog, BrokenChain, BrokenLog, Conflict
from server.store.log import EventLog, MemoryLog, Store, Submission, Top, next_stream_id, stream_position
from server.store.opening import open_log
from server.store.redis import RedisStore
from tests.scenarios import START_MS, config_with
from tests.store.hubs import hub
from tests.store.samples import OPENING_ID, issue

FAR_AHEAD = "9999999999999-7"
"""A cursor from a box whose clock was far ahead of the next one's."""


@pytest.fixture
async def backup(bazaar_id: BazaarId) -> Backup:
    """The log of a bazaar in which five numbers were given out."""
    log = MemoryLog()
    await open_log(log, Plan.from_config(config_with(id=bazaar_id)), by="admin", now_ms=START_MS, command_id=OPENING_ID)
    async with hub(log) as one:
        for number in range(5):
            await one.submit(issue(number))
    return read_backup(b"".join(await log.read(0, 10)))


async def test_a_log_goes_on_elsewhere(store: Store, log: EventLog, backup: Backup) -> None:
    """The records are the same bytes, every hub knows of the bazaar, and the next command is decided onto them at once."""
    assert await restore(store, backup)
    assert backup.records == await log.read(0, 10)
    assert backup.bazaar in await store.bazaars()
    async with hub(log) as one:
        assert 7 == (await one.submit(issue(5))).offset
        assert backup.ledger.epoch == one.writer.ledger.epoch


async def test_a_clock_that_is_behind_that_of_the_old_box(store: Store, log: EventLog, bazaar_id: BazaarId) -> None:
    """Commands that are published to the new store come behind all that the log has decided; what is submitted finds the stream's end."""
    await store.restore(bazaar_id, [b"one"], FAR_AHEAD)
    chosen = next_stream_id(FAR_AHEAD)
    await log.append(Top(1, b"one"), [b"two"], Submission(FAR_AHEAD, [(chosen, b"a")]))
    published = await log.publish(b"b")
    assert stream_position(chosen) < stream_position(published)
    assert [(chosen, b"a"), (published, b"b")] == (await log.follow(2, FAR_AHEAD)).commands


async def test_a_log_of_several_pages(store: Store, log: EventLog, bazaar_id: BazaarId) -> None:
    """A long log is there as a whole."""
    records = [b"%d" % number for number in range(1201)]
    await store.restore(bazaar_id, records, "")
    assert records == await log.read(0, 2000)


async def test_the_same_once_more(store: Store, log: EventLog, backup: Backup) -> None:
    """Restoring again changes nothing, also when the bazaar has gone on since: whoever was killed before the end does it again."""
    await store.restore(backup.bazaar, backup.records, backup.ledger.cursor)
    assert not await restore(store, backup)
    assert backup.bazaar in await store.bazaars()
    async with hub(log) as one:
        await one.submit(issue(5))
    assert not await restore(store, backup)
    assert 7 == len(await log.read(0, 10))


@pytest.mark.parametrize("there", [[b"other"], [b"other"] * 9])
async def test_another_log_stays(store: Store, log: EventLog, backup: Backup, there: list[bytes]) -> None:
    """A bazaar that has a log there keeps it, whether it is shorter or longer."""
    await log.append(Top(), there)
    with pytest.raises(AnotherLog, match=f"{backup.bazaar} has another log there already"):
        await restore(store, backup)
    assert there == await log.read(0, 10)


async def test_commands_that_wait_stay(store: Store, log: EventLog, backup: Backup) -> None:
    """What somebody has already sent to the new store is not thrown away unheard."""
    await log.publish(b"a")
    with pytest.raises(AnotherLog):
        await restore(store, backup)
    assert [b"a"] == [command for _, command in (await log.follow(0, "")).commands]
    assert [] == await log.read(0, 10)


@pytest.mark.store
async def test_what_a_killed_attempt_has_left(redis_store: RedisStore, backup: Backup) -> None:
    """Half a log of an attempt that was killed is nobody's log, and is in nobody's way."""
    half = redis_store.log(backup.bazaar, beside=":restoring")
    await half.append(Top(), [b"other", b"half"])
    assert [] == await redis_store.log(backup.bazaar).read(0, 10)
    assert await restore(redis_store, backup)
    assert backup.records == await redis_store.log(backup.bazaar).read(0, 10)
    assert [] == await half.read(0, 10)


@pytest.mark.store
async def test_two_at_once(redis_store: RedisStore, bazaar_id: BazaarId, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where somebody else restores another log at the same time, the log is one of the two, and never both."""
    ours, theirs = [b"%d" % number for number in range(600)], [b"x"] * 600
    append = type(redis_store.log(bazaar_id)).append

    async def meanwhile(log: object, top: Top, records: list[bytes]) -> None:
        monkeypatch.undo()
        await redis_store.restore(bazaar_id, theirs, "")
        await append(log, top, records)  # type: ignore[arg-type]  # the log that was asked

    monkeypatch.setattr("server.store.redis.RedisLog.append", meanwhile)
    with pytest.raises(Conflict):
        await redis_store.restore(bazaar_id, ours, "")
    assert theirs == await redis_store.log(bazaar_id).read(0, 1000)


def test_a_log_that_was_changed(backup: Backup) -> None:
    """A log in which anything was changed, left out or cut off is refused, and the first entry at fault is named."""
    records = backup.records
    changed, renamed = records[2].replace(b"ktp", b"sim"), records[2].replace(b"command-", b"Command-")
    for raw, offset in (
        ([*records[:2], changed, *records[3:]], 3),
        ([*records[:2], renamed, *records[3:]], 4),
        ([*records[:2], *records[3:]], 3),
        ([*records[:5], records[5][:-1]], 6),
    ):
        with pytest.raises(BadBackup, match=f"^entry {offset}: "):
            read_backup(b"".join(raw))
    with pytest.raises(BadBackup, match="head"):
        read_backup(b"".join(records[:5]), head=backup.ledger.head)


async def test_the_sound_part(log: EventLog, backup: Backup) -> None:
    """Of two entries that do not belong together it cannot be told which one was changed, so neither is taken out; of others only one."""
    await log.append(Top(), backup.records)
    assert (backup.records, None) == await sound_part(log)
    for wrong, kind, sound in ((b"no entry", BrokenLog, 6), (_next(backup, prev=bytes(16)), BrokenChain, 5)):
        broken = MemoryLog()
        await broken.append(Top(), [*backup.records, wrong])
        records, fault = await sound_part(broken)
        assert (backup.records[:sound], kind, 7) == (records, type(fault), fault and fault.offset)


def _next(backup: Backup, **changed: object) -> bytes:
    entry = {**msgpack.unpackb(backup.records[-1]), "offset": 7, "command_id": "one-more-command", "prev": digest(backup.records[-1])}
    packed: bytes = msgpack.packb({**entry, **changed})
    return packed
