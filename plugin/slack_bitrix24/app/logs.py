"""Logs: one line each, readable on a terminal, JSON elsewhere, and never a secret."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping, Sequence
from typing import Any, Literal

import structlog

from slack_bitrix24.app.repeated import Repeated

LIBRARIES = ("apscheduler", "slack_sdk", "slack_bolt", "urllib3", "alembic", "websocket", "uvicorn", "asyncio")


class Hide:
    """Replaces each known secret in the text of a log line, tracebacks included."""

    def __init__(self) -> None:
        self.secrets: Sequence[str] = ()

    def learn(self, secrets: Sequence[str]) -> None:
        """Hide these too; what was a secret before stays one."""
        known = {*self.secrets, *(secret for secret in secrets if len(secret) >= 6)}
        self.secrets = sorted(known, key=len, reverse=True)

    def __call__(self, _logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Return the line without secrets (a structlog processor)."""
        for key, value in event.items():
            if isinstance(value, str):
                for secret in self.secrets:
                    value = value.replace(secret, "<secret>")  # noqa: PLW2901 – each secret in its turn
                event[key] = value
        return event


_HIDE = Hide()


def hide(secrets: Sequence[str]) -> None:
    """Hide these too from now on."""
    _HIDE.learn(secrets)


def set_up(*, secrets: Sequence[str], level: str = "info", form: Literal["auto", "text", "json"] = "auto") -> None:
    """Send all logs of this level and above to standard error; "auto" is text on a terminal and JSON elsewhere."""
    hide(secrets)
    terminal = sys.stderr.isatty()
    text = terminal if form == "auto" else form == "text"
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if terminal else "iso", utc=not terminal),
        structlog.processors.format_exc_info,
        _HIDE,
    ]
    last = (
        structlog.dev.ConsoleRenderer(colors=terminal)
        if text
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler()
    handler.addFilter(Repeated())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("slack_sdk.web.base_client").setLevel(logging.CRITICAL)  # what fails is told by whoever asked
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that is late is no news
