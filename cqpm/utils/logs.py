"""Keeps link tokens out of the logs."""

import logging
import re

# /…/<uuid>/<token>/ : the uuid names the link and may be logged, the token opens it and may not.
TOKEN = re.compile(r"([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/)[A-Za-z0-9_-]{20,}")


def mask(text: str) -> str:
    """The text with every link token replaced by «…»."""
    return TOKEN.sub(r"\1…", text)


class MaskTokens(logging.Filter):
    """Masks tokens in every message that passes."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if TOKEN.search(message):
            record.msg, record.args = mask(message), ()
        return True
