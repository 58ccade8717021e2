"""Whose tag it is, and how it reads when it is read back. No I/O.

https://apidocs.bitrix24.com/api-reference/chat/notifications/im-notify-personal-add.html
"""

from __future__ import annotations


def application(client_id: str, given: str) -> str:
    """Return the application that a tag belongs to, "" when there is none.

    An OAuth token says it itself (`client_id`); a webhook only with the parameter CLIENT_ID (`given`), which makes
    an application "custom…" of its own.
    """
    if client_id:
        return client_id
    return f"custom{given}" if given else ""


def stored(app: str, tag: str) -> str:
    """Return the tag as im.notify.get shows it."""
    return f"MP|{app}|{tag}" if tag else ""
