"""Owe Slack users a text of the bridge's own, each in the language of their Slack. No I/O but by the transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from slack_bitrix24.store import Transaction
from slack_bitrix24.submit.people import People


def tell(tx: Transaction, users: Iterable[str], text: Callable[[str], str], *, people: People) -> None:
    """Owe each user (a Slack id) what `text` makes of a language ("en", "ru"); it is said as soon as Slack takes it."""
    for user in users:
        language = people.language(user)
        tx.receipts.say(user, text(language), language=language)
