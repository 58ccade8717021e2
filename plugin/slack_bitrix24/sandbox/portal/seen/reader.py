"""The three ways in which one notification reaches its reader, at once. No I/O."""

from __future__ import annotations

from typing import Any

from slack_bitrix24.sandbox.portal.seen.card import card, card_words
from slack_bitrix24.sandbox.portal.seen.drawn import drawn, tree
from slack_bitrix24.sandbox.portal.seen.mail import mail
from slack_bitrix24.sandbox.portal.seen.push import push, push_of_message


def reader(
    text: str, *, kept: str, message_out: str, attach: dict[str, Any] | None, notification: bool = True
) -> dict[str, Any]:
    """Return the words seen in the centre (`drawn`, `card`), in the `push` and in the `mail` (or None).

    `text` is what is delivered of the stored text `kept`; `nodes` and `attach` are what a page draws them from.
    A bot's message is no `notification`.
    """
    copy = mail(kept, message_out, attach=attach)
    return {
        "drawn": drawn(text),
        "card": card_words(attach),
        "push": push(text) if notification else push_of_message(text, attach=attach),
        "mail": {"subject": copy.subject, "text": copy.text} if copy else None,
        "nodes": tree(text),
        "attach": card(attach),
    }
