"""A fault that repeats is one line a minute, with how many there were."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

EVERY = 60.0
"""Seconds in which a line is said once."""
DIFFERENT = 20
"""Lines a minute of one message with different values in it: letters, portals, addresses."""
MOST_KNOWN = 1000
"""Lines that are remembered before those that are over are forgotten."""


ALWAYS = {"always": True}
"""`extra` of what answers a person: who saves a file twice with the same fault is told twice."""


class Repeated(logging.Filter):
    """Lets the first warning of its kind through, then for a minute none with the same words."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now = now
        self._since: dict[tuple[str, ...], float] = {}
        self._held: dict[tuple[str, ...], int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether the line is shown; what was held back before is told in it."""
        if record.levelno < logging.WARNING or getattr(record, "always", False):
            return True
        kind = (record.name, str(record.msg)[:200])
        lines = [(*kind, record.getMessage()[:500]), (*kind, str(self._number(kind)))]
        if any(self._is_fresh(line) for line in lines):
            self._held[kind] = self._held.get(kind, 0) + 1
            return False
        for line in lines:
            self._since[line] = self._now()
        if held := self._held.pop(kind, 0):
            record.msg, record.args = f"{record.getMessage()} (and {held} more like it)", ()
        self._forget()
        return True

    def _number(self, kind: tuple[str, ...]) -> int:
        """Return the first place of a kind's minute that is free, or the last."""
        return next((n for n in range(DIFFERENT) if not self._is_fresh((*kind, str(n)))), DIFFERENT - 1)

    def _is_fresh(self, line: tuple[str, ...]) -> bool:
        return line in self._since and self._now() - self._since[line] < EVERY

    def _forget(self) -> None:
        if len(self._since) > MOST_KNOWN:
            self._since = {line: at for line, at in self._since.items() if self._now() - at < EVERY}
