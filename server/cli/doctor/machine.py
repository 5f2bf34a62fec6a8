"""The machine itself: its disk, its clock, its files, and how many connections it lets a process have."""

import ctypes
import os
import resource
import shutil
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from server.cli.doctor.finding import Finding, bad, ok, warn

MB = 1024 * 1024
FREE_MB_WARN, FREE_MB_BAD = 2048, 256
"""A long evening writes some ten megabytes, three times that while the store tidies up; the rest of the machine needs its own."""
SYNCS = 40
SYNC_BYTES = 200
SYNC_MS_WARN, SYNC_MS_BAD = 15.0, 60.0
"""Every press waits for one of these; officers press in rushes."""
CONNECTIONS_WARN = 2000
TIME_ERROR = 5
"""What adjtimex(2) answers where nothing keeps the clock in step."""
TIMEX_BYTES = 512
"""More than its argument takes."""
MEMORY_FILES = ("tmpfs", "ramfs")


def disk(folder: Path) -> Iterator[Finding]:
    """Room and speed of the disk that has the store's files."""
    there = next(place for place in (folder, *folder.absolute().parents) if place.is_dir())
    free = shutil.disk_usage(there).free / MB
    room = f"{free / 1024:.1f} GB free for {folder}" if free >= 1024 else f"{free:.0f} MB free for {folder}"
    if free < FREE_MB_BAD:
        yield bad("disk", room, "make room: a full disk stops every press")
    elif free < FREE_MB_WARN:
        yield warn("disk", room, "make room before the evening; nothing of urut can be thrown away meanwhile")
    else:
        yield ok("disk", room)
    if file_system(there) in MEMORY_FILES:
        yield bad("disk", f"{there} lies in memory: all is gone when the power goes", "name a folder on a real disk with --data")
    else:
        yield from _syncs(there)


def file_system(folder: Path) -> str:
    """The kind of file system that a folder is on, "" where the machine does not say."""
    try:
        mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return ""
    path = folder.resolve()
    holding = [(len(place), kind) for place, kind in mounts if path.is_relative_to(place)]
    return max(holding)[1] if holding else ""


def _syncs(folder: Path) -> Iterator[Finding]:
    try:
        times = sorted(sync_times(folder))
    except OSError as error:
        yield bad("disk", f"{folder} cannot be written to: {error.strerror}", "give this user a folder of its own with --data")
        return
    median, worst = times[len(times) // 2], times[-1]
    told = f"a press is on the disk after {median:.1f} ms, at worst {worst:.0f} ms ({SYNCS} tries)"
    if median >= SYNC_MS_BAD:
        yield bad("disk", told, "use another disk: cards and sticks are too slow, an SSD takes a few ms")
    elif median >= SYNC_MS_WARN:
        yield warn("disk", told, "officers will feel it when many press at once; an SSD takes a few ms")
    else:
        yield ok("disk", told)


def sync_times(folder: Path) -> list[float]:
    """How long it takes to have a few bytes on the disk, in ms, again and again. Nothing is left behind; raises OSError."""
    path = folder / f".urut-doctor-{os.getpid()}"
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
    times = []
    try:
        for _ in range(SYNCS):
            begun = time.perf_counter()
            os.write(file, bytes(SYNC_BYTES))
            os.fsync(file)
            times.append((time.perf_counter() - begun) * 1000)
    finally:
        os.close(file)
        path.unlink()
    return times


def clock() -> Finding:
    """Whether the clock can be believed."""
    line, step = f"it is {time.strftime('%H:%M:%S, %d %B %Y (%Z)')}", is_in_step()
    if step:
        return ok("clock", f"{line}, kept in step")
    if step is None:
        return warn("clock", f"{line}; whether something keeps it in step is not known here", "compare it with a phone")
    return warn(
        "clock", f"{line}; nothing keeps it in step", "compare it with a phone; without internet set it by hand before the doors open"
    )


def is_in_step() -> bool | None:
    """Whether something keeps the clock in step, as Linux knows it; None where nobody can tell."""
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(TIMEX_BYTES))  # all zero: change nothing
    except (AttributeError, OSError):
        return None
    return None if state < 0 else bool(state != TIME_ERROR)


def secret(folder: Path) -> Iterator[Finding]:
    """Whether only its owner can read what all keys come from."""
    for path in (folder / "secret", folder / "store.conf"):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield bad("files", f"{path} can be read by others on this machine", f"chmod 600 {path}")


def connections() -> Finding:
    """How many phones a process has room for."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or hard >= CONNECTIONS_WARN:
        return ok(
            "connections", f"a process may open {'any number of' if hard == resource.RLIM_INFINITY else hard} files, one for each phone"
        )
    return warn("connections", f"a process may open only {hard} files, one for each phone", "raise ulimit -n (LimitNOFILE= for systemd)")
