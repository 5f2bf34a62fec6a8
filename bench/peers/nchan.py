"""Nchan, the publish-subscribe module of nginx, in C: one worker, to which this process posts one message for each event.

    python -m bench.peers.nchan BYTES

writes a configuration, starts the nginx that is on PATH with it, and prints its worker's process id beside the port. The configuration
keeps messages only in memory and sends a newcomer nothing old.
"""

import asyncio
import os
import resource
import shutil
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path

from bench.peers.publisher import obey, payload

START_S = 10.0
MODULES = (Path("/usr/lib/nginx/modules"), Path("/usr/lib64/nginx/modules"), Path("/usr/local/lib/nginx/modules"))
CONFIGURATION = """
daemon off; worker_processes 1; worker_rlimit_nofile {files}; pid {folder}/pid; error_log {folder}/errors crit;
load_module {module};
events {{ worker_connections {files}; }}
http {{
    access_log off; tcp_nodelay on; keepalive_requests 100000000; keepalive_timeout 1h;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    nchan_shared_memory_size 1024M;
    server {{
        listen 127.0.0.1:{port} backlog=1024;
        location = /live {{
            nchan_subscriber websocket; nchan_channel_id line; nchan_subscriber_first_message newest; nchan_websocket_ping_interval 0;
        }}
        location = /publish {{ nchan_publisher http; nchan_channel_id line; nchan_message_timeout 1m; client_max_body_size 1m; }}
    }}
}}
"""


class Nchan:
    """The way to nginx: one connection, on which the answer to a message comes once it has been given to everybody."""

    def __init__(self, size: int, port: int) -> None:
        self._size = size
        self._port = port
        self._in_turn = asyncio.Lock()

    async def connect(self) -> None:
        """Open it, as soon as nginx listens."""
        until = time.monotonic() + START_S
        while True:
            try:
                self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
                return
            except ConnectionError:
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(0.05)

    async def publish(self, offset: int, due_ns: int) -> None:
        """See Server."""
        body = payload(offset, due_ns, self._size)
        async with self._in_turn:
            self._writer.write(f"POST /publish HTTP/1.1\r\nHost: line\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
            head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
            _, _, length = head.partition(b"content-length: ")
            await self._reader.readexactly(int(length.split(b"\r", 1)[0]))

    async def handed_over(self) -> None:
        """It is once the answer is there."""


def worker_of(pid: int) -> int:
    """The process that this nginx has started to do the work."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def free_port() -> int:
    """A port that nobody has now: nginx must be told one."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


async def serve(size: int) -> None:
    """Serve until standard input ends."""
    folder, port = Path(tempfile.mkdtemp(prefix="urut-nchan-")), free_port()
    module = next(path for path in (folder / "ngx_nchan_module.so" for folder in MODULES) if path.exists())
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    settings = folder / "nginx.conf"
    settings.write_text(CONFIGURATION.format(folder=folder, port=port, module=module, files=files), encoding="utf-8")
    nginx = await asyncio.create_subprocess_exec("nginx", "-p", folder, "-c", settings, stderr=asyncio.subprocess.DEVNULL)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)  # type: ignore[union-attr]  # there is one
    try:
        nchan = Nchan(size, port)
        await nchan.connect()
        await obey(nchan, {"port": port, "pid": worker_of(nginx.pid)})
    finally:
        os.kill(nginx.pid, signal.SIGTERM)
        await nginx.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
