"""How many bytes a frame of each kind has, in both subprotocols, and what compressing it would save and cost.

python -m bench.frames
"""

import zlib
from dataclasses import dataclass
from statistics import median
from time import process_time_ns

from rich import box
from rich.console import Console
from rich.table import Table

from bench.folding import BUSY_LINE, EPOCH, NS_PER_US, FullBazaar, frame_of
from server.core.values import Lane, label_of
from server.hub.channels import Frame, Mark, Subprotocol

WAITING = 300
ROUNDS = 200
HEADER_BYTES = 4
"""Of a WebSocket frame that is longer than 125 bytes."""
TAIL_BYTES = 4
"""RFC 7692 leaves the last bytes of each message away."""
CHANNELS = ("line/A", "hall", "hall/utama", "counter/1", "desk", "bazaar")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A frame's bytes, WebSocket header included; ``us`` is the processor time to deflate the JSON form once."""

    name: str
    json: int
    msgpack: int
    deflated: int
    us: float


def sizes(waiting: int = WAITING, rounds: int = ROUNDS) -> list[Size]:
    """Of one frame of each kind, with so many people in line A and holes where some have left."""
    bazaar = FullBazaar(waiting).bazaar
    lane = bazaar.lines[BUSY_LINE].lanes[Lane.REGULAR]
    last = bazaar.tickets[label_of(BUSY_LINE, max(lane.waiting))]
    frames = [frame_of(bazaar, name) for name in (*CHANNELS, f"visit/{last.visit}")]
    heartbeat = Frame(channel="", epoch=EPOCH, mark=Mark(offset=bazaar.offset, head=EPOCH[:8]), at=bazaar.at)
    return [_size(frame, rounds) for frame in (*frames, heartbeat)]


def _size(frame: Frame, rounds: int) -> Size:
    text, packed = frame.encoded(Subprotocol.JSON), frame.encoded(Subprotocol.MSGPACK)
    times = []
    for _ in range(rounds):
        begun_ns = process_time_ns()
        deflated = _deflated(text)
        times.append(process_time_ns() - begun_ns)
    name = frame.channel.partition("/")[0] if frame.channel.startswith("visit") else frame.channel or "heartbeat"
    return Size(name=name, json=len(text), msgpack=len(packed), deflated=len(deflated) + HEADER_BYTES, us=median(times) / NS_PER_US)


def _deflated(message: bytes) -> bytes:
    """The message by itself, as permessage-deflate without context takeover sends it: the same bytes are good for everybody."""
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return (deflate.compress(message) + deflate.flush(zlib.Z_SYNC_FLUSH))[:-TAIL_BYTES]


def table() -> Table:
    """A row for each kind of frame."""
    shown = Table(box=box.SIMPLE_HEAD, title_justify="left", title=f"bytes of a frame with {WAITING} waiting in line A")
    for head in ("frame", "JSON", "msgpack", "JSON deflated", "µs to deflate"):
        shown.add_column(head, justify="left" if head == "frame" else "right")
    for size in sizes():
        shown.add_row(size.name, f"{size.json:,}", f"{size.msgpack:,}", f"{size.deflated:,}", f"{size.us:.0f}")
    return shown


def main() -> None:
    """The table."""
    Console().print(table())


if __name__ == "__main__":
    main()
