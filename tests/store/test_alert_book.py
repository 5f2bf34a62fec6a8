"""The alert book: one contract, kept in memory and by the real server."""

import asyncio

import pytest
from redis.asyncio import Redis

from server.core.values import BazaarId
from server.store.alert_book import ASIDE_MAX, AlertBook, Job
from server.store.codec import digest
from server.store.embedded import EmbeddedStore
from server.store.log import Store
from server.store.redis import RedisStore
from server.store.redis_url import SETTINGS
from tests.scenarios import START_MS
from tests.store.hubs import opened

HOUR_MS = 3_600_000
LONG_AGO, LATER = 1_000_000, 9 * START_MS
"""Times that have come and do not come while a test runs; the server's own clock decides what goes."""


@pytest.fixture
def book(store: Store, bazaar_id: BazaarId) -> AlertBook:
    """An empty book of each kind."""
    return store.alerts(bazaar_id)


@pytest.fixture
def client(embedded: EmbeddedStore) -> Redis:
    """A foreign hand."""
    return Redis.from_url(embedded.url, **SETTINGS)


async def test_contacts(book: AlertBook) -> None:
    """A contact is kept under its visit and its name; the same name replaces it."""
    await book.keep("v1:a", b"one", LATER)
    await book.keep("v1:a", b"\x00\xff", LATER)
    await book.keep("v2:b", b"three", LATER)
    assert {"v1:a": b"\x00\xff", "v2:b": b"three"} == await book.contacts()


async def test_forgetting(book: AlertBook) -> None:
    """A visit's contacts go all together, and those of a visit whose id begins alike stay."""
    for name in ("v1:a", "v1:b", "v10:a"):
        await book.keep(name, b"x", LATER)
    await book.forget("v1")
    assert ["v10:a"] == list(await book.contacts())


async def test_dropping(book: AlertBook) -> None:
    """One contact can go alone: a phone that is gone takes nobody else along."""
    for name in ("v1:a", "v1:b"):
        await book.keep(name, b"x", LATER)
    before = await book.version()
    await book.drop("v1:a")
    assert ["v1:b"] == list(await book.contacts())
    assert before != await book.version()


async def test_version(book: AlertBook) -> None:
    """Whoever keeps a copy of the contacts sees that they have changed."""
    versions = [await book.version()]
    await book.keep("v1:a", b"x", LATER)
    versions.append(await book.version())
    await book.forget("v1")
    versions.append(await book.version())
    assert 3 == len(set(versions))


async def test_an_alert_is_claimed_once(book: AlertBook) -> None:
    """Of all processes that see a call exactly one tells of it, however many try at once."""
    claims = await asyncio.gather(*(book.claim("called", {"job": b"%d" % number}, START_MS, LATER) for number in range(20)))
    assert 1 == sum(claims)
    assert await book.take(START_MS, HOUR_MS) is not None
    assert await book.take(START_MS, HOUR_MS) is None


async def test_jobs_in_order_of_their_time(book: AlertBook) -> None:
    """The job that has been due longest is taken first, and none before its time."""
    await book.claim("second", {"second": b"2"}, START_MS + 2, LATER)
    await book.claim("first", {"first": b"1"}, START_MS + 1, LATER)
    assert await book.take(START_MS, HOUR_MS) is None
    assert Job("first", b"1") == await book.take(START_MS + 5, HOUR_MS)
    assert Job("second", b"2") == await book.take(START_MS + 5, HOUR_MS)


async def test_whoever_dies_while_sending(book: AlertBook) -> None:
    """A job that is not done when its lease is over goes to the next who asks."""
    await book.claim("called", {"job": b"x"}, START_MS, LATER)
    await book.take(START_MS, HOUR_MS)
    assert await book.take(START_MS + HOUR_MS - 1, HOUR_MS) is None
    assert Job("job", b"x") == await book.take(START_MS + HOUR_MS, HOUR_MS)


