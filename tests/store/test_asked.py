"""A store to whose log nothing is written here: whoever presses is answered by the entry of whoever decides."""

import asyncio

import pytest

from server.core.values import BazaarId
from server.store.asked import AskedStore
from server.store.errors import OnlyFollowed, StoreUnreachable
from server.store.log import MemoryStore, Store, Top
from tests.scenarios import START_MS
from tests.store.hubs import entries_of, hub, opened
from tests.store.proxy import until
from tests.store.samples import issue


async def test_asked_and_answered(store: Store, bazaar_id: BazaarId) -> None:
    """What is submitted goes by the commands stream, and waits there until somebody decides it."""
    log = await opened(store.log(bazaar_id))
    async with hub(AskedStore(store).log(bazaar_id)) as asking:
        await until(lambda: asking.writer.ready)
        answer = asyncio.create_task(asking.submit(issue(1)))
        while not (news := await log.follow(1, "")).commands:
            assert not answer.done()
        assert [] == news.entries
        async with hub(log) as deciding:
            assert [await answer] == await entries_of(log) == deciding.told[1:]


async def test_never_decided_here() -> None:
    """Nothing is appended, not even what the store has lost, and no bazaar is opened; the notes beside the log can be written."""
    whole = MemoryStore()
    store = AskedStore(whole)
    with pytest.raises(StoreUnreachable, match="put back by a hub"):
        await store.log(BazaarId("uji")).append(Top(), [b"one"])
    with pytest.raises(OnlyFollowed):
        await store.register(BazaarId("uji"))
    assert await store.board(BazaarId("uji"), "devices").pin("name", b"note", until=START_MS + 1, now=START_MS)
    assert [] == await whole.log(BazaarId("uji")).read(0, 1)
