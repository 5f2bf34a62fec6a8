"""How much of the public's asking is served, so that a whole hall behind one address is not shut out and one script is.

Phones of a hall share the address of its Wi-Fi or of their provider, so an address alone says little. Whoever opens the page to take
numbers is given a name (a signed cookie), and each name has its own allowance: nobody's asking is at another's cost. Who brings no name,
or one that was made up, shares the small allowance of its address. What one address can do is bounded by how many names it is given:
enough for 600 phones in ten minutes, and a program that collects them gets no more than these. Against that one there
is the code of the day.
"""

import time
from collections.abc import Callable

from server.web.limits import Limits

PHONE_BURST, PHONE_PER_MINUTE = 8, 4
"""One phone: its numbers, one more errand, late, back again, and a few presses that were sent twice."""
PROGRAMS_BURST, PROGRAMS_PER_MINUTE = 20, 10
"""Everything without a name at one address: programs, and the rare phone that keeps no cookies."""
PHONE_GUESSES_BURST, PHONE_GUESSES_PER_MINUTE = 5, 0.2
"""Wrong codes of the day from one phone: who mistypes is not stopped by who guesses beside them."""
GUESSERS_MAX = 100_000
"""Phones whose wrong codes are remembered. A program that collects names for a day has no more, so that none of them begins anew."""
NEWCOMERS_BURST, NEWCOMERS_PER_MINUTE = 150, 75
"""Names that one address is given."""


class Crowd:
    """The allowances of all phones and addresses. ``programs`` bounds what has no name; ``clock`` gives seconds.

    ``guesses`` are wrong codes of the day, by the phone's name.
    """

    def __init__(self, *, programs: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._programs = programs
        self._phones = Limits(burst=PHONE_BURST, per_minute=PHONE_PER_MINUTE, clock=clock)
        self.guesses = Limits(burst=PHONE_GUESSES_BURST, per_minute=PHONE_GUESSES_PER_MINUTE, places_max=GUESSERS_MAX, clock=clock)
        self._newcomers = Limits(burst=NEWCOMERS_BURST, per_minute=NEWCOMERS_PER_MINUTE, clock=clock)

    def wait_s(self, phone: str, address: str) -> int:
        """Take one request of this phone, or of the address when the phone has no name (""); 0, or the seconds until it may ask."""
        return self._phones.wait_s(phone) if phone else self._programs.wait_s(address)

    def admits(self, address: str) -> bool:
        """Whether one more phone at this address is given a name; if so that is counted."""
        return self._newcomers.wait_s(address) == 0
