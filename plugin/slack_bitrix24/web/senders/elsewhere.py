"""Bodies that came to an address of another kind, told by what they hold. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bitrix24.document import Document
from slack_bitrix24.web.senders import alertmanager, chats
from slack_bitrix24.web.senders.sender import Incoming


def read(body: Mapping[str, Any] | list[Any]) -> Incoming | None:
    """Return what it says: alerts with their key and state, or another chat's message; None where it is neither."""
    if alertmanager.is_one(body) and (found := alertmanager.incoming(body)):
        return found
    shown = chats.blocks(body)
    return Incoming(document=Document(shown), facts=(body,)) if shown else None
