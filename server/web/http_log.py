"""The program's log of HTTP itself. What others do is no fault of ours and leaves no traceback there: a line tells of what is no HTTP,
nothing of who hung up before the answer.
"""

import logging

from aiohttp import web
from aiohttp.http import HttpProcessingError


class _OfOthers(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, ConnectionError):
            return False
        if isinstance(error, HttpProcessingError | web.RequestPayloadError):
            record.msg, record.args = "%s: %s", (record.getMessage(), type(error).__name__)  # its text quotes what was sent: a key, maybe
            record.exc_info = record.exc_text = None
            record.levelno, record.levelname = logging.INFO, logging.getLevelName(logging.INFO)
        return True


http_logger = logging.getLogger(__name__)
http_logger.addFilter(_OfOthers())
