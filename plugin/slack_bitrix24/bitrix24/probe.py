"""Whether a portal keeps tags for this sign-in, found out by trying.

Bitrix24 server source, main 26.150 (2026-03): TAG and SUB_TAG are kept for an OAuth application only; the documents of
August 2026 say that a webhook with CLIENT_ID keeps them too. https://apidocs.bitrix24.com/api-reference/chats/notifications/
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from slack_bitrix24.bitrix24.calls import deletion, notification, wire_tag
from slack_bitrix24.bitrix24.rest import Answer, Call
from slack_bitrix24.bitrix24.values import mapping
from slack_bitrix24.errors import Bitrix24Error, Verdict

METHODS: Final = ("profile", "im.notify.personal.add", "im.notify.get", "im.notify.delete")
TEXT: Final = "slack-bitrix24 looks whether this portal keeps tags. This notification goes by itself."
NO_MAIL: Final = "#SKIP#"
"""As MESSAGE_OUT it keeps the mail back. Bitrix24 server source, main 26.150 (2026-03)."""


@dataclass(frozen=True, slots=True)
class Tags:
    """What a probe found: `kept` is None where the portal refused to answer, with the `reason` in words."""

    kept: bool | None
    reason: str = ""


def probe(ask: Callable[[Call], Answer], user_id: int = 0) -> Tags:
    """Notify the sign-in's own user with a tag, read it back, delete it: at most four calls through `ask`.

    `user_id` is that user, 0 where the sign-in does not tell. Raise `Bitrix24Error` where the portal could not be
    asked at all (not reached, a limit, an answer lost): then nothing is known, and it may be tried again.
    """
    try:
        user = user_id or int(mapping(ask(Call("profile")).result).get("ID") or 0)
        return _found(ask, user) if user else Tags(None, "the portal does not tell who is signed in")
    except Bitrix24Error as error:
        if error.verdict in (Verdict.AGAIN, Verdict.UNKNOWN):
            raise
        return Tags(None, str(error))


def _found(ask: Callable[[Call], Answer], user: int) -> Tags:
    mark = secrets.token_hex(8)
    text = f"{TEXT} {mark}"
    ask(notification(user, text, tag=wire_tag(f"slack-bitrix24-probe-{mark}", user), message_out=NO_MAIL))
    row = next((row for row in _rows(ask(Call("im.notify.get", {"LIMIT": 50}))) if mark in str(row)), None)
    if row is None:
        return Tags(None, "the notification that was sent to look is not among those of its user")
    low = {str(name).lower(): value for name, value in row.items()}
    kept = bool(low.get("notify_tag"))
    if number := int(low.get("id") or 0):
        _deleted(ask, number)
    return Tags(kept)


def _deleted(ask: Callable[[Call], Answer], number: int) -> None:
    """Take the notification away; where that fails its reader has one line too many, and the answer stands."""
    try:
        ask(deletion(id=number))
    except Bitrix24Error as error:
        if error.verdict is Verdict.PORTAL:
            raise


def _rows(answer: Answer) -> Iterable[Mapping[str, Any]]:
    rows = mapping(answer.result).get("notifications") or []
    every = rows.values() if isinstance(rows, Mapping) else rows
    return [row for row in every if isinstance(row, Mapping)]
