"""What audience.c does, in Python, for machines without a compiler: slower, so that a fast server may wait for it.

python -m bench.phones HOST PORT PATH COUNT SUBPROTOCOL "" reads FROM
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence

from bench.figures import Times
from bench.follower import Follower, follow

COMING_AT_ONCE = 50
LOOK_S = 0.02
NS_PER_MS, MS_PER_S = 1_000_000, 1000


class Notes:
    """What a crowd notes of the frames that come; see `bench.audience.Seen`."""

    def __init__(self, seconds: float = 0) -> None:
        self._begun_ns = time.monotonic_ns()
        self._begun_cpu_s = time.process_time()
        self._seconds = seconds
        self._frames = self._events = self._backwards = 0
        self._lateness: list[int] = []
        self._ages: list[int] = []
        self._seen: dict[int, list[int]] = {}

    @property
    def open(self) -> bool:
        """Whether the seconds in which rates and ages count are not over."""
        return time.monotonic_ns() < self._begun_ns + self._seconds * MS_PER_S * NS_PER_MS

    def on_frame(self, phone: Follower, offset: int, due_ns: int, now_ns: int) -> None:
        """One frame."""
        self._backwards += offset < phone.offset
        if now_ns < self._begun_ns + self._seconds * MS_PER_S * NS_PER_MS:
            self._frames += 1
            self._events += offset - phone.offset if phone.offset else 1
            self._lateness += [now_ns - due_ns] if due_ns else []
        for each in range(phone.offset + 1 if phone.offset else offset, offset + 1):
            seen = self._seen.setdefault(each, [0, now_ns, now_ns, 0])
            seen[0] += 1
            seen[2] = now_ns
        if offset in self._seen:
            self._seen[offset][3] = due_ns

    def look(self, phones: Sequence[Follower]) -> None:
        """Note the age of what each phone shows."""
        now_ns = time.monotonic_ns()
        self._ages += [now_ns - phone.due_ns for phone in phones if phone.due_ns]

    def shown(self, offset: int) -> dict[str, int]:
        """How many show this event or a newer one, and since when the last of them does."""
        count, _, last_ns, _ = self._seen.get(offset, [0, 0, 0, 0])
        return {"count": count, "last_ns": last_ns}

    def as_map(self) -> dict[str, object]:
        """All of it, ready for JSON."""
        cpu_s = time.process_time() - self._begun_cpu_s
        counts = {"backwards": self._backwards, "frames": self._frames, "events": self._events, "seconds": self._seconds, "cpu_s": cpu_s}
        return {**counts, "lateness": _times(self._lateness), "ages": _times(self._ages), "seen": self._seen}


def _times(times_ns: Sequence[int]) -> list[float]:
    times = Times.of(times_ns or [0])
    return [len(times_ns), times.p50_ms, times.p99_ms, times.max_ms]


class Crowd:
    """Phones of one channel."""

    def __init__(self, home: str, channel: str, count: int) -> None:
        self._home = home
        self._channel = channel
        self._count = count
        self._phones: list[Follower] = []
        self._notes = Notes()

    async def come(self) -> dict[str, float]:
        """All come."""
        self._phones, start = [], time.monotonic()
        while len(self._phones) < self._count:
            more = min(COMING_AT_ONCE, self._count - len(self._phones))
            self._phones += await asyncio.gather(*(follow(self._home, self._channel, self._on_frame) for _ in range(more)))
        return {"following": len(self._phones), "seconds": time.monotonic() - start}

    async def obey(self, order: Sequence[str]) -> dict[str, object]:
        """Do what a line says; the answer."""
        match order:
            case ["begin", ms]:
                self._notes = Notes(int(ms) / MS_PER_S)
                return {}
            case ["shown", offset]:
                return {**self._notes.shown(int(offset))}
            case ["again"]:
                for phone in self._phones:
                    phone.transport.close()
                return {**await self.come()}
        return {"lost": sum(phone.lost for phone in self._phones), **self._notes.as_map()}

    async def look(self) -> None:
        """Look at what they show now and then, for ever."""
        while True:
            if self._notes.open:
                self._notes.look(self._phones)
            await asyncio.sleep(LOOK_S)

    def _on_frame(self, phone: Follower, offset: int, now_ns: int) -> None:
        self._notes.on_frame(phone, offset, phone.due_ns, now_ns)


async def serve(crowd: Crowd) -> None:
    """Come, and obey until standard input ends."""
    print(json.dumps(await crowd.come()), flush=True)
    looking = asyncio.create_task(crowd.look())
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await crowd.obey(line.split())), flush=True)
    looking.cancel()


if __name__ == "__main__":
    host, port, path, count = sys.argv[1:5]
    bazaar, _, channel = path.partition("/live")
    asyncio.run(serve(Crowd(f"http://{host}:{port}{bazaar}", channel.partition("=")[2], int(count))))
