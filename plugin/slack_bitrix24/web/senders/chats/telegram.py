"""Telegram's `sendMessage` where its text is HTML. No I/O.

https://core.telegram.org/bots/api#formatting-options. Its Markdown is close to Slack's mrkdwn, and read as that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bitrix24.document import Blocks
from slack_bitrix24.slack.messages import lenient
from slack_bitrix24.web.senders.chats import google


def read(body: Mapping[str, Any]) -> Blocks:
    """Return the text; nothing where it is no HTML."""
    if lenient.text(body.get("parse_mode")).strip().lower() != "html":
        return ()
    return google.said(body.get("text") or body.get("caption"))
