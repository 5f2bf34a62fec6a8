"""A real server for the whole run, and logs on it and in memory."""

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.core.values import BazaarId
from server.store import outage
from server.store.embedded import EmbeddedStore, start_embedded
from server.store.log import EventLog, MemoryLog, MemoryStore, Store
from server.store.redis import RedisLog, RedisStore, connect
from tests.store.hubs import opened

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
async def embedded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedStore]:
    """One embedded store for all tests that do not harm it."""
    store = await start_embedded(Path(tmp_path_factory.mktemp("store")), ends_with_parent=True)
    yield store
    await store.close()


@pytest.fixture(scope="session")
async def redis_store(embedded: EmbeddedStore) -> AsyncIterator[RedisStore]:
    """A connection to it."""
    store = connect(embedded.url)
    yield store
    await store.close()


@pytest.fixture
def bazaar_id() -> BazaarId:
    """An id that no other test uses."""
    return BazaarId(f"uji-{next(_numbers)}")


@pytest.fixture
def redis_log(redis_store: RedisStore, bazaar_id: BazaarId) -> RedisLog:
    """An empty log on the real server."""
    return redis_store.log(bazaar_id)


BOTH = ["memory", pytest.param("redis", marks=pytest.mark.store)]


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest) -> Store:
    """Each kind of store."""
    if request.param == "memory":
        return MemoryStore()
    found: RedisStore = request.getfixturevalue("redis_store")
    return found


@pytest.fixture
def log(store: Store, bazaar_id: BazaarId) -> EventLog:
    """An empty log of each kind."""
    return store.log(bazaar_id)


@pytest.fixture
def memory_log() -> MemoryLog:
    """An empty log in memory."""
    return MemoryLog()


@pytest.fixture
async def quick_log(memory_log: MemoryLog, monkeypatch: pytest.MonkeyPatch) -> MemoryLog:
    """An open bazaar in memory; outages and silences are short."""
    monkeypatch.setattr(outage, "RETRY_S_MIN", 0.0005)
    monkeypatch.setattr(outage, "RETRY_S_MAX", 0.001)
    monkeypatch.setattr("server.store.log.FOLLOW_S", 0.01)
    await opened(memory_log)
    return memory_log


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder where programs are looked for, empty."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder
