"""The program's log of HTTP itself. What others do is no fault of ours and leaves no traceback there: a line tells of what is no HTTP,
nothing of who hung up before the answer.
"""

import logging

from aiohttp import web
from aiohttp.http import HttpProcessingError

SAID_CHARACTERS_MAX = 120


class _OfOthers(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, ConnectionError):
            return False
        if isinstance(error, HttpProcessingError | web.RequestPayloadError):
            said = " ".join(str(error).split())
            record.msg, record.args = "%s: %r", (record.getMessage(), said[:SAID_CHARACTERS_MAX])
            record.exc_info = record.exc_text = None
            record.levelno, record.levelname = logging.INFO, logging.getLevelName(logging.INFO)
        return True


http_logger = logging.getLogger(__name__)
http_logger.addFilter(_OfOthers())
