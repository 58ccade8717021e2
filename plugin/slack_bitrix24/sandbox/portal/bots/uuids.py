"""The table that keeps a message from being sent twice: its key is `templateId`. No I/O.

Bitrix24 server source, main 26.250 (2026-04). One table for the whole portal, whatever the dialog.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

PATIENCE = 3600.0
"""Seconds after the first try in which a key without a message means "still being sent"."""
KEPT = 31 * 86400.0
"""Seconds that a row is kept."""
_SHAPE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@dataclass
class Row:
    """When a key was first tried, and the message that came of it."""

    first: float
    message: int | None = None


@dataclass
class Uuids:
    """All rows."""

    rows: dict[str, Row] = field(default_factory=dict)

    @staticmethod
    def counts(key: object) -> bool:
        """Tell whether a key is taken: a UUID of version 4 in lower case. Anything else is ignored without a word."""
        return isinstance(key, str) and _SHAPE.fullmatch(key) is not None

    def claim(self, key: str, now: float) -> int | None:
        """Return 0 when the message is to be sent, its id when it was, None while that is not known."""
        row = self.rows.get(key)
        if row is None or now - row.first > KEPT:
            self.rows[key] = Row(now)
            return 0
        if row.message is not None:
            return row.message
        if now - row.first < PATIENCE:
            return None
        row.first = now
        return 0

    def note(self, key: str, message: int) -> None:
        """Keep which message came of a key."""
        if key in self.rows:
            self.rows[key].message = message

    def forget(self, key: str, message: int) -> None:
        """Take away the row of a message, as deleting it completely does."""
        if key in self.rows and self.rows[key].message == message:
            del self.rows[key]
