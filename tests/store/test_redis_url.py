"""What a store's URL may say, and that a wrong one is refused before anybody is called."""

import pytest

from server.store.redis_servers import Address, Cluster, FoundServers, Sentinels
from server.store.redis_url import SETTINGS, BadStoreUrl, servers_at


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("redis+sentinel://a,b,c", "the name of the service is missing"),
        ("redis+sentinel://a,b/mymaster/x", "the database is no number"),
        ("redis+sentinel://:secret@a,,c/mymaster", "a host is missing"),
        ("redis+cluster://a/1", "only the database 0"),
        ("redis+cluster://:secret@", "a host is missing"),
        ("unix+cluster://a", "begins with redis://"),
        ("http://localhost", "begins with redis://"),
        ("", "begins with redis://"),
        ("redis://:secret@localhost:port/0", "cannot be read"),
        ("redis+cluster://:secret@localhost:port", "cannot be read"),
    ],
)
def test_bad_url(url: str, fault: str) -> None:
    """A URL that cannot be used is refused at once, without telling the password in it."""
    with pytest.raises(BadStoreUrl, match=fault) as caught:
        servers_at(url)
    assert "secret" not in str(caught.value)


def test_sentinels() -> None:
    """Hosts are the sentinels', with their own port and password; user, password and database are the servers'."""
    servers = servers_at("redis+sentinel://urut:p%40ss@one,two:5000,[::1]:5001/bazaars/3?sentinel_password=other")
    assert isinstance(servers, FoundServers)
    assert {**SETTINGS, "username": "urut", "password": "p@ss", "db": 3} == servers._settings
    assert isinstance(servers._lookup, Sentinels)
    assert "bazaars" == servers._lookup._service
    assert [Address("one", 26379), Address("two", 5000), Address("::1", 5001)] == servers._lookup._addresses
    assert {**SETTINGS, "password": "other"} == servers._lookup._settings


def test_cluster() -> None:
    """Any servers of the cluster may be named; all of them take the same user and password."""
    servers = servers_at("rediss+cluster://:secret@one,two:7001")
    assert isinstance(servers, FoundServers)
    assert isinstance(servers._lookup, Cluster)
    assert [Address("one", 6379), Address("two", 7001)] == servers._lookup._seeds
    assert "secret" == servers._settings["password"] == servers._lookup._settings["password"]
    assert "SSLConnection" == servers._settings["connection_class"].__name__
