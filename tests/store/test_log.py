"""What every kind of log promises: one suite for the log in memory and the log on a real server."""

import asyncio

import pytest

from server.core.values import BazaarId
from server.store.codec import digest
from server.store.errors import Conflict
from server.store.log import PAGE_ENTRIES, EventLog, News, Store, Submission, Top, next_stream_id, stream_position


async def test_append_and_read(log: EventLog) -> None:
    """Records are read as they were appended, from any offset, at most as many as asked for."""
    await log.append(Top(), [b"one", b"two"])
    await log.append(Top(2, b"two"), [b"three"])
    assert [b"one", b"two", b"three"] == await log.read(0, 10)
    assert [b"two"] == await log.read(1, 1)
    assert [] == await log.read(3, 10)


async def test_bytes_are_kept_as_they_are(log: EventLog) -> None:
    """Nothing in a record or a command is taken for text."""
    everything = bytes(range(256)) * 3
    await log.append(Top(), [everything])
    await log.publish(everything)
    news = await log.follow(0, "")
    assert [everything] == news.entries
    assert everything == news.commands[0][1]


@pytest.mark.parametrize("top", [Top(), Top(1, b"one"), Top(2, b"one"), Top(2, b"other"), Top(3, b"two"), Top(3, b"three")])
async def test_append_onto_another_top(log: EventLog, top: Top) -> None:
    """An append onto a top that differs in offset or content is a conflict and appends nothing."""
    await log.append(Top(), [b"one", b"two"])
    with pytest.raises(Conflict):
        await log.append(top, [b"three", b"four"])
    assert [b"one", b"two"] == await log.read(0, 10)


async def test_append_onto_an_empty_log(log: EventLog) -> None:
    """A hub that has seen more than the log holds cannot append: the log was rolled back under it."""
    with pytest.raises(Conflict):
        await log.append(Top(1, b"one"), [b"two"])
    assert [] == await log.read(0, 10)


async def test_submission(log: EventLog) -> None:
    """Commands come into the stream with their entries, under the ids that were chosen; later ones come behind them."""
    await log.append(Top(), [b"one"])
    await log.append(Top(1, b"one"), [b"two", b"three"], Submission("", [("0-1", b"a"), ("0-2", b"b")]))
    stream_id = await log.publish(b"c")
    await log.append(Top(3, b"three"), [b"four"], Submission(stream_id, [(next_stream_id(stream_id), b"d")]))
    commands = [("0-1", b"a"), ("0-2", b"b"), (stream_id, b"c"), (next_stream_id(stream_id), b"d")]
    assert News([b"two", b"three", b"four"], commands) == await log.follow(1, "")
    assert News([b"four"], commands[2:]) == await log.follow(3, "0-2")


@pytest.mark.parametrize("cursor", ["", "0-1", "0-2", "9999999999999-0"])
async def test_submission_behind_what_is_unknown(log: EventLog, cursor: str) -> None:
    """Where the commands stream has another end than the hub knew of, neither entries nor commands are appended."""
    await log.append(Top(), [b"one"])
    await log.append(Top(1, b"one"), [b"two"], Submission("", [("0-1", b"a")]))
    stream_id = await log.publish(b"raw")
    with pytest.raises(Conflict):
        await log.append(Top(2, b"two"), [b"three"], Submission(cursor, [("9999999999999-1", b"b")]))
    assert News([b"one", b"two"], [("0-1", b"a"), (stream_id, b"raw")]) == await log.follow(0, "")


async def test_submission_onto_another_top(log: EventLog) -> None:
    """Where the log has another top, no command is left in the stream either."""
    await log.append(Top(), [b"one"])
    for top in (Top(), Top(1, b"other"), Top(2, b"one")):
        with pytest.raises(Conflict):
            await log.append(top, [b"two"], Submission("", [("0-1", b"a")]))
    assert News([b"one"], []) == await log.follow(0, "")


async def test_one_of_many_submissions(log: EventLog) -> None:
    """Of many submissions onto the same ends exactly one succeeds, with its own command."""
    await log.append(Top(), [b"one"])
    racing = (log.append(Top(1, b"one"), [b"%d" % hub], Submission("", [("0-1", b"%d" % hub)])) for hub in range(20))
    results = await asyncio.gather(*racing, return_exceptions=True)
    assert 1 == results.count(None)
    winner = b"%d" % results.index(None)
    assert News([b"one", winner], [("0-1", winner)]) == await log.follow(0, "")


async def test_clock_that_was_ahead(log: EventLog) -> None:
    """A command that a client publishes comes behind all others, also when their ids are from a clock that was ahead."""
    await log.append(Top(), [b"one"], Submission("", [("9999999999999-7", b"a")]))
    stream_id = await log.publish(b"b")
    assert stream_position("9999999999999-7") < stream_position(stream_id)
    assert [(stream_id, b"b")] == (await log.follow(1, "9999999999999-7")).commands


