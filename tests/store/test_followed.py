"""A store that is only followed: everything is seen, and nothing is decided."""

import asyncio

import pytest

from server.core.values import BazaarId
from server.store.codec import command_from_map, encode_command
from server.store.errors import OnlyFollowed
from server.store.followed import FollowedStore
from server.store.log import MemoryStore, Store, Top
from tests.store.hubs import hub, opened
from tests.store.proxy import until
from tests.store.samples import issue


async def test_followed_log(store: Store, bazaar_id: BazaarId) -> None:
    """A hub that only follows leaves commands alone, and shows what another decides."""
    log = await opened(store.log(bazaar_id))
    await log.publish(encode_command(command_from_map(issue(1))))
    async with hub(FollowedStore(store).log(bazaar_id)) as looking:
        await until(lambda: looking.writer.ready)
        for _ in range(10):
            await asyncio.sleep(0)
        assert looking.writer.ready
        assert 1 == len(await log.read(0, 10))
        async with hub(log) as deciding:
            assert 3 == (await deciding.submit(issue(2))).offset
        await until(lambda: 3 == looking.writer.ledger.offset)
        assert deciding.writer.ledger.head == looking.writer.ledger.head


async def test_nothing_is_written() -> None:
    """Whatever would write says that it cannot."""
    store = FollowedStore(MemoryStore())
    log = store.log(BazaarId("uji"))
    for attempt in (log.append(Top(), [b"one"]), log.publish(b"a"), store.register(BazaarId("uji")), store.archive(BazaarId("uji"), "")):
        with pytest.raises(OnlyFollowed, match="the log is only followed here"):
            await attempt
    assert [] == await store.bazaars()
    assert [] == await log.read(0, 1)
