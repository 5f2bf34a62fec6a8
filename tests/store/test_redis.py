"""What only the log on a real server can suffer: lost answers, foreign hands in the streams, a server that is away."""

import asyncio
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis

from server.core.values import BazaarId
from server.store.codec import digest
from server.store.embedded import EmbeddedStore
from server.store.errors import BrokenLog, Conflict, StoreUnreachable
from server.store.log import News, Submission, Top
from server.store.redis import RedisLog, RedisStore, connect
from server.store.redis_url import SETTINGS
from tests.store.proxy import proxy_to

pytestmark = pytest.mark.store


@pytest.fixture
def client(embedded: EmbeddedStore) -> Redis:
    """A foreign hand."""
    return Redis.from_url(embedded.url, **SETTINGS)


async def test_keys_on_the_server(redis_log: RedisLog, bazaar_id: BazaarId, client: Redis) -> None:
    """Both streams of a bazaar lie in one cluster slot, with the ids and fields of the protocol."""
    await redis_log.append(Top(), [b"one", b"two"])
    stream_id = await redis_log.publish(b"a")
    assert [(b"1-0", {b"e": b"one"}), (b"2-0", {b"e": b"two"})] == await client.xrange(f"urut:{{{bazaar_id}}}:log")
    assert [(stream_id.encode(), {b"c": b"a"})] == await client.xrange(f"urut:{{{bazaar_id}}}:commands")


async def test_archived_streams_are_kept(redis_store: RedisStore, redis_log: RedisLog, bazaar_id: BazaarId, client: Redis) -> None:
    """What was set aside stays on the server under the epoch, and nothing takes its place there."""
    await redis_log.append(Top(), [b"one"])
    await redis_log.publish(b"a")
    epoch = digest(b"one").hex()
    await redis_store.archive(bazaar_id, epoch)
    assert 2 == await client.exists(f"{redis_log.log_key}:{epoch}", f"{redis_log.commands_key}:{epoch}")
    assert 0 == await client.exists(redis_log.log_key, redis_log.commands_key)
    await redis_log.append(Top(), [b"one"])
    with pytest.raises(Conflict):
        await redis_store.archive(bazaar_id, epoch)
    assert [b"one"] == await redis_log.read(0, 10)


# Answers that are lost


async def test_lost_answer_of_an_append(embedded: EmbeddedStore, redis_log: RedisLog, bazaar_id: BazaarId) -> None:
    """An append whose answer was lost is no conflict with itself: it stands, and stands once."""
    async with proxy_to(_port(embedded)) as proxy:
        log = _through(proxy.port, embedded).log(bazaar_id)
        await log.append(Top(), [b"one"])
        proxy.replies_to_lose = 1
        await log.append(Top(1, b"one"), [b"two"])
        assert 0 == proxy.replies_to_lose
    assert [b"one", b"two"] == await redis_log.read(0, 10)


async def test_lost_answer_of_a_submission(embedded: EmbeddedStore, redis_log: RedisLog, bazaar_id: BazaarId) -> None:
    """A submission whose answer was lost is no conflict with itself: entry and command stand, once each."""
    async with proxy_to(_port(embedded)) as proxy:
        log = _through(proxy.port, embedded).log(bazaar_id)
        await log.append(Top(), [b"one"])
        proxy.replies_to_lose = 1
        await log.append(Top(1, b"one"), [b"two"], Submission("", [("0-1", b"a")]))
        assert 0 == proxy.replies_to_lose
    assert News([b"one", b"two"], [("0-1", b"a")]) == await redis_log.follow(0, "")


async def test_lost_answer_of_a_conflict(embedded: EmbeddedStore, redis_log: RedisLog, bazaar_id: BazaarId) -> None:
    """A lost answer does not hide that somebody else was first."""
    async with proxy_to(_port(embedded)) as proxy:
        log = _through(proxy.port, embedded).log(bazaar_id)
        await log.append(Top(), [b"one"])
        await redis_log.append(Top(1, b"one"), [b"theirs"])
        proxy.replies_to_lose = 1
        with pytest.raises(Conflict):
            await log.append(Top(1, b"one"), [b"ours"])
        assert 0 == proxy.replies_to_lose
    assert [b"one", b"theirs"] == await redis_log.read(0, 10)


