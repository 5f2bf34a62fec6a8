"""The data folder of an embedded store: who holds it, whether a server runs on it, and that server's settings.

Two locks tell the truth where process ids would only guess. ``holder.lock`` belongs to the process that started or took over the server.
``server.lock`` is handed on to the server itself, so it is held exactly as long as a server runs, also when its starter is long dead.
"""

import fcntl
import os
import secrets
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from server.store.errors import EmbeddedFailed, FolderInUse

CONF = "store.conf"
SERVER_LOG = "server.log"
SERVER_PID = "server.pid"
SERVER_DATA = "appendonlydir"
HOST = "127.0.0.1"
_LOG_LINES_SHOWN = 8

_SETTINGS = f"""\
bind {HOST}
protected-mode yes
daemonize no
databases 1
dir ./
pidfile {SERVER_PID}
loglevel notice
logfile ""
appendonly yes
appendfsync always
save ""
maxmemory-policy noeviction
"""
"""Every append is on the disk before it is answered, and nothing is ever thrown out to make room."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server listens, on the loopback interface only."""

    port: int
    password: str

    @property
    def url(self) -> str:
        """As `redis.connect` takes it."""
        return f"redis://:{self.password}@{HOST}:{self.port}/0"


def address_in(path: Path) -> Address | None:
    """Where the server of a data folder listens or last listened, whoever holds the folder; None when none was ever started."""
    try:
        lines = (path / CONF).read_text().splitlines()
        settings = dict(line.split(" ", 1) for line in lines)
        return Address(int(settings["port"]), settings["requirepass"])
    except (OSError, ValueError, KeyError):
        return None


class DataFolder:
    """Held by this process from here to `release`.

    Raises:
        FolderInUse: another process holds it.
        EmbeddedFailed: it cannot be written to.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._holder = os.open(self.path / "holder.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise EmbeddedFailed(f"the data folder {self.path} cannot be used: {error.strerror}") from error
        if not _lock(self._holder):
            pid = os.pread(self._holder, 20, 0).decode().strip() or "(unknown)"
            os.close(self._holder)
            raise FolderInUse(f"the data folder {self.path} is in use by process {pid}; end it, or choose another folder")
        try:
            self._shut()
        except OSError as error:
            os.close(self._holder)
            raise EmbeddedFailed(f"the data folder {self.path} cannot be kept from other users: {error.strerror}") from error
        os.ftruncate(self._holder, 0)
        os.pwrite(self._holder, str(os.getpid()).encode(), 0)

    def _shut(self) -> None:
        """Leave nothing to other users: a folder that was made by hand, or files of an earlier version, may be open to them."""
        ours = (SERVER_LOG, SERVER_PID, SERVER_DATA, f"{SERVER_DATA}/*")
        for path in (self.path, *(found for names in ours for found in self.path.glob(names))):
            with suppress(FileNotFoundError):  # a server that was left behind may be putting one in another's place
                path.chmod(0o700 if path.is_dir() else 0o600)

    def release(self) -> None:
        """Let another process have it."""
        os.close(self._holder)

    def lock_for_server(self) -> int | None:
        """The lock that a server will hold, as a file descriptor to hand on and close; None while a server holds it."""
        lock = os.open(self.path / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
        if _lock(lock):
            return lock
        os.close(lock)
        return None

    @property
    def has_server(self) -> bool:
        """Whether a server runs on this folder, whoever started it."""
        lock = self.lock_for_server()
        if lock is not None:
            os.close(lock)
        return lock is None

    def read_address(self) -> Address | None:
        """Where the server of this folder listens or last listened."""
        return address_in(self.path)

    def write_address(self) -> Address:
        """Write the settings for a new server. It comes back where it was, so that those who used it find it again, if the port is free."""
        last = self.read_address()
        address = Address(_free_port(last.port if last else 0), last.password if last else secrets.token_urlsafe(24))
        try:
            self._write_conf(f"{_SETTINGS}port {address.port}\nrequirepass {address.password}\n")
        except OSError as error:
            raise EmbeddedFailed(f"{CONF} cannot be written to {self.path}: {error.strerror}") from error
        return address

    def _write_conf(self, settings: str) -> None:
        """Beside the old file first: on a full disk that must stay as it is, for the password stands nowhere else."""
        fresh = self.path / f"{CONF}.new"
        fresh.unlink(missing_ok=True)  # it would keep its mode
        conf = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(conf, "w") as file:
            file.write(settings)
        fresh.replace(self.path / CONF)

    def read_pid(self) -> int | None:
        """The process id that the running server wrote down."""
        try:
            return int((self.path / SERVER_PID).read_text())
        except (OSError, ValueError):
            return None

    def open_log(self) -> BinaryIO:
        """What the server says is written behind what it said before."""
        return os.fdopen(os.open(self.path / SERVER_LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab")

    @property
    def log_size(self) -> int:
        """How long the server's own log is, in bytes."""
        log = self.path / SERVER_LOG
        return log.stat().st_size if log.exists() else 0

    def last_log_lines(self, since: int) -> str:
        """What the server wrote last, after this many bytes."""
        written = (self.path / SERVER_LOG).read_bytes()[since:].decode(errors="replace")
        return "\n".join(written.strip().splitlines()[-_LOG_LINES_SHOWN:])


def _lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _free_port(wanted: int) -> int:
    """The wanted port if it is free, else any free one."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise EmbeddedFailed(f"no port of {HOST} is free")
