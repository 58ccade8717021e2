"""A stored notification as the call that Bitrix24 gets. No I/O."""

from __future__ import annotations

import json
from math import inf
from typing import Any

from slack_bitrix24.bitrix24.bot_calls import SEND
from slack_bitrix24.bitrix24.calls import deletion, notification
from slack_bitrix24.bitrix24.rest import Call
from slack_bitrix24.model import Kind, Stored
from slack_bitrix24.render.shrink import shrunk

METHODS: dict[Kind, str] = {
    "personal": "im.notify.personal.add",
    "system": "im.notify.system.add",
    "bot": SEND,
    "delete": "im.notify.delete",
}


def call(stored: Stored, *, most: float = inf) -> Call:
    """Return the call for a notification; an ATTACH larger than `most` (`size.longest`) is cut.

    CLIENT_ID, where one is due, is the client's to add.
    """
    kept = stored.notification
    if kept.kind == "delete":
        return deletion(tag=kept.tag)
    return notification(
        kept.recipient.user_id,
        kept.message,
        tag=kept.tag,
        sub_tag=kept.sub_tag,
        message_out=kept.message_out,
        attach=card(kept.attach, most),
        kind="system" if kept.kind == "system" else "personal",
    )


def card(text: str, most: float = inf) -> dict[str, Any] | None:
    """Return a stored ATTACH in its full form, cut where it is larger than `most`; None where there is none."""
    if not text:
        return None
    kept = json.loads(text)
    return shrunk(kept if isinstance(kept, dict) else {"BLOCKS": kept}, most)


def key(id_: int) -> str:
    """Return the name of a notification's call within a batch: never a bare number (PHP would make it a list)."""
    return f"n{id_}"
