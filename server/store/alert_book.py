"""Who wants to be told of their turn, and what is still to be told them; as the parts above see it, and in memory.

Rule: an alert is claimed once, whichever process claims it first, and what it sends is in the book before the claim is answered. A process
that is killed while it sends leaves its job to the next one: an alert may come twice, it does not get lost.

Nothing here is part of the log. Everything goes at a set time, and what a contact holds is sealed by whoever keeps it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

ASIDE_MAX = 500
"""How many jobs that were given up are kept to be looked at; the oldest go first."""


@dataclass(frozen=True, slots=True)
class Job:
    """One message to one contact. ``id`` names it for good: whoever gets it twice can tell."""

    id: str
    payload: bytes


class AlertBook(Protocol):
    """One bazaar's contacts and jobs. Every method raises StoreUnreachable while the store does not answer. Times are Unix ms."""

    async def keep(self, contact: str, sealed: bytes, until_ms: int) -> None:
        """Keep a contact (``<visit>:<name>``) until then, or until what `expire` has said; one of the same name is replaced."""

    async def forget(self, visit: str) -> None:
        """Forget every contact of a visit."""

    async def drop(self, contact: str) -> None:
        """Forget one contact."""

    async def contacts(self) -> dict[str, bytes]:
        """Every contact, sealed, by ``<visit>:<name>``."""

    async def version(self) -> int:
        """A number that changes with the contacts."""

    async def claim(self, alert: str, jobs: Mapping[str, bytes], now_ms: int, until_ms: int) -> bool:
        """Take an alert as one's own and put its jobs down as due now; False when it was claimed before."""

    async def take(self, now_ms: int, lease_ms: int) -> Job | None:
        """A job that is due; nobody else gets it before ``lease_ms`` have passed. None when there is none."""

    async def done(self, job: str) -> None:
        """The job is carried out."""

    async def put_off(self, job: Job, at_ms: int) -> None:
        """The job did not succeed and is due again then, with this payload."""

    async def set_aside(self, job: Job, until_ms: int) -> None:
        """The job is given up; it stays to be looked at."""

    async def aside(self) -> list[Job]:
        """The jobs that were given up, oldest first, at most `ASIDE_MAX`."""

    async def expire(self, at_ms: int) -> None:
        """Erase all of it at that time, if it would stay longer."""


class MemoryAlertBook:
    """An AlertBook for one process, gone when the process ends. It erases nothing by itself: ``expire`` tells when it would."""

    def __init__(self) -> None:
        self.until_ms: int | None = None
        self._contacts: dict[str, bytes] = {}
        self._version = 0
        self._claimed: set[str] = set()
        self._jobs: dict[str, bytes] = {}
        self._due: dict[str, int] = {}
        self._aside: list[Job] = []

    async def keep(self, contact: str, sealed: bytes, until_ms: int) -> None:
        """See AlertBook."""
        self._contacts[contact] = sealed
        self._version += 1
        await self.expire(until_ms)

    async def forget(self, visit: str) -> None:
        """See AlertBook."""
        self._contacts = {name: sealed for name, sealed in self._contacts.items() if not name.startswith(f"{visit}:")}
        self._version += 1

    async def drop(self, contact: str) -> None:
        """See AlertBook."""
        self._contacts.pop(contact, None)
        self._version += 1

    async def contacts(self) -> dict[str, bytes]:
        """See AlertBook."""
        return dict(self._contacts)

    async def version(self) -> int:
        """See AlertBook."""
        return self._version

    async def claim(self, alert: str, jobs: Mapping[str, bytes], now_ms: int, until_ms: int) -> bool:
        """See AlertBook."""
        if alert in self._claimed:
            return False
        self._claimed.add(alert)
        self._jobs.update(jobs)
        self._due.update(dict.fromkeys(jobs, now_ms))
        return True

    async def take(self, now_ms: int, lease_ms: int) -> Job | None:
        """See AlertBook."""
        due = sorted((at, job) for job, at in self._due.items() if at <= now_ms)
        if not due:
            return None
        job = due[0][1]
        self._due[job] = now_ms + lease_ms
        return Job(job, self._jobs[job])

    async def done(self, job: str) -> None:
        """See AlertBook."""
        self._jobs.pop(job, None)
        self._due.pop(job, None)

    async def put_off(self, job: Job, at_ms: int) -> None:
        """See AlertBook."""
        self._jobs[job.id] = job.payload
        self._due[job.id] = at_ms

    async def set_aside(self, job: Job, until_ms: int) -> None:
        """See AlertBook."""
        await self.done(job.id)
        self._aside = [*self._aside, job][-ASIDE_MAX:]

    async def aside(self) -> list[Job]:
        """See AlertBook."""
        return list(self._aside)

    async def expire(self, at_ms: int) -> None:
        """See AlertBook."""
        self.until_ms = at_ms if self.until_ms is None else min(self.until_ms, at_ms)
