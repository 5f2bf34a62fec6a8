"""What an address asks to follow, and what it says to have."""

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from server.hub.live import BadFollow, parse_channels, parse_have


@given(st.text(max_size=60), st.text(max_size=60))
def test_parsers_only_say_bad_follow(channels: str, have: str) -> None:
    """Whatever stands in the address, it is parsed or refused by name."""
    with suppress(BadFollow):
        assert set(channels.split(",")) == set(parse_channels(channels))
    with suppress(BadFollow):
        assert all(offset >= 0 for offset in parse_have(have, "e").values())


def test_have_of_several_channels() -> None:
    """Names may hold an @; what counts is the last one."""
    assert {"visit/a.b": 3, "line/A": 4} == parse_have("visit/a.b@e:3,line/A@e:4,hall@other:9", "e")
