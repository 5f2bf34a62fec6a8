"""The ring of a sweep against a plain list of who has what."""

from hypothesis import given
from hypothesis import strategies as st

from server.hub import ring as ring_module
from server.hub.ring import Ring

AHEAD = 3
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("admit"), st.integers(0, AHEAD)),
        st.tuples(st.just("withdraw"), st.integers(0, 50)),
        st.tuples(st.just("renew"), st.integers(1, 2)),
        st.tuples(st.just("take"), st.integers(1, 5)),
    ),
    max_size=120,
)


@given(STEPS, st.integers(0, 3))
def test_as_if_each_were_noted(steps: list[tuple[str, int]], holes_min: int) -> None:
    """Whatever comes between: a sweep brings the newest frame to just those who lack it, once each, and tells rightly what each has."""
    kept, ring_module.HOLES_MIN = ring_module.HOLES_MIN, holes_min
    try:
        _walk(steps)
    finally:
        ring_module.HOLES_MIN = kept


def _walk(steps: list[tuple[str, int]]) -> None:
    ring, has, fd = Ring(1), dict[int, int](), 0
    for step, number in steps:
        if step == "admit":
            fd += 1
            has[fd] = ring.offset + number
            ring.admit(fd, has[fd])
        elif step == "withdraw" and has:
            leaver = sorted(has)[number % len(has)]
            assert has.pop(leaver) == ring.withdraw(leaver)
            assert 0 == ring.withdraw(leaver)
        elif step == "renew":
            ring.renew(ring.offset + number)
        else:
            _take(ring, has, number)
    laps = 2 * len(has) + 2 * ring_module.HOLES_MIN + 2
    while ring.sweeping:
        _take(ring, has, 1)
        laps -= 1
        assert laps > 0
    assert all(offset >= ring.offset for offset in has.values())


def _take(ring: Ring, has: dict[int, int], count: int) -> None:
    part = ring.take(count)
    assert len(set(part)) == len(part) <= count
    for fd in part:
        assert has[fd] < ring.offset
        has[fd] = ring.offset
