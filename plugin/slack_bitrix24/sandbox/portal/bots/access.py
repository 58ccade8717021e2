"""Who may act for a bot. No I/O.

Bitrix24 server source, main 26.250 (2026-04): every refusal of imbot.v2 is a 400 (the documentation says 400
or 403). The token is the bot's, not the webhook's: whoever knows it acts for it, with whatever webhook.
"""

from __future__ import annotations

from slack_bitrix24.sandbox.portal import decode
from slack_bitrix24.sandbox.portal.bots.store import VANISHED, Bot, Message
from slack_bitrix24.sandbox.portal.envelope import Reason, Refusal
from slack_bitrix24.sandbox.portal.method import Call


def refused(code: str) -> Refusal:
    """Return the refusal with this code."""
    return Refusal(Reason(code, code.replace("_", " ").capitalize(), 400))


def owner_of(call: Call, given: object = None) -> str:
    """Return the application, or with a webhook what stands for one: the token (or CLIENT_ID, which is the same)."""
    if call.caller.client_id:
        return call.caller.client_id
    token = call.params.get("BOTTOKEN") or given or call.params.get("CLIENT_ID")
    if not token:
        raise refused("BOT_TOKEN_NOT_SPECIFIED")
    return f"custom{token}"


def bot_of(call: Call) -> Bot:
    """Return the bot that is called for."""
    owner = owner_of(call)
    number = decode.whole(call.params.get("BOTID"))
    if number <= 0:
        raise refused("BOT_ID_REQUIRED")
    bot = call.portal.bots.bots.get(number)
    if bot is None:
        raise refused("BOT_NOT_FOUND")
    if bot.owner != owner:
        raise refused("BOT_OWNERSHIP_ERROR")
    return bot


def message_of(call: Call, bot: Bot) -> Message:
    """Return the message that is meant, of the bot's own dialogs."""
    found = call.portal.bots.messages.get(decode.whole(call.params.get("MESSAGEID")))
    if found is None or found.gone == VANISHED:
        raise refused("MESSAGE_NOT_FOUND")
    if found.bot_id != bot.id:
        raise refused("MESSAGE_ACCESS_DENIED")
    return found


def own_message_of(call: Call, bot: Bot) -> Message:
    """Return the message that is meant, which the bot wrote itself: not a system message, not one of the person's."""
    found = message_of(call, bot)
    if found.author_id != bot.id:
        raise refused("MESSAGE_ACCESS_DENIED")
    return found