async def test_done(book: AlertBook) -> None:
    """A job that is carried out does not come again."""
    await book.claim("called", {"job": b"x"}, START_MS, LATER)
    await book.take(START_MS, 1)
    await book.done("job")
    assert await book.take(LATER, 1) is None


async def test_put_off(book: AlertBook) -> None:
    """A job that did not succeed comes again at its time, with what was learnt."""
    await book.claim("called", {"job": b"first try"}, START_MS, LATER)
    await book.take(START_MS, 1)
    await book.put_off(Job("job", b"second try"), START_MS + HOUR_MS)
    assert await book.take(START_MS + HOUR_MS - 1, 1) is None
    assert Job("job", b"second try") == await book.take(START_MS + HOUR_MS, 1)


async def test_set_aside(book: AlertBook) -> None:
    """What was given up is kept to be looked at, the latest of it, and is not tried again."""
    await book.claim("called", {"job": b"x"}, START_MS, LATER)
    for number in range(ASIDE_MAX + 1):
        await book.set_aside(Job("job" if number == 0 else f"job-{number}", b"why"), LATER)
    assert await book.take(LATER, 1) is None
    aside = await book.aside()
    assert [ASIDE_MAX, "job-1"] == [len(aside), aside[0].id]


@pytest.mark.store
async def test_erased_at_its_time(redis_store: RedisStore, bazaar_id: BazaarId) -> None:
    """The server erases the book by itself when its time has come, whether or not a process of ours runs then."""
    book = redis_store.alerts(bazaar_id)
    await book.keep("v1:a", b"+62811", LATER)
    await book.claim("called", {"job": b"x"}, START_MS, LATER)
    await book.set_aside(Job("old", b"why"), LATER)
    await book.expire(LONG_AGO)
    assert ({}, [], None) == (await book.contacts(), await book.aside(), await book.take(LATER, 1))
    assert await book.claim("called", {}, START_MS, LATER)


@pytest.mark.store
async def test_never_kept_longer(redis_store: RedisStore, bazaar_id: BazaarId) -> None:
    """Closing early brings the end nearer; asking again for a later one changes nothing."""
    book = redis_store.alerts(bazaar_id)
    await book.keep("v1:a", b"x", LATER)
    await book.expire(LATER + HOUR_MS)
    assert ["v1:a"] == list(await book.contacts())
    await book.expire(LONG_AGO)
    assert {} == await book.contacts()


@pytest.mark.store
async def test_never_put_off(redis_store: RedisStore, client: Redis, bazaar_id: BazaarId) -> None:
    """What is written after the end was set goes with the rest, in every key."""
    book = redis_store.alerts(bazaar_id)
    await book.keep("v1:a", b"x", LATER)
    await book.claim("called", {"job": b"x"}, START_MS, LATER)
    await book.set_aside(Job("old", b"why"), LATER)
    end = LATER - HOUR_MS
    await book.expire(end)
    await book.keep("v2:b", b"x", LATER)
    await book.claim("called again", {"another": b"x"}, START_MS, LATER)
    await book.set_aside(Job("job", b"why"), LATER)
    keys = [key async for key in client.scan_iter(f"urut:{{{bazaar_id}}}:alerts:*")]
    assert 6 == len(keys)
    assert {end} == {await client.pexpiretime(key) for key in keys}


async def test_a_new_edition_begins_without(store: Store, bazaar_id: BazaarId) -> None:
    """When a log is set aside, whoever wanted to be told is erased at once; the next edition's contacts have a time of their own."""
    log = await opened(store.log(bazaar_id))
    await store.alerts(bazaar_id).keep("v1:a", b"x", LATER)
    await store.alerts(bazaar_id).expire(LATER - HOUR_MS)
    await store.archive(bazaar_id, digest((await log.read(0, 1))[0]).hex())
    book = store.alerts(bazaar_id)
    assert {} == await book.contacts()
    await book.keep("v2:b", b"x", LATER)
    assert ["v2:b"] == list(await book.contacts())
