"""imbot.v2.Chat.get, Chat.Message.get and getContext, Event.get: what a bot can look at. No I/O."""

from __future__ import annotations

from slack_bitrix24.sandbox.portal import decode
from slack_bitrix24.sandbox.portal.bots.access import bot_of, message_of, refused
from slack_bitrix24.sandbox.portal.bots.sending import recipient
from slack_bitrix24.sandbox.portal.bots.store import Bot
from slack_bitrix24.sandbox.portal.bots.told import chat_data, message_data, person
from slack_bitrix24.sandbox.portal.method import Call, Method

READERS = frozenset({"personal", "supervisor"})
"""Only bots of these types may read messages."""
RANGE, EVENTS, MOST_EVENTS = 50, 100, 1000


def chat(call: Call) -> object:
    """Return the dialog with a person, which is made when there is none."""
    bot, user = bot_of(call), recipient(call)
    return {"chat": chat_data(call.portal.bots.dialog(bot.id, user), bot=bot.id, user=user)}


def message(call: Call) -> object:
    """Return one message."""
    found = message_of(call, _reader(call))
    return {"message": message_data(found), "user": person(call.portal.users, found.author_id)}


def context(call: Call) -> object:
    """Return up to `range` messages on each side of one, the oldest first."""
    bot = _reader(call)
    found = message_of(call, bot)
    reach = min(max(decode.whole(call.params.get("RANGE", RANGE)), 1), RANGE)
    dialog = call.portal.bots.dialog(bot.id, found.user_id)
    place = next(index for index, one in enumerate(dialog) if one.id == found.id)
    window = dialog[max(0, place - reach) : place + reach + 1]
    return {
        "messages": [message_data(one) for one in window],
        "users": [person(call.portal.users, number) for number in sorted({one.author_id for one in window} - {0})],
        "hasPrevPage": place - reach > 0,
        "hasNextPage": place + reach + 1 < len(dialog),
    }


def _reader(call: Call) -> Bot:
    bot = bot_of(call)
    if bot.kind not in READERS:
        raise refused("BOT_TYPE_NOT_ALLOWED")
    return bot


def events(call: Call) -> object:
    """Return events; those below `offset` are deleted for good."""
    bot, portal = bot_of(call), call.portal
    offset = decode.whole(call.params.get("OFFSET"))
    limit = min(max(decode.whole(call.params.get("LIMIT", EVENTS)), 1), MOST_EVENTS)
    found, more = portal.bots.fetch(bot, offset, limit, now=portal.clock())
    following = found[-1].id + 1 if found else offset
    return {"events": [event.json() for event in found], "nextOffset": following, "hasMore": more}


METHODS = (
    Method("imbot.v2.Chat.get", "imbot", chat, own=True),
    Method("imbot.v2.Chat.Message.get", "imbot", message, own=True),
    Method("imbot.v2.Chat.Message.getContext", "imbot", context, own=True),
    Method("imbot.v2.Event.get", "imbot", events, own=True),
)
