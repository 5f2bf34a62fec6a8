"""What clients may send and what they may not: a case list in the order of the Autobahn suite's sections 1 to 7."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.hub.wire import FRAMES_MAX, MESSAGE_BYTES_MAX, Opcode, Reader, Violation, close_frame, closing_answer, frame

MASK = b"\x0f\xf0\x55\xaa"
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = Opcode
PROTOCOL_ERROR, NO_TEXT, POLICY, TOO_BIG = 1002, 1007, 1008, 1009


def masked(opcode: int, payload: bytes = b"", *, final: bool = True, reserved: int = 0) -> bytes:
    """A frame as clients send it."""
    length = len(payload)
    size = bytes((0x80 | length,)) if length < 126 else b"\xfe" + length.to_bytes(2) if length < 65_536 else b"\xff" + length.to_bytes(8)
    first = (0x80 if final else 0) | reserved << 4 | opcode
    return bytes((first,)) + size + MASK + bytes(byte ^ MASK[n % 4] for n, byte in enumerate(payload))


def part(opcode: int, payload: bytes = b"") -> bytes:
    """A frame after which more of the message comes."""
    return masked(opcode, payload, final=False)


def read(*pieces: bytes) -> tuple[list[tuple[int, bytes]], int | None]:
    """The control frames of these pieces, and the code of the violation that ends them."""
    reader, controls = Reader(), []
    try:
        for piece in pieces:
            for control in reader.read(piece):
                controls.append((int(control.opcode), control.payload))
    except Violation as violation:
        return controls, int(violation.code)
    return controls, None


HELLO = "Hello-µ@ßöäüàá-UTF-8!!".encode()
FINE = {
    "1.1 text": [masked(TEXT, b"*" * n) for n in (0, 125, 126, 127, 128, 4096)],
    "1.2 binary": [masked(BINARY, b"\xfe" * n) for n in (0, 125, 126, 127, 128, 4096)],
    "2.7 a pong that nobody asked for": [masked(PONG), masked(PONG, b"unasked")],
    "5.3 a message in two pieces": [part(TEXT, b"one"), masked(CONTINUATION, b"two")],
    "5.19 in many": [part(TEXT, b"1"), part(CONTINUATION, b"2"), part(CONTINUATION), masked(CONTINUATION, b"3"), masked(TEXT, b"next")],
    "6.1 text in empty pieces": [part(TEXT), part(CONTINUATION), masked(CONTINUATION)],
    "5.19 pings and pongs between them": [
        part(TEXT, b"1"),
        masked(PONG),
        part(CONTINUATION, b"2"),
        masked(PONG, b"x"),
        masked(CONTINUATION),
    ],
    "6.2 UTF-8": [masked(TEXT, HELLO)],
    "6.2 UTF-8 cut within a character": [part(TEXT, HELLO[:7]), masked(CONTINUATION, HELLO[7:])],
    "6.5 the last code points": [masked(TEXT, "\ud7ff\ue000\uffff\U0010ffff".encode())],
    "6.6 binary is no text": [part(BINARY, b"\xff"), masked(CONTINUATION, b"\xfe")],
}
WRONG = {
    "2.5 a ping of 126 bytes": ([masked(PING, b"*" * 126)], PROTOCOL_ERROR),
    **{f"3 reserved bits {bits}": ([masked(TEXT, b"*", reserved=bits)], PROTOCOL_ERROR) for bits in range(1, 8)},
    **{f"4 opcode {code}": ([masked(code)], PROTOCOL_ERROR) for code in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)},
    "5.1 a ping in pieces": ([part(PING, b"one"), masked(CONTINUATION, b"two")], PROTOCOL_ERROR),
    "5.2 a pong in pieces": ([part(PONG, b"one")], PROTOCOL_ERROR),
    "5.9 the rest of no message": ([masked(CONTINUATION, b"rest"), masked(TEXT)], PROTOCOL_ERROR),
    "5.10 the middle of no message": ([part(CONTINUATION, b"middle")], PROTOCOL_ERROR),
    "5.15 the rest of one that has ended": ([part(TEXT), masked(CONTINUATION), masked(CONTINUATION)], PROTOCOL_ERROR),
    "5.18 a message within a message": ([part(TEXT, b"one"), masked(TEXT, b"two")], PROTOCOL_ERROR),
    "5.18 binary within text": ([part(TEXT, b"one"), part(BINARY, b"two")], PROTOCOL_ERROR),
    "6.3 no UTF-8": ([masked(TEXT, b"\xce\xba\xe1\xbd\xb9\xed\xa0\x80edited")], NO_TEXT),
    "6.4 no UTF-8, told before the message ends": ([part(TEXT, b"ok\xf4\x90")], NO_TEXT),
    "6.6 half a character at the end": ([masked(TEXT, b"\xce")], NO_TEXT),
    "6.6 half a character at the end of pieces": ([part(TEXT, b"\xce"), masked(CONTINUATION)], NO_TEXT),
    "6.10 too long a way to write a slash": ([masked(TEXT, b"\xc0\xaf")], NO_TEXT),
    "6.11 half of a surrogate": ([masked(TEXT, b"\xed\xa0\x80")], NO_TEXT),
    "7.3 a close frame of one byte": ([masked(CLOSE, b"\x03")], PROTOCOL_ERROR),
    "7.3 a close frame of 126 bytes": ([masked(CLOSE, b"\x03\xe8" + b"*" * 124)], PROTOCOL_ERROR),
    "7.5 a reason that is no UTF-8": ([masked(CLOSE, b"\x03\xe8\xce")], NO_TEXT),
    **{
        f"7.9 close code {code}": ([masked(CLOSE, code.to_bytes(2))], PROTOCOL_ERROR)
        for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)
    },
    "no mask": ([b"\x81\x01a"], PROTOCOL_ERROR),
    "9 a message that is too long": ([masked(TEXT, b"*" * (MESSAGE_BYTES_MAX + 1))], TOO_BIG),
    **{f"1 {size} bytes": ([masked(BINARY, b"*" * size)], TOO_BIG) for size in (65_535, 65_536)},
    "9 one that says it will be": ([b"\x82\xff" + b"\x7f" * 8 + MASK], TOO_BIG),
    "9 one in pieces": ([part(BINARY, b"*" * 4000), part(CONTINUATION, b"*" * 97)], TOO_BIG),
}


@pytest.mark.parametrize("pieces", FINE.values(), ids=FINE)
def test_fine(pieces: list[bytes]) -> None:
    """It is read, and nothing has to be answered; also when it comes byte by byte."""
    for cut in (pieces, [bytes((byte,)) for piece in pieces for byte in piece]):
        controls, code = read(*cut)
        assert code is None
        assert [] == [control for control in controls if control[0] != PONG]


@pytest.mark.parametrize(("pieces", "code"), WRONG.values(), ids=WRONG)
def test_wrong(pieces: list[bytes], code: int) -> None:
    """It ends the connection with the code that says why, also when it comes byte by byte; what was right before it counts."""
    before = masked(PING, b"before")
    expected = [(int(PING), b"before")], code
    assert expected == read(before, *pieces)
    assert expected == read(*(bytes((byte,)) for piece in (before, *pieces) for byte in piece))


@pytest.mark.parametrize("payload", [b"", b"Hello", bytes(range(125)), b"\xff" * 125], ids=len)
def test_pings(payload: bytes) -> None:
    """2.1 to 2.11: pings of every length are given with their payload, however they are cut, one or ten in a row."""
    assert ([(int(PING), payload)] * 10, None) == read(masked(PING, payload) * 10)
    assert ([(int(PING), payload)], None) == read(*(bytes((byte,)) for byte in masked(PING, payload)))


@pytest.mark.parametrize("one", [masked(PING), masked(PONG), part(CONTINUATION)], ids=["pings", "pongs", "pieces"])
def test_many_frames_at_once(one: bytes) -> None:
    """Frames cost by their number, not by their size: whoever sends hundreds at once is a flood, and one after the other they are none."""
    begun = part(TEXT) if one == part(CONTINUATION) else b""
    assert POLICY == read(begun, one * (FRAMES_MAX + 1))[1]
    assert read(begun, one * FRAMES_MAX, one * FRAMES_MAX)[1] is None


def test_pings_between_the_pieces() -> None:
    """5.6 to 5.8, 5.20: a ping between the pieces of a message is given before the message ends."""
    ping = masked(PING, b"now")
    assert ([(int(PING), b"now")] * 2, None) == read(part(TEXT, b"1"), ping, part(CONTINUATION, b"2"), ping, masked(CONTINUATION, b"3"))


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1014, 3000, 3999, 4000, 4999])
def test_close_codes(code: int) -> None:
    """7.7: these may be sent; they are answered alike, without the reason."""
    for reason in (b"", b"a reason", b"x" * 123):
        payload = code.to_bytes(2) + reason
        assert ([(int(CLOSE), payload)], None) == read(masked(CLOSE, payload))
        assert close_frame(code) == closing_answer(payload)


def test_after_the_close() -> None:
    """7.1: a close frame may be empty, and nothing behind it is looked at."""
    assert ([(int(CLOSE), b"")], None) == read(masked(CLOSE) + masked(PING) + masked(3))
    assert b"\x88\x00" == closing_answer(b"")


def test_idle() -> None:
    """Between two messages there is nothing to remember."""
    reader = Reader()
    idle = []
    for piece in (masked(TEXT, b"all"), part(TEXT, b"1"), masked(CONTINUATION, b"2"), masked(PING)[:3], masked(PING)[3:]):
        list(reader.read(piece))
        idle.append(reader.idle)
    assert [True, False, True, False, True] == idle


@given(st.binary(max_size=300), st.sets(st.integers(0, 300)))
def test_garbage(data: bytes, cuts: set[int]) -> None:
    """Whatever comes, it is read or is a violation, and where it is cut makes no difference."""
    places = [0, *sorted(cut for cut in cuts if 0 < cut < len(data)), len(data)]
    assert read(data) == read(*(data[start:end] for start, end in pairwise(places)))


@pytest.mark.parametrize("length", [0, 125, 126, 65_535, 65_536])
def test_header(length: int) -> None:
    """What the hub writes tells its length in the shortest of the three forms."""
    data = frame(TEXT, b"x" * length)
    sizes = {0: b"\x00", 125: b"\x7d", 126: b"\x7e\x00\x7e", 65_535: b"\x7e\xff\xff", 65_536: b"\x7f" + (65_536).to_bytes(8)}
    assert b"\x81" + sizes[length] + b"x" * length == data
