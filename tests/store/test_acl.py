"""The users of docs/store.md, on a real server: each does its work, and no more than that."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import NoPermissionError, RedisError

from bench.stores import Node, alone
from server.core.values import BazaarId
from server.store.alert_book import Job
from server.store.asked import AskedStore
from server.store.codec import digest
from server.store.errors import StoreUnreachable
from server.store.log import Submission, Top
from server.store.redis import RedisLog, connect
from server.store.redis_faults import told
from server.store.redis_url import SETTINGS
from server.store.server_binary import find_server
from tests.scenarios import START_MS
from tests.store.acl import door, url_of
from tests.store.guarded import tls_server
from tests.store.hubs import entries_of, hub, opened
from tests.store.proxy import until
from tests.store.samples import issue

pytestmark = pytest.mark.store

KEYPAD, COUNTERS, HUB, ORGANISER = "urut-keypad", "urut-counters", "urut-hub", "urut-organiser"
UJI = BazaarId("uji")
LOG, COMMANDS, CONTACTS = "urut:{uji}:log", "urut:{uji}:commands", "urut:{uji}:alerts:contacts"
LATER = 9 * START_MS

HARMFUL = {
    "write the log": f"XADD {LOG} 99-0 e x",
    "delete an entry": f"XDEL {LOG} 1-0",
    "cut the log": f"XTRIM {LOG} MAXLEN 0",
    "cut the commands": f"XTRIM {COMMANDS} MAXLEN 0",
    "delete a command": f"XDEL {COMMANDS} 1-0",
    "renumber the log": f"XSETID {LOG} 99-0",
    "delete the log": f"DEL {LOG}",
    "let the log run out": f"EXPIRE {LOG} 1",
    "move the log": f"RENAME {LOG} elsewhere",
    "write elsewhere": "SET elsewhere x",
    "write over the commands": f"SET {COMMANDS} x",
    "make up a bazaar": "SADD urut:bazaars other",
    "empty the store": "FLUSHALL",
    "empty the database": "FLUSHDB",
    "change settings": "CONFIG SET appendonly no",
    "end the server": "SHUTDOWN NOSAVE",
    "follow another server": "REPLICAOF 127.0.0.1 1",
    "let oneself in": "ACL SETUSER default on nopass ~* +@all",
    "watch what others send": "MONITOR",
    "list all keys": "KEYS *",
    "write the log by a script": f"EVAL return(redis.call('XADD',KEYS[1],'99-0','e','x')) 1 {LOG}",
    "delete by a script": f"EVAL return(redis.call('DEL',KEYS[1])) 1 {COMMANDS}",
    "write a key that a script does not name": f"EVAL return(redis.call('XADD','{LOG}','99-0','e','x')) 1 {COMMANDS}",
}
ADDRESSES = {"read addresses of phones": f"HGETALL {CONTACTS}", "count them": f"HKEYS {CONTACTS}", "queue alerts": f"RPUSH {CONTACTS} x"}
OF_HUBS = {"write the log", "write the log by a script", "write a key that a script does not name"}


@pytest.fixture(scope="module", params=["bundled", "redis 7"])
async def node(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Node]:
    """A server with the manual's users: the program that comes with urut, and that of Debian."""
    program = find_server() if request.param == "bundled" else tls_server(Path(tmp_path_factory.mktemp("program")))
    async with alone(door=door(), program=program) as one:
        yield one


@pytest.fixture(autouse=True)
async def log(node: Node) -> AsyncIterator[RedisLog]:
    """The bazaar's log as the hub's user has it; a bazaar is open."""
    await node.tell("FLUSHALL")
    store = connect(url_of(node, ORGANISER))
    await opened(store.log(UJI))
    await store.register(UJI)
    await store.close()
    hubs = connect(url_of(node, HUB))
    yield hubs.log(UJI)
    await hubs.close()


async def answer(node: Node, user: str, command: str) -> object:
    """What the server answers to somebody."""
    client = Redis.from_url(url_of(node, user), **SETTINGS)
    try:
        return await client.execute_command(*command.split(" "))  # type: ignore[no-untyped-call]  # redis-py leaves this one untyped
    finally:
        await client.aclose()


async def keys(node: Node) -> list[tuple[str, object]]:
    """Every key, with how long it is if it is a stream."""
    names = sorted(await node.tell("KEYS", "*"))
    return [(name, await node.tell("XLEN", name) if name in (LOG, COMMANDS) else None) for name in names]


