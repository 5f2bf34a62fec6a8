"""What the program says of itself on stderr: one line each, as text or as JSON, written by a thread of its own.

Rule: a line begins at the margin only if the program began it. Whatever a line quotes, its line breaks and control characters are written
out, and the lines of a traceback are indented: nobody from outside writes a line of this log.
"""

import json
import logging
import re
import sys
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from threading import Event, Thread
from typing import TextIO

LINES_MAX = 10_000
"""So many lines wait for whoever reads them; what comes then is counted, and lost."""
TOGETHER_S = 0.1
"""Lines are written when the first of them is so old."""
CLOSE_S_MAX = 1.0
"""How long the end of the program waits for the last lines to be read."""
_WORD = re.compile(r'[^ ="\\]+')
"""A value that is read as one word without quotes."""


class TextLines(logging.Formatter):
    """``time LEVEL name: what was said name=value …``, and a traceback indented below it."""

    def format(self, record: logging.LogRecord) -> str:
        """See logging.Formatter."""
        said = " ".join([record.getMessage(), *[f"{name}={_value(value)}" for name, value in facts_of(record).items()]])
        line = f"{self.formatTime(record)} {record.levelname} {record.name}: {printable(said)}"
        traceback = self.formatException(record.exc_info).splitlines() if record.exc_info else ()
        return "\n    ".join((line, *map(printable, traceback)))


class JsonLines(logging.Formatter):
    """``{"at", "level", "from", "said", …}``, the facts of the line beside them, and maybe ``traceback``; all of it ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        """See logging.Formatter."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname, "from": record.name, "said": record.getMessage(), **facts_of(record)}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


FORMS: Mapping[str, type[logging.Formatter]] = {"text": TextLines, "json": JsonLines}


class Scribe(logging.Handler):
    """Writes lines to a stream. Whoever reads it may stand still: then lines wait here, and no press waits for them.

    The thread is woken for a tenth of a second's lines together: to wake it for each cost a press as much as deciding it.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._waiting: deque[logging.LogRecord] = deque()
        self._lost = self._told = 0
        self._news, self._closing = Event(), Event()
        self._thread = Thread(target=self._write, name="log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """See logging.Handler."""
        if len(self._waiting) >= LINES_MAX:
            self._lost += 1
            return
        self._waiting.append(record)
        if not self._news.is_set():
            self._news.set()

    def close(self) -> None:
        """Wait for the last lines, but not for ever."""
        super().close()
        self._closing.set()
        self._news.set()
        self._thread.join(CLOSE_S_MAX)

    def _write(self) -> None:
        while not self._closing.is_set():
            self._news.wait()
            self._closing.wait(TOGETHER_S)
            self._news.clear()
            while self._waiting:
                self._put(self._waiting.popleft())
                if self._told < (lost := self._lost):
                    self._put(_record("%d lines were lost: nobody read this log for a while", lost - self._told))
                    self._told = lost

    def _put(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
        except Exception:  # a line that says what it does not have must not end all others
            self.handleError(record)
            return
        with suppress(OSError, ValueError):  # a full disk or a closed terminal is no reason to end
            self._stream.write(line + "\n")
            self._stream.flush()


def begin() -> None:
    """Write what the program says to stderr, as text until `write_as` says otherwise."""
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False  # no line tells them
    root = logging.getLogger()
    if not root.handlers:
        scribe = Scribe(sys.stderr)
        scribe.setFormatter(TextLines())
        root.addHandler(scribe)
        root.setLevel(logging.INFO)


def write_as(form: str) -> None:
    """Write lines in this one of the `FORMS` from now on."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, Scribe):
            handler.setFormatter(FORMS[form]())


def facts_of(record: logging.LogRecord) -> Mapping[str, object]:
    """What stands beside the sentence of a line, by name: given to the logger as ``extra={"facts": …}``."""
    facts: Mapping[str, object] = getattr(record, "facts", {})
    return facts


def printable(text: str) -> str:
    """The text with everything written out that is no visible character: line breaks, escapes of terminals, reversed writing."""
    return text if text.isprintable() else "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def _value(value: object) -> str:
    """A fact's value; in quotes where it would not be read as one word."""
    text = str(value)
    return text if _WORD.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _record(said: str, *values: object) -> logging.LogRecord:
    return logging.LogRecord(__name__, logging.WARNING, __file__, 0, said, values, None)
