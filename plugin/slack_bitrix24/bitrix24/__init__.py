"""The Bitrix24 client, usable on its own: notifications, users, files and any other REST call, within the limits.

>>> from slack_bitrix24.bitrix24 import Bitrix24
>>> with Bitrix24("https://portal/rest/1/secret/") as portal:  # doctest: +SKIP
...     portal.notify(10, "[b]Deployed[/b]", tag="deploy-7")

Names load when they are first used, so that importing this package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from slack_bitrix24.bitrix24.auth import Token, Webhook, sign_in
    from slack_bitrix24.bitrix24.blocks import file, picture
    from slack_bitrix24.bitrix24.bot_calls import Bot, message_key
    from slack_bitrix24.bitrix24.bots import Event, Messages
    from slack_bitrix24.bitrix24.client import Client
    from slack_bitrix24.bitrix24.notify import Message, Result
    from slack_bitrix24.bitrix24.oauth import OAuth
    from slack_bitrix24.bitrix24.personal import create_personal_notification
    from slack_bitrix24.bitrix24.portal import Bitrix24
    from slack_bitrix24.bitrix24.probe import Tags
    from slack_bitrix24.bitrix24.rest import Answer, BatchAnswer, Call
    from slack_bitrix24.bitrix24.users import User
    from slack_bitrix24.errors import AddressError, AttachError, Bitrix24Error, Verdict

__all__ = [
    "AddressError",
    "Answer",
    "AttachError",
    "BatchAnswer",
    "Bitrix24",
    "Bitrix24Error",
    "Bot",
    "Call",
    "Client",
    "Event",
    "Message",
    "Messages",
    "OAuth",
    "Result",
    "Tags",
    "Token",
    "User",
    "Verdict",
    "Webhook",
    "create_personal_notification",
    "file",
    "message_key",
    "picture",
    "sign_in",
]

_HOMES: Final = {
    "auth": ("Token", "Webhook", "sign_in"),
    "blocks": ("file", "picture"),
    "bot_calls": ("Bot", "message_key"),
    "bots": ("Event", "Messages"),
    "client": ("Client",),
    "notify": ("Message", "Result"),
    "oauth": ("OAuth",),
    "personal": ("create_personal_notification",),
    "portal": ("Bitrix24",),
    "probe": ("Tags",),
    "rest": ("Answer", "BatchAnswer", "Call"),
    "users": ("User",),
}
_HOME: Final = {name: home for home, names in _HOMES.items() for name in names}
_ERRORS: Final = frozenset({"AddressError", "AttachError", "Bitrix24Error", "Verdict"})


def __getattr__(name: str) -> Any:
    """Load a public name from the module that holds it."""
    if name in _ERRORS:
        return getattr(import_module("slack_bitrix24.errors"), name)
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
