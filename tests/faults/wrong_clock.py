"""`urut` on a machine whose clock is wrong: `python -m tests.faults.wrong_clock SECONDS COMMAND …`.

Everything in the program that tells the time asks `time.time` or `time.time_ns`, so these two are set before it is loaded.
"""

import sys
import time

NS_PER_S = 1_000_000_000


def set_clock(off_s: int) -> None:
    """Let this process's clock be so many seconds ahead, or behind."""
    right_ns = time.time_ns
    time.time_ns = lambda: right_ns() + off_s * NS_PER_S
    time.time = lambda: time.time_ns() / NS_PER_S


if __name__ == "__main__":
    set_clock(int(sys.argv.pop(1)))
    from server.__main__ import main

    main()
