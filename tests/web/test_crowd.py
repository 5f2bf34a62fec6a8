"""A hall behind one address is served, and one script among it is not served without end."""

from collections.abc import Iterator

from server.web.credentials import DAY_CODE_DIGITS, Credentials
from server.web.crowd import Crowd
from server.web.limits import Limits, place_of

HALL = "192.0.2.1"
PHONES, MINUTES = 600, 10
ASKS = (0, 4, 40, 200, 210)
"""When a resident presses, in seconds after the page opened: numbers, the same once more on a bad link, one more errand, late, back."""


class Clock:
    """Seconds, as a test sets them."""

    now = 0.0

    def __call__(self) -> float:
        """Now."""
        return self.now


def crowd(clock: Clock) -> Crowd:
    """As the program has it, on this clock."""
    return Crowd(programs=Limits(burst=20, per_minute=10, clock=clock), clock=clock)


def evening() -> Iterator[tuple[float, int, bool]]:
    """What the hall does, in order of time: second, phone, and whether it opens the page to take numbers; a third comes at the start."""
    arrivals = [number * 60 / (PHONES // 3) for number in range(PHONES // 3)]
    arrivals += [60 + number * (MINUTES - 1) * 60 / (PHONES * 2 // 3) for number in range(PHONES * 2 // 3)]
    steps = [(at, phone, True) for phone, at in enumerate(arrivals)]
    steps += [(at + 20 + later, phone, False) for phone, at in enumerate(arrivals) for later in ASKS]
    yield from sorted(steps)


def test_a_hall_behind_one_address() -> None:
    """600 phones behind one address take their numbers in ten minutes, a third of them in the first, and none is told to wait."""
    clock = Clock()
    limits = crowd(clock)
    refused = 0
    for clock.now, phone, opens in evening():
        refused += not limits.admits(HALL) if opens else limits.wait_s(f"phone-{phone}", HALL) > 0
    assert 0 == refused


def test_one_script_in_the_hall() -> None:
    """A script that asks without end beside them, as one phone or as none, gets its few and takes nothing from anybody."""
    clock = Clock()
    limits = crowd(clock)
    got, refused = [0, 0], 0
    for clock.now, phone, opens in evening():
        refused += not limits.admits(HALL) if opens else limits.wait_s(f"phone-{phone}", HALL) > 0
        for place, name in enumerate(("script", "")):
            got[place] += limits.wait_s(name, HALL) == 0
    minutes = clock.now / 60
    assert 0 == refused
    assert got[0] <= 8 + 4 * minutes + 1
    assert got[1] <= 20 + 10 * minutes + 1


def test_a_script_that_collects_names() -> None:
    """A script that opens the page without end is given so many names and no more; phones that have theirs go on."""
    clock = Clock()
    limits = crowd(clock)
    assert 150 == sum(limits.admits(HALL) for _ in range(1000))
    assert limits.admits("192.0.2.2")
    assert 0 == limits.wait_s("somebody who came before", HALL)
    clock.now = 60
    assert 75 == sum(limits.admits(HALL) for _ in range(1000))


def test_told_when_to_come_again() -> None:
    """Who asked too often is told the seconds until one more request is served, and then it is."""
    clock = Clock()
    limits = crowd(clock)
    assert [0] * 8 == [limits.wait_s("phone", HALL) for _ in range(8)]
    wait = limits.wait_s("phone", HALL)
    assert 15 == wait
    clock.now += wait
    assert 0 == limits.wait_s("phone", HALL)


def test_names_are_not_made_up() -> None:
    """A cookie with a name that we did not give names nobody."""
    ours, others = Credentials(b"ours"), Credentials(b"others")
    assert "phone" == ours.device_of_cookie(ours.device_cookie("phone"))
    for cookie in ("", "phone", "phone.", ".", others.device_cookie("phone"), ours.device_cookie("phone") + "x"):
        assert "" == ours.device_of_cookie(cookie)


def test_a_script_that_collects_names_to_guess() -> None:
    """Three hours of guessing at the code of the day, under every name that one address is given, is one chance in a hundred at most."""
    clock = Clock()
    limits = crowd(clock)
    names, guesses = 0, 0
    for clock.now in range(0, 3 * 3600, 300):
        while limits.admits(HALL):
            names += 1
        for number in range(names):
            while limits.guesses.wait_s(f"name-{number}") == 0:
                guesses += 1
    assert guesses < 10**DAY_CODE_DIGITS / 100


def test_a_network_is_one_place() -> None:
    """Whoever has one IPv6 address has as many as they like: the network is the place. IPv4 written as IPv6 stays one address."""
    assert place_of("2001:db8:1:2::1") == place_of("2001:db8:1:2:ffff::1")
    assert place_of("2001:db8:1:2::1") != place_of("2001:db8:1:3::1")
    assert ["192.0.2.1", "192.0.2.1", "fe80::/64", "", "a name"] == [
        place_of(one) for one in ("192.0.2.1", "::ffff:192.0.2.1", "fe80::1%eth0", None, "a name")
    ]