@pytest.mark.parametrize(
    ("user", "command"),
    [
        pytest.param(user, command, id=f"{user}: {what}")
        for user, denied in (
            (KEYPAD, HARMFUL | ADDRESSES),
            (COUNTERS, HARMFUL | ADDRESSES),
            (HUB, {what: command for what, command in HARMFUL.items() if what not in OF_HUBS}),
        )
        for what, command in denied.items()
    ],
)
async def test_denied(node: Node, user: str, command: str) -> None:
    """Whatever is not a user's work is denied, and nothing has changed."""
    before = await keys(node)
    with pytest.raises(RedisError) as caught:
        await answer(node, user, command)
    assert "does not allow it to this user" in told(caught.value, node.address)
    assert before == await keys(node)


@pytest.mark.parametrize("user", [KEYPAD, COUNTERS])
async def test_a_counter_asks_and_a_hub_decides(node: Node, log: RedisLog, user: str) -> None:
    """Whoever may not write the log presses all the same: the command goes by the stream, and the hub's entry is the answer."""
    whole = connect(url_of(node, user), replicas=0)
    async with hub(log) as deciding, hub(AskedStore(whole).log(UJI)) as asking:
        await until(lambda: deciding.writer.ready and asking.writer.ready)
        entry = await asking.submit(issue(1))
        assert [entry] == await entries_of(log)
        assert [entry] == deciding.told[1:]
        with pytest.raises(StoreUnreachable, match="does not allow it to this user"):
            await whole.log(UJI).append(asking.writer.ledger.top, [b"forged"])
    assert [entry] == await entries_of(log)
    await whole.close()


@pytest.mark.parametrize("user", [KEYPAD, COUNTERS, HUB])
async def test_the_promise_of_a_replica(node: Node, user: str) -> None:
    """Each user may ask how many replicas have what it wrote; here there are none, which is what stops it, and no right."""
    store = connect(url_of(node, user), replicas=1)
    with pytest.raises(StoreUnreachable, match="0 of 1 replicas"):
        await store.log(UJI).publish(b"a")
    await store.close()


async def test_the_notes_of_the_desk(node: Node) -> None:
    """The counters' user reads and writes the boards beside the log."""
    store = connect(url_of(node, COUNTERS))
    for topic in ("pairing", "prints", "devices"):
        board = store.board(UJI, topic)
        assert await board.pin("name", b"note", until=LATER, now=START_MS)
        assert await board.swap("name", b"note", b"another", until=LATER, now=START_MS)
        assert {"name": b"another"} == await board.read(START_MS)
    await store.close()


async def test_all_that_a_hub_does(node: Node, log: RedisLog) -> None:
    """The hub's user appends, submits, publishes, follows, keeps notes, and keeps who wants to be told until it is erased."""
    record = (await log.read(0, 1))[0]
    await log.append(Top(1, record), [b"two"], Submission("", [("0-1", b"a")]))
    await log.publish(b"b")
    news = await log.follow(1, "")
    assert ([b"two"], [b"a", b"b"]) == (news.entries, [command for _, command in news.commands])
    store = connect(url_of(node, HUB))
    assert [UJI] == await store.bazaars()
    assert await store.board(UJI, "devices").pin("name", b"note", until=LATER, now=START_MS)
    book = store.alerts(UJI)
    await book.keep("v1:a", b"sealed", LATER)
    assert await book.claim("called", {"job": b"x", "other": b"y"}, START_MS, LATER)
    assert await book.take(START_MS, 1000) == Job("job", b"x")
    await book.put_off(Job("job", b"z"), START_MS)
    await book.set_aside(Job("job", b"why"), LATER)
    await book.done("other")
    assert [Job("job", b"why")] == await book.aside()
    assert ({"v1:a": b"sealed"}, 1) == (await book.contacts(), await book.version())
    await book.drop("v1:a")
    await book.forget("v1")
    await book.expire(LATER)
    await store.close()


async def test_a_new_edition(node: Node) -> None:
    """The organiser's user sets a log aside and opens another; it empties no store."""
    store = connect(url_of(node, ORGANISER))
    await store.archive(UJI, digest((await store.log(UJI).read(0, 1))[0]).hex())
    await opened(store.log(UJI))
    await store.close()
    with pytest.raises(NoPermissionError):
        await answer(node, ORGANISER, "FLUSHALL")