async def test_append_that_never_arrived(embedded: EmbeddedStore, redis_log: RedisLog, bazaar_id: BazaarId) -> None:
    """An append that did not reach the server is no conflict either: the store was away, and the log is as it was."""
    async with proxy_to(_port(embedded)) as proxy:
        log = _through(proxy.port, embedded).log(bazaar_id)
        await log.append(Top(), [b"one"])
        proxy.requests_to_lose = 1
        with pytest.raises(StoreUnreachable):
            await log.append(Top(1, b"one"), [b"two"])
        assert 0 == proxy.requests_to_lose
    assert [b"one"] == await redis_log.read(0, 10)


async def test_lost_answers_for_long(embedded: EmbeddedStore, redis_log: RedisLog, bazaar_id: BazaarId) -> None:
    """While no answer comes at all the store counts as away; what was appended is found when it is back."""
    async with proxy_to(_port(embedded)) as proxy:
        log = _through(proxy.port, embedded).log(bazaar_id)
        await log.append(Top(), [b"one"])
        proxy.replies_to_lose = 100
        with pytest.raises(StoreUnreachable):
            await log.append(Top(1, b"one"), [b"two"])
        with pytest.raises(StoreUnreachable):
            await log.follow(1, "")
        proxy.replies_to_lose = 0
        assert [b"two"] == await log.read(1, 10)


async def test_published_once(embedded: EmbeddedStore, redis_log: RedisLog, bazaar_id: BazaarId) -> None:
    """A publish whose answer was lost is not sent a second time behind the caller's back."""
    async with proxy_to(_port(embedded)) as proxy:
        log = _through(proxy.port, embedded).log(bazaar_id)
        await log.read(0, 1)
        proxy.replies_to_lose = 100
        with pytest.raises(StoreUnreachable):
            await log.publish(b"a")
    assert [b"a"] == [command for _, command in (await redis_log.follow(0, "")).commands]


@pytest.mark.parametrize("turns", range(8))
async def test_cancellation_is_never_swallowed(redis_log: RedisLog, turns: int) -> None:
    """Whoever follows can be stopped at any moment, also while the request is being sent on a connection in use."""
    await redis_log.publish(b"a")
    await redis_log.follow(0, "")
    following = asyncio.create_task(redis_log.follow(0, "9999999999999-0"))
    for _ in range(turns):
        await asyncio.sleep(0)
    following.cancel()
    await asyncio.wait([following])
    assert following.cancelled()


async def test_append_after_the_scripts_were_forgotten(redis_log: RedisLog, client: Redis) -> None:
    """A server that was restarted has no script any more and is given it again."""
    await redis_log.append(Top(), [b"one"])
    await client.script_flush()
    await redis_log.append(Top(1, b"one"), [b"two"])
    assert [b"one", b"two"] == await redis_log.read(0, 10)


async def test_server_away() -> None:
    """Every method says that the store cannot be reached; none hangs."""
    store = connect("redis://127.0.0.1:1/0")
    log = store.log(BazaarId("uji"))
    for attempt in (
        log.append(Top(), [b"one"]),
        log.read(0, 1),
        log.publish(b"a"),
        log.follow(0, ""),
        store.bazaars(),
        store.register(BazaarId("uji")),
        store.archive(BazaarId("uji"), "0"),
    ):
        with pytest.raises(StoreUnreachable, match="Connect call failed"):
            await attempt
    await store.close()


async def test_wrong_password(embedded: EmbeddedStore) -> None:
    """A server that does not let us in counts as away, and says why."""
    store = connect(f"redis://:wrong@127.0.0.1:{_port(embedded)}/0")
    with pytest.raises(StoreUnreachable, match="invalid username-password pair"):
        await store.bazaars()


# Foreign hands


