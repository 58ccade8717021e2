"""Whose tag it is, and how it reads when it is read back. No I/O.

https://apidocs.bitrix24.com/api-reference/chat/notifications/im-notify-personal-add.html
"""

from __future__ import annotations

import hashlib

LONGEST = 255
"""Characters of a tag as it is kept: a longer one keeps the whole notification from being stored."""


def application(client_id: str, given: str) -> str:
    """Return the application that a tag belongs to, "" when there is none.

    An OAuth token says it itself (`client_id`); a webhook only with the parameter CLIENT_ID (`given`), which makes
    an application "custom…" of its own. Bitrix24's server reads that parameter when it deletes, never when it adds.
    """
    if client_id:
        return client_id
    return f"custom{given}" if given else ""


def stored(app: str, tag: str) -> str:
    """Return the tag as the server keeps it (Bitrix24 server source, main 26.150 (2026-03))."""
    return f"MP|{hashlib.md5(app.encode(), usedforsecurity=False).hexdigest()[:5]}|{tag}" if tag else ""
