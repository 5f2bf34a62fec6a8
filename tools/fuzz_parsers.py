"""Feeds one reader of what comes from outside with bytes that are bred by the ways they take through it (atheris, libFuzzer).

fuzz_parsers.py TARGET -max_total_time=60        ends with the input, should any other exception come than the reader names
"""

import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["server", "msgpack", "tomllib"]):
    from server.core.commands import Envelope, OpenCounter
    from server.core.refusals import Refused
    from server.core.values import CommandId, CounterNumber
    from server.core.verify import verify
    from server.hub.live import BadFollow, parse_channels, parse_have
    from server.hub.wire import Opcode, Reader, Violation
    from server.store.codec import decode_command, decode_entry, encode_command, split_records
    from server.store.plan_file import BadPlan, parse_plan

ROOT = Path(__file__).resolve().parents[1]
SMALL = ROOT / "tests" / "store" / "good.toml"
MASKED_PING = bytes((0x80 | Opcode.PING, 0x80 | 2)) + bytes(4) + b"hi"


def command(data: bytes) -> None:
    """What stands in the commands stream."""
    with suppress(Refused):
        decode_command(data)


def entry(data: bytes) -> None:
    """What stands in the log."""
    with suppress(ValueError):
        decode_entry(data)


def log(data: bytes) -> None:
    """A log from anywhere, as `urut log verify` reads it: whatever it is, there is a verdict."""
    with suppress(ValueError):
        verify(list(enumerate(split_records(data))))


def plan(data: bytes) -> None:
    """A bazaar file."""
    with suppress(BadPlan):
        parse_plan(data.decode("utf-8", "replace"), "uji.toml")


def follow(data: bytes) -> None:
    """The channels that an address names, and what it says to have."""
    text = data.decode("utf-8", "replace")
    for parse in (parse_channels, lambda have: parse_have(have, "e")):
        with suppress(BadFollow):
            parse(text)


def frames(data: bytes) -> None:
    """What a follower sends over its socket, in two pieces."""
    reader, half = Reader(), len(data) // 2
    with suppress(Violation):
        for piece in (data[:half], data[half:]):
            list(reader.read(piece))


ORDER = encode_command(Envelope(command_id=CommandId("a-seed-of-a-fuzzer"), by="counter/1", command=OpenCounter(counter=CounterNumber(1))))
TARGETS: dict[str, tuple[Callable[[bytes], None], bytes]] = {
    "command": (command, ORDER),
    "entry": (entry, ORDER),
    "log": (log, ORDER),
    "plan": (plan, SMALL.read_bytes()),
    "follow": (follow, b"hall,line/A,visit/a.b@e:3"),
    "frames": (frames, MASKED_PING),
}


def main() -> None:
    """Feed the target that is named."""
    feed, seed = TARGETS[sys.argv[1]]
    with tempfile.TemporaryDirectory() as corpus:
        (Path(corpus) / "seed").write_bytes(seed)
        atheris.Setup([sys.argv[0], corpus, *sys.argv[2:]], feed)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
