"""A tablet that costs its hub's machine next to nothing: requests made beforehand, on a connection that is kept open."""

import json
import selectors
import socket
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from server.store.command_ids import new_command_id

ANSWER_S_MAX = 30.0
ANSWER_BYTES_MAX = 65536


class Tablet:
    """The tablet of one counter."""

    def __init__(self, home: str, bazaar: str, counter: int, key: str) -> None:
        place = urlsplit(home)
        self._address = (str(place.hostname), place.port or 0)
        self._head = f"POST /{bazaar}/counter/{counter}/commands HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {key}\r\n"

    def connect(self) -> None:
        """Open the connection."""
        self.socket = socket.create_connection(self._address, timeout=ANSWER_S_MAX)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def request(self, order: Mapping[str, object]) -> bytes:
        """The bytes that send an order, under an id of its own."""
        body = json.dumps({**order, "command_id": new_command_id()}).encode()
        return f"{self._head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body

    def ask(self, request: bytes) -> None:
        """Send a request and wait for its answer."""
        self.socket.sendall(request)
        self.answered()

    def answered(self) -> None:
        """Take an answer, which must say that the order was carried out; it comes in one piece, for it is short."""
        answer = self.socket.recv(ANSWER_BYTES_MAX)
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"a press was not carried out: {answer[:400]!r}")

    def close(self) -> None:
        """Hang up."""
        self.socket.close()


def answers_of(requests: Iterable[tuple[Tablet, bytes]]) -> None:
    """Send each tablet's request and wait until all are answered."""
    with selectors.DefaultSelector() as waiting:
        for tablet, request in requests:
            tablet.socket.sendall(request)
            waiting.register(tablet.socket, selectors.EVENT_READ, tablet)
        while waiting.get_map():
            for key, _ in waiting.select(ANSWER_S_MAX):
                key.data.answered()
                waiting.unregister(key.fileobj)
                key.data.close()
