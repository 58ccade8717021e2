"""What a lane needs to know of its portal. No I/O."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from slack_bitrix24.bitrix24.bot_calls import Bot
from slack_bitrix24.bitrix24.client import Client
from slack_bitrix24.bitrix24.limits import Limits
from slack_bitrix24.bitrix24.rest import Answer, Call
from slack_bitrix24.deliver.buttons import Buttons
from slack_bitrix24.deliver.doubt import Rules
from slack_bitrix24.deliver.files import Read, nothing
from slack_bitrix24.deliver.tags import TagsOf


class BotOf(Protocol):
    """Where a portal's bot is kept."""

    def get(self, ask: Callable[[Call], Answer]) -> Bot:
        """Return the bot, registered where it is not yet. Raise `Bitrix24Error`, StoreError."""
        ...


@dataclass(frozen=True, slots=True)
class Portal:
    """How to reach a portal, what it allows, and how many requests may be under way at once.

    `bot` is there where notifications of that kind are sent, `buttons` says which have some, `files` reads what it
    uploads. `tags` tells whether it keeps tags; None where that is certain, as in tests of the documented rules.
    """

    client: Client
    limits: Limits
    in_flight: int = 4
    tags: TagsOf | None = None
    rules: Rules = field(default_factory=Rules)
    bot: BotOf | None = None
    buttons: Buttons = field(default_factory=Buttons)
    files: Read = nothing
