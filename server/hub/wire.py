"""WebSocket frames as a server writes and reads them (RFC 6455): bytes in, bytes out, no socket.

Rule: whatever a client sends either is as the protocol has it or ends the connection with the code that says why not.
"""

import codecs
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from aiohttp import WSCloseCode

MESSAGE_BYTES_MAX = 4096
"""Followers have nothing to say: what they send is checked and dropped, and too much of it ends the connection."""
FRAMES_MAX = 100
"""So many frames are read at once: who follows sends one now and then, and a few kilobytes of empty ones keep everybody waiting."""

_FIN, _RESERVED, _OPCODE = 0x80, 0x70, 0x0F
_MASKED, _LENGTH = 0x80, 0x7F
_MASK_BYTES = 4
_IN_16_BITS, _IN_64_BITS = 126, 127
_CONTROL_BYTES_MAX = 125
_CODE_BYTES = 2
_OWN_CODES = range(3000, 5000)
"""Close codes that the protocol leaves to libraries and applications."""


class Opcode(IntEnum):
    """What a frame is; the other ten values are reserved."""

    CONTINUATION = 0x0
    TEXT = 0x1
    BINARY = 0x2
    CLOSE = 0x8
    PING = 0x9
    PONG = 0xA


class Violation(Exception):
    """What the client sent breaks the protocol or its limits; ``code`` is the close code that says how."""

    def __init__(self, code: WSCloseCode, fault: str) -> None:
        self.code = code
        super().__init__(fault)


class Control(NamedTuple):
    """A ping, a pong or a close frame of the client; nothing follows a close."""

    opcode: Opcode
    payload: bytes


def frame(opcode: Opcode, payload: bytes) -> bytes:
    """An unmasked, final frame, with its length in the shortest form."""
    first, length = _FIN | opcode, len(payload)
    if length < _IN_16_BITS:
        return bytes((first, length)) + payload
    if length <= 0xFFFF:
        return bytes((first, _IN_16_BITS)) + length.to_bytes(2) + payload
    return bytes((first, _IN_64_BITS)) + length.to_bytes(8) + payload


def close_frame(code: int) -> bytes:
    """The frame that says goodbye, and why."""
    return frame(Opcode.CLOSE, code.to_bytes(_CODE_BYTES))


def closing_answer(payload: bytes) -> bytes:
    """The answer to a client's close frame: its own code, if it gave one."""
    return frame(Opcode.CLOSE, payload[:_CODE_BYTES])


class Reader:
    """Reads what one client sends, however it is cut into pieces. Messages are checked and dropped, control frames are given."""

    __slots__ = ("_message_bytes", "_rest", "_text", "_within")

    def __init__(self) -> None:
        self._rest = b""
        self._within = False
        self._message_bytes = 0
        self._text: codecs.IncrementalDecoder | None = None

    @property
    def idle(self) -> bool:
        """Whether it is between two messages, so that a new reader would do as well."""
        return not self._rest and not self._within

    def read(self, data: bytes) -> Iterator[Control]:
        """The control frames that are whole now.

        Raises:
            Violation: after the frames before it.
        """
        self._rest += data
        frames = 0
        while (head := _Head.of(self._rest)) is not None:
            self._check(head)
            if len(self._rest) < head.end:
                return
            frames += 1
            if frames > FRAMES_MAX:
                raise Violation(WSCloseCode.POLICY_VIOLATION, f"more than {FRAMES_MAX} frames at once")
            payload = _unmasked(self._rest[head.start - _MASK_BYTES : head.start], self._rest[head.start : head.end])
            self._rest = self._rest[head.end :]
            if head.opcode < Opcode.CLOSE:
                self._take(head, payload)
                continue
            if head.opcode is Opcode.CLOSE:
                _check_close(payload)
            yield Control(head.opcode, payload)
            if head.opcode is Opcode.CLOSE:
                return

    def _check(self, head: "_Head") -> None:
        """That this frame may come here, as far as its header tells."""
        if head.opcode >= Opcode.CLOSE:
            _demand(head.final, "a control frame in pieces")
            _demand(head.length <= _CONTROL_BYTES_MAX, "a long control frame")
            return
        _demand(self._within == (head.opcode is Opcode.CONTINUATION), "a message within a message, or the rest of none")
        if self._message_bytes + head.length > MESSAGE_BYTES_MAX:
            raise Violation(WSCloseCode.MESSAGE_TOO_BIG, f"more than {MESSAGE_BYTES_MAX} bytes")

    def _take(self, head: "_Head", payload: bytes) -> None:
        if head.opcode is Opcode.TEXT:
            self._text = codecs.getincrementaldecoder("utf-8")()
        if self._text is not None:
            _decode(self._text, payload, final=head.final)
        self._within = not head.final
        self._message_bytes += len(payload)
        if head.final:
            self._text, self._message_bytes = None, 0


class _Head(NamedTuple):
    """A client's frame header: where its payload starts and ends, the header's own bytes included."""

    opcode: Opcode
    final: bool
    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start

    @classmethod
    def of(cls, data: bytes) -> "_Head | None":
        """The header at the front of the data, None until all of it is there; raises `Violation`."""
        if len(data) < 2:  # one byte of flags, one of length
            return None
        first, second = data[0], data[1]
        _demand(not first & _RESERVED, "a reserved bit")
        _demand(first & _OPCODE in _OPCODES, "a reserved opcode")
        _demand(bool(second & _MASKED), "no mask")
        length, start = second & _LENGTH, 2
        if length >= _IN_16_BITS:
            start = 4 if length == _IN_16_BITS else 10
            length = int.from_bytes(data[2:start])
        start += _MASK_BYTES
        return cls(Opcode(first & _OPCODE), bool(first & _FIN), start, start + length) if len(data) >= start else None


_OPCODES = frozenset(Opcode)


def _demand(fulfilled: bool, else_fault: str) -> None:
    if not fulfilled:
        raise Violation(WSCloseCode.PROTOCOL_ERROR, else_fault)


def _unmasked(mask: bytes, payload: bytes) -> bytes:
    size = len(payload)
    stretched = (mask * (size // _MASK_BYTES + 1))[:size]
    return (int.from_bytes(payload) ^ int.from_bytes(stretched)).to_bytes(size)


def _decode(decoder: codecs.IncrementalDecoder, payload: bytes, *, final: bool) -> None:
    try:
        decoder.decode(payload, final)
    except UnicodeDecodeError:
        raise Violation(WSCloseCode.INVALID_TEXT, "no UTF-8") from None


def _check_close(payload: bytes) -> None:
    """A close frame is empty, or has a code that may be sent, and a reason in UTF-8."""
    if not payload:
        return
    code = int.from_bytes(payload[:_CODE_BYTES])
    _demand(len(payload) >= _CODE_BYTES and (code in _CODES or code in _OWN_CODES), "a code that is none")
    _decode(codecs.getincrementaldecoder("utf-8")(), payload[_CODE_BYTES:], final=True)


_CODES = frozenset((*range(1000, 1004), *range(1007, 1015)))
"""Close codes of the protocol that may stand in a frame."""