async def test_stream_that_has_lost_its_end(log: EventLog) -> None:
    """A command comes behind what was decided, also where the stream and the store's clock are behind that."""
    await log.publish(b"a")
    stream_id = await log.publish(b"b", b"c", after="9999999999999-7")
    commands = (await log.follow(0, "9999999999999-7")).commands
    assert [b"b", b"c"] == [command for _, command in commands]
    assert stream_id == commands[-1][0]


async def test_several_commands_at_once(log: EventLog) -> None:
    """Commands that are published together stand in their order; the id that is told is that of the last."""
    stream_id = await log.publish(b"a", b"b", b"c")
    commands = (await log.follow(0, "")).commands
    assert [b"a", b"b", b"c"] == [command for _, command in commands]
    assert stream_id == commands[-1][0]


async def test_one_of_many_appends(log: EventLog) -> None:
    """Of many appends onto the same top exactly one succeeds."""
    await log.append(Top(), [b"one"])
    results = await asyncio.gather(*(log.append(Top(1, b"one"), [b"%d" % hub]) for hub in range(20)), return_exceptions=True)
    assert 1 == results.count(None)
    assert 19 == sum(isinstance(result, Conflict) for result in results)
    assert [b"one", b"%d" % results.index(None)] == await log.read(0, 10)


async def test_follow_brings_both_streams(log: EventLog) -> None:
    """Entries after an offset and commands after a stream id come together, each in its order."""
    await log.append(Top(), [b"one", b"two", b"three"])
    ids = [await log.publish(command) for command in (b"a", b"b", b"c")]
    assert News([b"two", b"three"], [(ids[1], b"b"), (ids[2], b"c")]) == await log.follow(1, ids[0])
    assert sorted(ids, key=stream_position) == ids


async def test_follow_waits_for_an_entry(log: EventLog) -> None:
    """Whoever follows gets the next entry as soon as it is appended."""
    following = asyncio.create_task(log.follow(0, ""))
    await asyncio.sleep(0)
    await log.append(Top(), [b"one"])
    assert News([b"one"], []) == await following


async def test_follow_waits_for_a_command(log: EventLog) -> None:
    """Whoever follows gets the next command as soon as it is published."""
    following = asyncio.create_task(log.follow(0, ""))
    await asyncio.sleep(0)
    stream_id = await log.publish(b"a")
    assert News([], [(stream_id, b"a")]) == await following


async def test_follow_of_a_silent_log(log: EventLog) -> None:
    """Following comes back without news after a while, so that the age of what is known can be told."""
    assert News([], []) == await log.follow(0, "")


async def test_follow_can_be_given_up(log: EventLog) -> None:
    """Nothing is left of a follow that was cancelled; the next one brings all that came meanwhile."""
    following = asyncio.create_task(log.follow(0, ""))
    await asyncio.sleep(0)
    following.cancel()
    await asyncio.wait([following])
    await log.append(Top(), [b"one"])
    assert [b"one"] == (await log.follow(0, "")).entries


async def test_follow_is_bounded(log: EventLog) -> None:
    """One answer holds a page at most; the next one goes on where it ended."""
    records = [b"%d" % number for number in range(PAGE_ENTRIES + 2)]
    await log.append(Top(), records)
    assert records[:PAGE_ENTRIES] == (await log.follow(0, "")).entries
    assert records[PAGE_ENTRIES:] == (await log.follow(PAGE_ENTRIES, "")).entries


async def test_logs_are_apart(store: Store, log: EventLog) -> None:
    """What is appended to the log of one bazaar is in no other."""
    await log.append(Top(), [b"one"])
    await log.publish(b"a")
    other = store.log(BazaarId("another"))
    assert [] == await other.read(0, 10)


async def test_registered_bazaars(store: Store) -> None:
    """Registered bazaars are known by their ids, once each."""
    before = await store.bazaars()
    for bazaar in ("mayangan", "kanigaran", "mayangan"):
        await store.register(BazaarId(bazaar))
    assert sorted({*before, "kanigaran", "mayangan"}) == await store.bazaars()


async def test_archive(store: Store, log: EventLog, bazaar_id: BazaarId) -> None:
    """A log that was set aside, with its commands, leaves room for a new one of the same bazaar."""
    await log.append(Top(), [b"one", b"two"])
    await log.publish(b"a")
    await store.archive(bazaar_id, digest(b"one").hex())
    await log.append(Top(), [b"anew"])
    assert News([b"anew"], []) == await log.follow(0, "")


async def test_archive_of_another_log(store: Store, log: EventLog, bazaar_id: BazaarId) -> None:
    """Only the log that was meant is set aside, and only once."""
    with pytest.raises(Conflict):
        await store.archive(bazaar_id, digest(b"one").hex())
    await log.append(Top(), [b"one"])
    with pytest.raises(Conflict):
        await store.archive(bazaar_id, digest(b"other").hex())
    assert [b"one"] == await log.read(0, 10)