@pytest.mark.parametrize(("foreign_id", "fault"), [("2-1", "entry 3 of the log: is not there; next in the stream is 2-1"), ("4-0", "4-0")])
async def test_foreign_entry(redis_log: RedisLog, client: Redis, foreign_id: str, fault: str) -> None:
    """An entry that no hub appended is never followed, wherever one reads from."""
    await redis_log.append(Top(), [b"one", b"two"])
    await client.xadd(redis_log.log_key, {"e": b"three"}, id=foreign_id)
    for after in (0, 1, 2):
        with pytest.raises(BrokenLog, match=fault):
            await redis_log.read(after, 10)
    with pytest.raises(BrokenLog, match=fault):
        await redis_log.follow(2, "")


async def test_deleted_entry(redis_log: RedisLog, client: Redis) -> None:
    """A gap is named by the entry that is missing."""
    await redis_log.append(Top(), [b"one", b"two", b"three"])
    await client.xdel(redis_log.log_key, "2-0")
    with pytest.raises(BrokenLog) as caught:
        await redis_log.read(0, 10)
    assert 2 == caught.value.offset


async def test_entry_without_its_field(redis_log: RedisLog, client: Redis) -> None:
    """An entry without a record is named."""
    await client.xadd(redis_log.log_key, {"x": b"one"}, id="1-0")
    with pytest.raises(BrokenLog, match="entry 1 of the log: has no field e"):
        await redis_log.read(0, 10)


async def test_deleted_top(redis_log: RedisLog, client: Redis) -> None:
    """Nothing is appended onto a log whose top was deleted, as if the deleted entry had never been."""
    await redis_log.append(Top(), [b"one", b"two"])
    await client.xdel(redis_log.log_key, "2-0")
    for top in (Top(1, b"one"), Top(2, b"two"), Top(2, b"one")):
        with pytest.raises(Conflict):
            await redis_log.append(top, [b"new"])


async def test_deleted_command(redis_log: RedisLog, client: Redis) -> None:
    """A command that was in the stream and is not read any more counts: nothing is submitted as if it had never been."""
    await redis_log.append(Top(), [b"one"])
    stream_id = await redis_log.publish(b"a")
    await client.xdel(redis_log.commands_key, stream_id)
    with pytest.raises(Conflict):
        await redis_log.append(Top(1, b"one"), [b"two"], Submission("", [("0-1", b"b")]))
    await redis_log.append(Top(1, b"one"), [b"two"], Submission(stream_id, [(f"{stream_id[:-1]}1", b"b")]))
    assert [(f"{stream_id[:-1]}1", b"b")] == (await redis_log.follow(2, "")).commands


async def test_commands_are_trimmed(redis_log: RedisLog, client: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many are submitted, the stream keeps about so many commands as it should; the log keeps every entry."""
    monkeypatch.setattr("server.store.redis.COMMANDS_KEPT", 100)
    count = 1000
    records = [b"%d" % number for number in range(count)]
    await redis_log.append(Top(), records, Submission("", [(f"0-{number + 1}", b"a") for number in range(count)]))
    assert 100 <= await client.xlen(redis_log.commands_key) < 300
    assert count == await client.xlen(redis_log.log_key)


async def test_command_without_its_field(redis_log: RedisLog, client: Redis) -> None:
    """A stream entry without a command is handed on as an empty one: it will be refused, and stops nothing."""
    await client.xadd(redis_log.commands_key, {"x": b"a"}, id="7-0")
    assert News([], [("7-0", b"")]) == await redis_log.follow(0, "")


# URLs


@pytest.mark.parametrize("url", ["rediss://localhost:6379", "unix:///run/store.sock?db=1"])
async def test_other_urls(url: str) -> None:
    """TLS and sockets of this machine are taken; nobody is called before it is needed."""
    await connect(url).close()


async def test_settings_win_over_the_url(embedded: EmbeddedStore) -> None:
    """An option in the URL cannot switch on what breaks reading."""
    store = connect(f"{embedded.url}?protocol=3&retry_on_timeout=true")
    log = store.log(BazaarId("other-protocol"))
    await log.append(Top(), [b"one"])
    assert News([b"one"], []) == await log.follow(0, "")
    await store.close()


def _port(embedded: EmbeddedStore) -> int:
    port = urlsplit(embedded.url).port
    assert port is not None
    return port


def _through(port: int, embedded: EmbeddedStore) -> RedisStore:
    """The same store, by another port."""
    return connect(embedded.url.replace(f":{_port(embedded)}/", f":{port}/"))
