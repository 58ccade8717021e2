"""Keep webhook secrets and tokens out of urllib3's debug log, which prints the path of each request."""

from __future__ import annotations

import logging
import re
from typing import Final

_SECRETS: Final = (
    (re.compile(r"(/rest/(?:api/)?\d+/)[^/\s\"'?]+"), r"\1<secret>"),
    (re.compile(r"((?:auth|access_token|refresh_token|client_secret|code|token)=)[^&\s\"']+"), r"\1<secret>"),
)
_LOGGERS: Final = ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry")


def masked(text: str) -> str:
    """Return the text without what stands where Bitrix24's addresses hold secrets."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


class _Shield(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the record's text and let it pass."""
        message = record.getMessage()
        clean = masked(message)
        if clean != message:
            record.msg, record.args = clean, ()
        return True


def hide_secrets() -> None:
    """Put the filter on urllib3's loggers. Calling it again changes nothing."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(one, _Shield) for one in logger.filters):
            logger.addFilter(_Shield())
